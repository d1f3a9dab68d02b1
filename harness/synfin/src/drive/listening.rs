//! The server's start, until its LISTEN is seen in the kernel's table: nothing is ever probed by connecting.

use std::net::SocketAddr;
use std::time::Duration;

use synfin_core::manifest::Role;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::stage::Stage;
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

/// Whether a socket at `local` takes connections to `asked`: the very address, its family's wildcard, or `::` for IPv4.
pub(super) fn covers(local: SocketAddr, v6_only: Option<bool>, asked: SocketAddr) -> bool {
    let same_family = local.is_ipv4() == asked.is_ipv4();
    let wildcard =
        local.ip().is_unspecified() && (same_family || (local.is_ipv6() && v6_only != Some(true)));
    local == asked || (local.port() == asked.port() && wildcard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(local: &str, v6_only: Option<bool>, asked: &str, expected: bool) {
        let covered = covers(local.parse().unwrap(), v6_only, asked.parse().unwrap());
        assert_eq!(covered, expected, "{local} {v6_only:?} for {asked}");
    }

    #[test]
    fn a_server_listens_as_asked_at_the_address_itself_or_a_wildcard_that_takes_it() {
        check("127.0.0.1:5001", None, "127.0.0.1:5001", true);
        check("0.0.0.0:5001", None, "127.0.0.1:5001", true);
        check("[::]:5001", Some(false), "127.0.0.1:5001", true);
        check("[::]:5001", Some(true), "[::1]:5001", true);
        check("[::1]:5001", Some(true), "[::1]:5001", true);
    }

    #[test]
    fn a_server_elsewhere_does_not_listen_as_asked() {
        check("127.0.0.1:5002", None, "127.0.0.1:5001", false);
        check("0.0.0.0:5002", None, "127.0.0.1:5001", false);
        check("127.0.1.1:5001", None, "127.0.0.1:5001", false);
        check("[::1]:5001", Some(false), "127.0.0.1:5001", false);
        check("[::]:5001", Some(true), "127.0.0.1:5001", false);
        check("0.0.0.0:5001", None, "[::1]:5001", false);
    }
}
