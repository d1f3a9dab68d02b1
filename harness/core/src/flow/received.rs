//! What came of one segment's payload, and how it counts.

use std::ops::Range;

use super::connection::Milestone;
use super::half_connection::HalfConnection;
use super::ranges::Parts;

/// What came of a segment's payload.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// The parts that were not seen before.
    pub(super) fresh: Parts,
    /// Where all of it stands, and the index of its first byte in the segment's payload.
    pub(super) range: Range<u64>,
    pub(super) skipped: usize,
    /// The first range that was sent before.
    pub(super) again: Option<Range<u64>>,
    /// The first range that fills a hole.
    pub(super) filled: Option<Range<u64>>,
    /// The first range whose content differs from the first copy's.
    pub(super) conflict: Option<Range<u64>>,
    /// Whether it ends where the other side's window ends.
    pub(super) fills_window: bool,
}

impl Received {
    /// How many bytes were sent before. What stands where the sender goes on is not among them, though it was captured: it
    /// probed a window.
    fn again_bytes(&self, sent_before: u64) -> u64 {
        let sent = |range| below(range, sent_before).map_or(0, |it| it.end - it.start);
        sent(&self.range) - self.fresh.iter().map(sent).sum::<u64>()
    }

    pub(super) fn count(&self, told: &mut HalfConnection, at: Milestone, sent_before: u64) {
        told.first_payload.get_or_insert(at);
        told.retransmitted_bytes += self.again_bytes(sent_before);
        if !self.fresh.is_empty() {
            told.last_payload = Some(at);
        }
        let filled = self
            .fresh
            .iter()
            .filter_map(|part| below(part, sent_before));
        told.out_of_order_bytes += filled.map(|part| part.end - part.start).sum::<u64>();
    }
}

/// The part of a range that lies below an offset.
pub(super) fn below(part: &Range<u64>, offset: u64) -> Option<Range<u64>> {
    let end = part.end.min(offset);
    (part.start < end).then_some(part.start..end)
}
