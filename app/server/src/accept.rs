//! The listener: who gets in, who is told that the house is full, and how everybody leaves.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use synfin_protocol::{ErrorCode, WireError};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::connection::Connection;
use crate::session::{self, Context};
use crate::store::Store;

/// Connections that the kernel may hold ready for `accept`. (The 128 of `std::net` overflow in a burst of clients, and
/// each lost SYN costs its client a second.)
pub const LISTEN_BACKLOG: u32 = 4096;

/// Refused clients that are being said goodbye to at a time; while all are, nobody is accepted.
const MAX_REFUSALS: usize = 256;

/// A listener on `address` as [`run`] wants it. Must be called within a tokio runtime.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // On Windows the option of this name would let another program take the port over.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(LISTEN_BACKLOG)
}

/// Serves `config.root` on `listener` until `shutdown` completes; then lets transfers finish within the grace, ends
/// every connection with a FIN and returns. What goes wrong with a client ends that client's session and no other.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) {
    let server = Server::new(config);
    tokio::select! {
        never = server.accept_all(&listener) => match never {},
        () = shutdown => {}
    }
    if let Err(error) = server.accept_waiting(listener).await {
        tracing::warn!(%error, "clients that were waiting to be accepted are not told");
    }
    server.stop().await;
}

struct Server {
    context: Arc<Context>,
    places: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    sessions: TaskTracker,
}

impl Server {
    fn new(Config { root, limits }: Config) -> Self {
        Self {
            places: semaphore(limits.max_connections),
            refusals: semaphore(MAX_REFUSALS),
            sessions: TaskTracker::new(),
            context: Arc::new(Context {
                transfers: semaphore(limits.max_transfers),
                store: Arc::new(Store::new(root, limits.max_file_bytes)),
                limits,
                stopping: CancellationToken::new(),
                aborting: CancellationToken::new(),
            }),
        }
    }

    async fn accept_all(&self, listener: &TcpListener) -> std::convert::Infallible {
        let mut backoff = Backoff::default();
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    backoff = Backoff::default();
                    self.admit(stream, peer).await;
                }
                Err(error) => backoff.wait_after(&error).await,
            }
        }
    }

    /// Closing the listener resets every connection that the kernel holds ready for `accept`: they are accepted first, to
    /// be told like the others. (One that arrives between the last `accept` and the close is lost; TCP has no way around.)
    async fn accept_waiting(&self, listener: TcpListener) -> io::Result<()> {
        let listener = listener.into_std()?;
        for _ in 0..LISTEN_BACKLOG {
            match listener.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true)?;
                    self.admit(TcpStream::from_std(stream)?, peer).await;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        let connection = Connection::new(stream);
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => self.serve(connection, peer, place),
            Err(_full) => self.refuse(connection, peer).await,
        }
    }

    fn serve(&self, connection: Connection, peer: SocketAddr, place: OwnedSemaphorePermit) {
        let context = Arc::clone(&self.context);
        self.sessions.spawn(async move {
            session::serve(connection, peer, context).await;
            drop(place);
        });
    }

    async fn refuse(&self, connection: Connection, peer: SocketAddr) {
        let limits = &self.context.limits;
        tracing::warn!(%peer, max_connections = limits.max_connections, "refused: all places are taken");
        let Ok(permit) = Arc::clone(&self.refusals).acquire_owned().await else {
            return;
        };
        let linger = limits.linger;
        self.sessions.spawn(async move {
            let busy = WireError::closing(ErrorCode::Busy, "the server is full; try again later");
            connection.close_with_error(busy, linger).await;
            drop(permit);
        });
    }

    async fn stop(self) {
        let grace = self.context.limits.grace;
        tracing::info!(connections = self.sessions.len(), ?grace, "stopping");
        self.context.stopping.cancel();
        self.sessions.close();
        if tokio::time::timeout(grace, self.sessions.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                connections = self.sessions.len(),
                "the grace is over: ending what still runs"
            );
            self.context.aborting.cancel();
            self.sessions.wait().await;
        }
        tracing::info!("stopped");
    }
}

fn semaphore(permits: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)))
}

/// The pause after a failed `accept`: without one, a process that is out of descriptors spins.
#[derive(Default)]
struct Backoff {
    failures: u32,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(1);

    async fn wait_after(&mut self, error: &io::Error) {
        if concerns_one_client(error) {
            return;
        }
        if self.failures == 0 {
            tracing::error!(%error, "cannot accept");
        }
        tokio::time::sleep(self.pause()).await;
        self.failures = self.failures.saturating_add(1);
    }

    fn pause(&self) -> Duration {
        Self::FIRST
            .saturating_mul(2_u32.saturating_pow(self.failures))
            .min(Self::LONGEST)
    }
}

/// The client went away between its SYN and our `accept`; the next one may be fine.
fn concerns_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_after_failed_accepts_double_up_to_a_second() {
        let pauses_ms = |failures| Backoff { failures }.pause().as_millis();
        assert_eq!(
            [0, 1, 2, 6, 7, u32::MAX].map(pauses_ms),
            [10, 20, 40, 640, 1000, 1000]
        );
    }
}
