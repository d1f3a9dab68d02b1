//! A descriptor that tokio waits on.

#![expect(
    unsafe_code,
    reason = "tokio asks for a promise about the descriptor's owner"
)]

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::unix::AsyncFd;

/// Lets tokio wait until `fd`, which is non-blocking, can be read or written.
pub(crate) fn register(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd stays the same open descriptor until it is dropped, and AsyncFd drops it last.
    Ok(unsafe { AsyncFd::register(fd) }?)
}
