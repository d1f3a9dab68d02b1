//! Names that one process of this network holds at a time: abstract Unix sockets (unix(7)). The kernel gives a name back when
//! its last holder has ended, however it did.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

/// Holds the name; `None` if somebody else does.
pub(super) fn try_hold(name: &str) -> io::Result<Option<UnixListener>> {
    match UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?) {
        Ok(held) => Ok(Some(held)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
        Err(error) => Err(error),
    }
}

/// Holds the name as soon as nobody else does.
pub(super) async fn hold(name: &str) -> io::Result<UnixListener> {
    loop {
        if let Some(held) = try_hold(name)? {
            return Ok(held);
        }
        wait_for_holder(name).await;
    }
}

/// A holder accepts nobody: what is connected to it hears of its end. One that has just ended refuses.
async fn wait_for_holder(name: &str) {
    if let Ok(mut holder) = UnixStream::connect(format!("\0{name}")).await {
        let _ = holder.read(&mut [0]).await;
    }
}
