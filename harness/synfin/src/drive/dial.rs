//! The turn to dial: at `connect`, and again for clients that dial later, by a process for each step or a connection for each
//! request.

use std::pin::Pin;
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
    pub(super) fn connected(&self, deadline: Instant) -> impl Future<Output = ()> + use<'a> {
        let (stage, client, before) = (self.stage, self.client, self.before);
        async move {
            let connected = stage.wire.until(deadline, |wire| {
                (wire.connections_of(client).count() > before).then_some(())
            });
            let _ = connected.await;
        }
    }

    /// Waits until the client had to send its SYN again: it is known whose it is, and it may never be answered.
    fn unanswered(&self) -> impl Future<Output = ()> + use<'a> {
        let (stage, client) = (self.stage, self.client);
        let is_sent_again = move || {
            let wire = stage.wire.now();
            let last = wire.connection_of(client, stage.listen());
            last.is_some_and(|connection| connection.setup.syn_retransmissions > 0)
        };
        stage.wire.until_told(is_sent_again)
    }

    /// Does the work, and gives the turn on as soon as the client has connected, or has not for too long.
    pub(super) async fn during<T>(self, work: Pin<&mut impl Future<Output = T>>) -> T {
        let deadline = Instant::now() + DIALS_WITHIN;
        let connected = self.connected(deadline);
        self.until(connected, work).await
    }

    /// Sees the client's connection taken, and gives the turn on when it was, or when nothing answers its SYN.
    pub(super) async fn taken<T>(self, handshake: Pin<&mut impl Future<Output = T>>) -> T {
        let unanswered = self.unanswered();
        self.until(unanswered, handshake).await
    }

    /// Does the work, and gives the turn on when it is done, or when it may be another's.
    async fn until<T>(
        self,
        is_anothers: impl Future<Output = ()>,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> T {
        tokio::select! {
            biased;
            value = &mut work => return value,
            () = is_anothers => {}
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
