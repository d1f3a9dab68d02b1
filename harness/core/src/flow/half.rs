//! One half-connection while it is read: sequence numbers to 64-bit offsets, payload to ranges, acknowledgments to FINs.

use std::ops::Range;

use super::connection::Milestone;
use super::half_connection::{Fin, HalfConnection};
use super::ranges::total;
use crate::wire::{Segment, SeqNumber};

/// The largest receive window there can be, bytes (RFC 7323, 2.3): a number further away belongs to something else.
const MAX_WINDOW_BYTES: i64 = 1 << 30;

/// Where one side stands in its own stream. An *offset* counts from its first payload byte; a FIN takes one after it.
#[derive(Clone, Debug, Default)]
pub(super) struct Position {
    /// The sequence number of offset 0, once a segment told it.
    base: Option<SeqNumber>,
    /// The offset after the last payload byte sent.
    next: u64,
    /// The highest offset that the other side acknowledged, the FIN's own included.
    acknowledged: Option<(u64, Milestone)>,
    /// The window that this side announced last.
    pub(super) window: u16,
}

/// What of a segment's payload was not seen before: where it stands, and its index in the segment.
pub(super) struct Fresh {
    pub(super) offsets: Range<u64>,
    pub(super) index: usize,
}

impl Position {
    /// Whether `seq` is where this side's payload begins, or later.
    pub(super) fn is_at_or_after_begin(&self, seq: SeqNumber) -> bool {
        self.offset_of(seq).is_some_and(|offset| offset >= 0)
    }

    /// Whether a sequence number of this side is known.
    pub(super) fn is_known(&self) -> bool {
        self.base.is_some()
    }

    /// Whether `seq` is the number at which this side's payload begins, as far as that is known.
    pub(super) fn begins_at(&self, seq: SeqNumber) -> bool {
        self.base == Some(seq)
    }

    /// Sets the number at which this side's payload begins. Payload seen before counts no more.
    pub(super) fn begin_at(&mut self, seq: SeqNumber) {
        self.base = Some(seq);
    }

    /// Sets it unless it is known.
    pub(super) fn begin_at_if_unknown(&mut self, seq: SeqNumber) {
        self.base.get_or_insert(seq);
    }

    /// The offset of `seq`: the one nearest to what was sent last, so that streams of more than 4 GiB come out right.
    /// `None` when nothing is known yet or it lies further away than any window.
    fn offset_of(&self, seq: SeqNumber) -> Option<i64> {
        let next = i64::try_from(self.next).ok()?;
        let distance = i64::from(seq.distance_from(self.seq_at(self.next)?));
        (distance.abs() <= MAX_WINDOW_BYTES).then_some(next + distance)
    }

    /// The sequence number of an offset.
    fn seq_at(&self, offset: u64) -> Option<SeqNumber> {
        Some(self.base?.plus_offset(offset))
    }

    /// Whether all payload sent was acknowledged.
    fn is_all_acknowledged(&self) -> bool {
        self.acknowledged.map_or(0, |(offset, _)| offset) >= self.next
    }

    /// Whether a segment of this side asks only whether the other is there: at most one byte, just before what comes
    /// next, all of it acknowledged (RFC 9293, 3.8.4). `peer_window` 0 would make it a zero-window probe.
    pub(super) fn is_keep_alive(&self, segment: &Segment<'_>, peer_window: u16) -> bool {
        let flags = segment.flags;
        let is_bare = !flags.is_syn() && !flags.is_fin() && !flags.is_rst();
        let is_before_next =
            self.offset_of(segment.seq).map(|at| at + 1) == i64::try_from(self.next).ok();
        is_bare
            && segment.payload_len <= 1
            && peer_window > 0
            && is_before_next
            && self.is_all_acknowledged()
    }

    /// Takes a segment's payload in and gives what of it is new.
    pub(super) fn take_payload(
        &mut self,
        half: &mut HalfConnection,
        at: Milestone,
        segment: &Segment<'_>,
    ) -> Vec<Fresh> {
        let len = u64::from(segment.payload_len);
        let Some((start, skipped)) = self.placed(segment.payload_seq(), len) else {
            half.unplaced_bytes += len;
            return Vec::new();
        };
        let range = start..start + len - skipped;
        let Some(fresh) = half.ranges.insert(range.clone()) else {
            half.unplaced_bytes += len;
            return Vec::new();
        };
        self.count(half, len, &fresh);
        half.first_payload.get_or_insert(at);
        if !fresh.is_empty() {
            half.last_payload = Some(at);
        }
        self.next = self.next.max(range.end);
        fresh
            .into_iter()
            .map(|offsets| Fresh {
                index: index_of(offsets.start - start + skipped),
                offsets,
            })
            .collect()
    }

    /// Where payload of `len` bytes at `seq` begins, and how many of its first bytes lie before the stream's begin.
    fn placed(&self, seq: SeqNumber, len: u64) -> Option<(u64, u64)> {
        let offset = self.offset_of(seq)?;
        let skipped = if offset < 0 { offset.unsigned_abs() } else { 0 };
        (skipped < len).then_some((offset.max(0).unsigned_abs(), skipped))
    }

    /// Counts what was sent again and what filled a hole.
    fn count(&self, half: &mut HalfConnection, len: u64, fresh: &[Range<u64>]) {
        let new_bytes: u64 = total(fresh);
        half.retransmitted_bytes += len - new_bytes;
        half.out_of_order_bytes += fresh
            .iter()
            .map(|range| range.end.min(self.next).saturating_sub(range.start))
            .sum::<u64>();
    }

    /// Takes a segment's FIN in; whether it is this side's first.
    pub(super) fn take_fin(
        &mut self,
        half: &mut HalfConnection,
        at: Milestone,
        segment: &Segment<'_>,
    ) -> bool {
        let end = segment.payload_seq().plus(segment.payload_len);
        let Some(offset) = self
            .offset_of(end)
            .and_then(|offset| u64::try_from(offset).ok())
        else {
            return false;
        };
        if half.fin.is_some() {
            return false;
        }
        half.fin = Some(Fin {
            sent: at,
            offset,
            acknowledged: None,
        });
        self.settle_acknowledged(half);
        true
    }

    /// Takes an acknowledgment of this side's stream in; the payload offset now acknowledged, if that grew.
    pub(super) fn take_ack(
        &mut self,
        half: &mut HalfConnection,
        at: Milestone,
        ack: SeqNumber,
    ) -> Option<u64> {
        let offset = u64::try_from(self.offset_of(ack)?).ok()?;
        if self
            .acknowledged
            .is_some_and(|(highest, _)| offset <= highest)
        {
            return None;
        }
        self.acknowledged = Some((offset, at));
        let before = half.acknowledged;
        self.settle_acknowledged(half);
        (half.acknowledged > before).then_some(half.acknowledged)
    }

    /// Shares the highest acknowledgment out between payload and FIN: the number after the FIN acknowledges it.
    fn settle_acknowledged(&mut self, half: &mut HalfConnection) {
        let Some((highest, at)) = self.acknowledged else {
            return;
        };
        half.acknowledged = match &mut half.fin {
            Some(fin) if highest > fin.offset => {
                fin.acknowledged.get_or_insert(at);
                fin.offset
            }
            Some(_) | None => highest,
        };
    }

    /// Whether an RST of this side stands where the other side would believe it: in its window (RFC 9293, 3.5.3).
    /// The window's scale is not known, so that it is taken for the largest there can be.
    pub(super) fn is_in_window(&self, seq: SeqNumber) -> bool {
        let acknowledged = self.acknowledged.map_or(0, |(offset, _)| offset);
        let lowest = i64::try_from(acknowledged).unwrap_or(i64::MAX);
        self.offset_of(seq).is_some_and(|offset| offset >= lowest)
    }
}

/// An index in a segment's payload, which is shorter than 4 GiB.
fn index_of(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
