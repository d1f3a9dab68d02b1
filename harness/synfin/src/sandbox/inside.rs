//! The sockets that only a process inside can make; the harness uses them from outside, where the kernel asks for no right.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;

use rustix::net::netlink::SOCK_DIAG;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with};

use super::message::SocketKind;

/// Where sentinels go: the discard service's port (RFC 863), which is bound, so that no ICMP answers them.
const SENTINEL_SINK: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9);

pub(super) fn make_socket(kind: SocketKind) -> io::Result<Vec<OwnedFd>> {
    let make =
        |family, of_type, protocol| socket_with(family, of_type, SocketFlags::CLOEXEC, protocol);
    Ok(match kind {
        // Without a protocol it receives nothing until it is bound, when its ring is ready.
        SocketKind::Packet => vec![make(AddressFamily::PACKET, SocketType::RAW, None)?],
        SocketKind::Diag => vec![make(
            AddressFamily::NETLINK,
            SocketType::DGRAM,
            Some(SOCK_DIAG),
        )?],
        SocketKind::Tcp4 => vec![make(AddressFamily::INET, SocketType::STREAM, None)?],
        SocketKind::Tcp6 => vec![make(AddressFamily::INET6, SocketType::STREAM, None)?],
        SocketKind::Sentinel => {
            let sink = make(AddressFamily::INET, SocketType::DGRAM, None)?;
            bind(&sink, &SENTINEL_SINK)?;
            let sender = make(AddressFamily::INET, SocketType::DGRAM, None)?;
            connect(&sender, &SENTINEL_SINK)?;
            vec![sender, sink]
        }
    })
}
