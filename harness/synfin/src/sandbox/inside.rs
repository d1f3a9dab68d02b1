//! The sockets that only a process inside can make; the harness uses them from outside, where the kernel asks for no right.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::net::netlink::SOCK_DIAG;
use rustix::net::{
    AddressFamily, Protocol, SocketFlags, SocketType, bind, connect, getsockname, socket_with,
};

use super::message::SocketKind;
use super::{filter, packet};

/// What of the wire is the scenario's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireScope {
    /// All of it.
    All,
    /// The frames of this port; of none, if there is none.
    Port(Option<u16>),
    /// What the helper's packet socket shows: the harness has it.
    Lent,
}

/// The discard service's port (RFC 863), where sentinels go in a network of the scenario's own.
const DISCARD: u16 = 9;

pub(super) fn make_socket(kind: SocketKind, scope: WireScope) -> io::Result<Vec<OwnedFd>> {
    Ok(match kind {
        SocketKind::Wire => wire(scope)?.into(),
        SocketKind::Diag => vec![make_diag()?],
        SocketKind::Tcp4 => vec![make(AddressFamily::INET, SocketType::STREAM, None)?],
        SocketKind::Tcp6 => vec![make(AddressFamily::INET6, SocketType::STREAM, None)?],
    })
}

/// A NETLINK_SOCK_DIAG socket of this process's network.
pub(super) fn make_diag() -> io::Result<OwnedFd> {
    make(AddressFamily::NETLINK, SocketType::DGRAM, Some(SOCK_DIAG))
}

/// The packet socket; the sender of sentinels; and where they go.
fn wire(scope: WireScope) -> io::Result<[OwnedFd; 3]> {
    let port = match scope {
        WireScope::All => DISCARD,
        WireScope::Port(_) | WireScope::Lent => 0,
    };
    let Sentinels { sender, sink, port } = sentinels(port)?;
    let packets = match scope {
        WireScope::All => packet::open(None)?,
        WireScope::Port(Some(server)) => packet::open(Some(&filter::scenario(server, port)))?,
        WireScope::Port(None) => return Err(io::Error::other("no port is given to capture")),
        WireScope::Lent => return Err(io::Error::other("only the helper opens packet sockets")),
    };
    Ok([packets, sender, sink])
}

/// The way of sentinels.
pub(super) struct Sentinels {
    /// Where they are sent from.
    pub(super) sender: OwnedFd,
    /// Where they go: it is bound, so that no ICMP answers them.
    pub(super) sink: OwnedFd,
    /// Its port.
    pub(super) port: u16,
}

/// Makes a way to this port; to any, if it is 0.
pub(super) fn sentinels(port: u16) -> io::Result<Sentinels> {
    let sink = make(AddressFamily::INET, SocketType::DGRAM, None)?;
    bind(&sink, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    let address = SocketAddrV4::try_from(getsockname(&sink)?)?;
    let sender = make(AddressFamily::INET, SocketType::DGRAM, None)?;
    connect(&sender, &address)?;
    let port = address.port();
    Ok(Sentinels { sender, sink, port })
}

fn make(
    family: AddressFamily,
    of_type: SocketType,
    protocol: Option<Protocol>,
) -> io::Result<OwnedFd> {
    Ok(socket_with(
        family,
        of_type,
        SocketFlags::CLOEXEC,
        protocol,
    )?)
}
