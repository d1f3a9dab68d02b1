//! The turn on the host's `lo`: one scenario after the other records there, and begins when nobody has its server's port.

use std::io;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use synfin_core::manifest::SocketState;
use tokio::time::{Instant, interval};

use super::hold::hold;
use super::{SocketTable, StartError, Step};

/// Who holds this name has the turn.
const NAME: &str = "synfin-lo";

/// A connection whose server closed it first keeps the port for a minute (TIME_WAIT, tcp(7)); then it is the next server's.
const FREE_WITHIN: Duration = Duration::from_secs(70);

/// How often the kernel is asked, which announces nothing.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// Waits for the turn, and then for the port. The turn ends when what is given here is closed everywhere.
pub(super) async fn take(port: u16) -> Result<UnixListener, StartError> {
    let failed = |step| move |source| StartError::Step { step, source };
    let turn = hold(NAME).await.map_err(failed(Step::Turn))?;
    wait_for(port).await.map_err(failed(Step::Port))?;
    Ok(turn)
}

/// Waits until no socket of this network has the port as its own.
async fn wait_for(port: u16) -> io::Result<()> {
    let mut table = SocketTable::of_this_network()?;
    let deadline = Instant::now() + FREE_WITHIN;
    let mut looks = interval(ASK_EVERY);
    loop {
        looks.tick().await;
        let sockets = table.all()?;
        let mut states = sockets
            .iter()
            .filter(|socket| socket.local.port() == port)
            .map(|socket| socket.state);
        let Some(state) = states.next() else {
            return Ok(());
        };
        if state == SocketState::Listen || Instant::now() >= deadline {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("another program has port {port}"),
            ));
        }
    }
}
