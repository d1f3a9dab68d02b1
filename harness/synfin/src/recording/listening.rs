//! The server's start, until its LISTEN is seen in the kernel's table: nothing is ever probed by connecting.

use std::time::Duration;

use synfin_core::manifest::Role;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::covers;
use crate::drive::Stage;
use crate::sandbox::{SandboxError, TcpSocket};

/// How often the kernel is asked; a question takes 0.06 ms.
const ASK_EVERY: Duration = Duration::from_millis(1);

/// A server that listens elsewhere is given so long to listen where it should as well.
const ELSEWHERE_GRACE: Duration = Duration::from_millis(500);

/// What became of the server's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listening {
    /// It listens where it should.
    AsAsked,
    /// It listens, but not where it should.
    Elsewhere,
    /// It ended, or could not be started.
    Dead,
    /// It does not listen yet, and its time is over.
    Late,
}

/// Starts the server and waits until it listens, is dead, or late.
pub(crate) async fn start(stage: &Stage) -> Listening {
    let Ok(terminal) = stage.start(Role::Server).await else {
        return Listening::Dead;
    };
    tokio::select! {
        biased;
        listening = listen(stage) => listening,
        () = terminal.program.wait_until_role_gone() => Listening::Dead,
    }
}

async fn listen(stage: &Stage) -> Listening {
    let mut deadline = Instant::now() + stage.play.target.server.start_within;
    let mut ticks = interval(ASK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = Listening::Late;
    while Instant::now() < deadline {
        ticks.tick().await;
        let sockets = match servers_listeners(stage).await {
            Ok(sockets) => sockets,
            Err(error) => {
                stage.fault(error);
                return Listening::Late;
            }
        };
        if sockets
            .iter()
            .any(|socket| covers(socket.local, socket.v6_only, stage.listen()))
        {
            return Listening::AsAsked;
        }
        if !sockets.is_empty() && seen == Listening::Late {
            seen = Listening::Elsewhere;
            deadline = deadline.min(Instant::now() + ELSEWHERE_GRACE);
        }
    }
    seen
}

/// The listening sockets that the server's processes hold.
async fn servers_listeners(stage: &Stage) -> Result<Vec<TcpSocket>, SandboxError> {
    let mut sockets = stage.sockets().listeners()?;
    if !sockets.is_empty() {
        let server = stage.sandbox.stat(Role::Server).await?;
        sockets.retain(|socket| server.socket_inodes.contains(&socket.inode));
    }
    Ok(sockets)
}
