//! Binds a packet socket to the scenario's `lo`; from outside, too, for the kernel asks for no right.

#![expect(unsafe_code, reason = "rustix has no link-layer address")]

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// `lo` is the first interface of every network namespace.
const LOOPBACK_INDEX: i32 = 1;

/// From now on the packet socket receives every frame of `lo`.
pub(crate) fn bind_to_loopback(socket: &OwnedFd) -> io::Result<()> {
    let all = u16::try_from(libc::ETH_P_ALL).expect("a protocol number has 16 bits");
    // SAFETY: all-zero is a valid sockaddr_ll.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = u16::try_from(libc::AF_PACKET).expect("a family number has 16 bits");
    address.sll_protocol = all.to_be();
    address.sll_ifindex = LOOPBACK_INDEX;
    let length = libc::socklen_t::try_from(size_of_val(&address)).expect("an address is short");
    // SAFETY: bind reads one sockaddr_ll.
    let bound = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) };
    match bound {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
