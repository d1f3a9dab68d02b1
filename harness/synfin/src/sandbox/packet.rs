//! Packet sockets (packet(7)) on `lo`, as whoever may open one makes them for a ring.

#![expect(
    unsafe_code,
    reason = "packet sockets and their options have no safe wrapper"
)]

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use libc::{c_int, sock_filter};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

/// `lo` is the first interface of every network namespace.
const LOOPBACK_INDEX: i32 = 1;

/// What makes the kernel give a group a number that nobody has (linux/if_packet.h).
const UNIQUE_ID: c_int = 0x2000;
const IGNORE_OUTGOING: c_int = 0x4000;

/// A socket that receives what comes in over `lo`, or of that only what the filter lets through. Frames wait in it until it
/// gets a ring, and are dropped then.
pub(super) fn open(filter: Option<&[sock_filter]>) -> io::Result<OwnedFd> {
    // Without a protocol it receives nothing until it is bound.
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::PACKET, SocketType::RAW, flags, None)?;
    if let Some(program) = filter {
        attach(&socket, program)?;
    }
    // lo shows every frame twice, going out and coming in.
    set(&socket, libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, &1)?;
    bind_to_loopback(&socket)?;
    Ok(socket)
}

/// Takes from whoever holds the socket, now or later, what would let it receive more: another filter, or another interface. A
/// socket in a fanout group cannot be bound again, and in a group of one gets all that there is.
pub(super) fn settle(socket: &OwnedFd) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_LOCK_FILTER, &1)?;
    let group = (libc::PACKET_FANOUT_HASH.cast_signed() | UNIQUE_ID | IGNORE_OUTGOING) << 16;
    set(socket, libc::SOL_PACKET, libc::PACKET_FANOUT, &group)
}

fn attach(socket: &OwnedFd, program: &[sock_filter]) -> io::Result<()> {
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).expect("a filter is short"),
        // The kernel changes none of it.
        filter: program.as_ptr().cast_mut(),
    };
    set(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &filter)
}

fn bind_to_loopback(socket: &OwnedFd) -> io::Result<()> {
    let all = u16::try_from(libc::ETH_P_ALL).expect("a protocol number has 16 bits");
    // SAFETY: all-zero is a valid sockaddr_ll.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = u16::try_from(libc::AF_PACKET).expect("a family number has 16 bits");
    address.sll_protocol = all.to_be();
    address.sll_ifindex = LOOPBACK_INDEX;
    let length = length_of(&address);
    // SAFETY: bind reads one sockaddr_ll.
    check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) })
}

fn set<T>(socket: &OwnedFd, level: c_int, option: c_int, value: &T) -> io::Result<()> {
    // SAFETY: the kernel reads one T, and of a sock_fprog the `len` instructions that it points at, which outlive the call.
    check(unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            (&raw const *value).cast(),
            length_of(value),
        )
    })
}

fn length_of<T>(value: &T) -> libc::socklen_t {
    libc::socklen_t::try_from(size_of_val(value)).expect("a socket option is short")
}

fn check(result: c_int) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
