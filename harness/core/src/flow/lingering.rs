//! Connections that are over and wait for stragglers: late retransmissions, last acknowledgments, an RST.

use std::collections::VecDeque;

use super::connection::ConnectionId;
use crate::time::{Span, Timestamp};

/// Twice the longest time that a segment may live, of capture time (RFC 9293, 3.4.2: two minutes each).
const TWICE_SEGMENT_LIFETIME: Span = Span::from_nanos(240_000_000_000);
/// How many wait at most: where so many more were over since, stragglers are no longer awaited.
const MAX_LINGERING: usize = 8192;

/// The connections that wait, in the order in which they were over.
#[derive(Debug, Default)]
pub(super) struct Lingering {
    queue: VecDeque<Lingerer>,
}

/// A connection that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lingerer {
    /// Where it is, if it is still there.
    pub(super) slot: usize,
    pub(super) id: ConnectionId,
    over_since: Timestamp,
}

impl Lingering {
    /// A connection is over.
    pub(super) fn push(&mut self, slot: usize, id: ConnectionId, over_since: Timestamp) {
        self.queue.push_back(Lingerer {
            slot,
            id,
            over_since,
        });
    }

    /// The next that need not wait any longer.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<Lingerer> {
        let first = self.queue.front()?;
        let is_due = now.since(first.over_since) > TWICE_SEGMENT_LIFETIME;
        if is_due || self.queue.len() > MAX_LINGERING {
            self.queue.pop_front()
        } else {
            None
        }
    }
}
