//! When a step is given up: at its time, and later as long as payload crosses.

use std::future::pending;
use std::time::Duration;

use synfin_core::spec::ClientNumber;
use tokio::time::{Instant, timeout_at};

use super::live::LiveWire;

/// A step during which payload was seen so shortly before goes on: what the grading takes for bytes still crossing.
const STILL_MOVING: Duration = Duration::from_secs(1);

/// However much crosses, a step takes no longer than so many times its own time: who sends a byte a second for ever holds no
/// recording for ever.
const AT_MOST: u32 = 4;

/// The time of one step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    /// When it is over, if nothing moves.
    due: Instant,
    /// When it is over in any case.
    latest: Instant,
}

impl Deadline {
    /// Of a step that begins now and may take so long.
    pub(crate) fn after(within: Duration) -> Self {
        let now = Instant::now();
        Self {
            due: now + within,
            latest: now + within * AT_MOST,
        }
    }

    /// When it will be over for this client, as far as the wire has shown until now.
    pub(crate) fn of(self, client: ClientNumber, wire: &LiveWire) -> Instant {
        let moved = wire.now().last_payload_of(client);
        let due = moved.map_or(self.due, |moved| self.due.max(moved + STILL_MOVING));
        due.min(self.latest)
    }

    /// What `wanted` gives before the time of this client is over.
    pub(crate) async fn bounds<T>(
        self,
        client: ClientNumber,
        wire: &LiveWire,
        wanted: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            value = wanted => Some(value),
            () = self.passed(client, wire) => None,
        }
    }

    async fn passed(self, client: ClientNumber, wire: &LiveWire) {
        loop {
            let due = self.of(client, wire);
            if due <= Instant::now() {
                return;
            }
            // Nothing can be said before then.
            let _ = timeout_at(due, pending::<()>()).await;
        }
    }
}

#[cfg(test)]
mod tests;
