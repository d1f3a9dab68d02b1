//! The sockets that only a process inside can make; the harness uses them from outside, where the kernel asks for no right.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::net::netlink::SOCK_DIAG;
use rustix::net::{
    AddressFamily, Protocol, SocketFlags, SocketType, bind, connect, getsockname, socket_with,
};

use super::message::SocketKind;
use super::{filter, sys};

/// What of the wire is the scenario's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireScope {
    /// All of it.
    All,
    /// The frames of this port; of none, if there is none.
    Port(Option<u16>),
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

/// The packet socket; the sender of sentinels; and where they go, which is bound, so that no ICMP answers them.
fn wire(scope: WireScope) -> io::Result<[OwnedFd; 3]> {
    let sink = make(AddressFamily::INET, SocketType::DGRAM, None)?;
    let sink_port = match scope {
        WireScope::All => DISCARD,
        WireScope::Port(_) => 0,
    };
    bind(&sink, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, sink_port))?;
    let address = SocketAddrV4::try_from(getsockname(&sink)?)?;
    let sender = make(AddressFamily::INET, SocketType::DGRAM, None)?;
    connect(&sender, &address)?;
    // Without a protocol it receives nothing until it is bound, when its ring is ready.
    let packets = make(AddressFamily::PACKET, SocketType::RAW, None)?;
    match scope {
        WireScope::All => {}
        WireScope::Port(Some(port)) => {
            sys::attach_filter(&packets, &filter::scenario(port, address.port()))?;
        }
        WireScope::Port(None) => return Err(io::Error::other("no port is given to capture")),
    }
    Ok([packets, sender, sink])
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
