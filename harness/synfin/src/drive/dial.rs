//! The turn to dial: at `connect`, and again for clients that dial later, by a process for each step or a connection for each
//! request.

use std::time::Duration;

use synfin_core::spec::ClientNumber;
use tokio::sync::MutexGuard;
use tokio::time::Instant;

use super::stage::Stage;

/// A client that was asked for something and has not dialled for so long holds up no others.
const DIALS_WITHIN: Duration = Duration::from_secs(2);

/// One client's turn: no other dials before its connection was seen, so that a new SYN has one possible owner. Given on by
/// being dropped.
pub(super) struct DialTurn<'a> {
    stage: &'a Stage,
    client: ClientNumber,
    /// Connections that it had before.
    before: usize,
    _alone: MutexGuard<'a, ()>,
}

impl<'a> DialTurn<'a> {
    /// Waits for the turn.
    pub(super) async fn take(stage: &'a Stage, client: ClientNumber) -> Self {
        let alone = stage.dialling.lock().await;
        stage.expect_connection_of(client);
        Self {
            stage,
            client,
            before: stage.wire.now().connections_of(client).count(),
            _alone: alone,
        }
    }

    /// Waits until the client has a new connection, or the deadline has passed.
    pub(super) async fn connected(&self, deadline: Instant) {
        let connected = self.stage.wire.until(deadline, |wire| {
            (wire.connections_of(self.client).count() > self.before).then_some(())
        });
        let _ = connected.await;
    }

    /// Does the work, and gives the turn on as soon as the client has connected, or has not for too long.
    pub(super) async fn during<T>(self, work: impl Future<Output = T>) -> T {
        let deadline = Instant::now() + DIALS_WITHIN;
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            value = &mut work => return value,
            () = self.connected(deadline) => {}
        }
        drop(self);
        work.await
    }
}

impl Drop for DialTurn<'_> {
    fn drop(&mut self) {
        self.stage.pass_turn(self.client);
    }
}
