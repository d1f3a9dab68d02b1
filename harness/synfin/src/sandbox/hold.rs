//! Names that one process of this network holds at a time: abstract Unix sockets (unix(7)). The kernel gives a name back when
//! its last holder has ended, however it did.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

/// A holder that cannot be waited for is asked again after so long.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(20);

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

/// A holder accepts nobody: what is connected to it hears of its end. One whom too many wait for takes no more; it is asked
/// again a little later.
async fn wait_for_holder(name: &str) {
    match UnixStream::connect(format!("\0{name}")).await {
        // Its end may come as an error, too.
        Ok(mut holder) => drop(holder.read(&mut [0]).await),
        Err(_) => tokio::time::sleep(ASK_AGAIN_AFTER).await,
    }
}
