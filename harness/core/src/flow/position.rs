//! Where one side stands in its own stream: sequence numbers to 64-bit offsets. Nothing else computes an offset.

use crate::wire::SeqNumber;

/// The largest receive window there can be, bytes (RFC 7323, 2.3).
const MAX_WINDOW_BYTES: i64 = 1 << 30;
/// How far ahead a number may lie at least, bytes, however small the window: a capture may lack some frames.
pub(super) const MIN_REACH_BYTES: i64 = 1 << 20;

/// An *offset* counts from a side's first payload byte; a FIN takes one after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// The sequence number of offset 0, once a segment told it.
    base: Option<SeqNumber>,
    /// The offset after the last payload byte sent.
    next: u64,
    /// The highest offset that the other side acknowledged, the FIN's own included; `None` before the first.
    acknowledged: Option<u64>,
    /// The offset after a FIN that counts.
    after_fin: u64,
    /// How far ahead of all this a number may lie, bytes: one further away belongs to something else.
    reach: i64,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            base: None,
            next: 0,
            acknowledged: None,
            after_fin: 0,
            reach: MAX_WINDOW_BYTES,
        }
    }
}

impl Position {
    /// Whether a sequence number of this side is known.
    pub(super) fn is_known(&self) -> bool {
        self.base.is_some()
    }

    /// Sets the number at which this side's payload begins.
    pub(super) fn begin_at(&mut self, seq: SeqNumber) {
        self.base = Some(seq);
    }

    /// Sets it unless it is known.
    pub(super) fn begin_at_if_unknown(&mut self, seq: SeqNumber) {
        self.base.get_or_insert(seq);
    }

    /// By how many bytes a stream begins earlier than was supposed if it holds `seq`.
    pub(super) fn before_begin(&self, seq: SeqNumber) -> u64 {
        match self.offset_of(seq) {
            Some(offset) if offset < 0 => offset.unsigned_abs(),
            Some(_) | None => 0,
        }
    }

    /// Lets the stream begin that many bytes earlier.
    pub(super) fn begin_earlier(&mut self, bytes: u64) {
        self.base = self.base.map(|base| base.plus_offset(bytes.wrapping_neg()));
        self.acknowledged = self.acknowledged.map(|offset| offset + bytes);
        for reached in [&mut self.next, &mut self.after_fin] {
            if *reached > 0 {
                *reached += bytes;
            }
        }
    }

    /// Whether any acknowledgment came.
    pub(super) fn has_acknowledgment(&self) -> bool {
        self.acknowledged.is_some()
    }

    /// Whether `seq` is the number at which this side's payload begins, as far as that is known.
    pub(super) fn begins_at(&self, seq: SeqNumber) -> bool {
        self.base == Some(seq)
    }

    /// Whether `seq` is where this side's payload begins, or later.
    pub(super) fn is_at_or_after_begin(&self, seq: SeqNumber) -> bool {
        self.offset_of(seq).is_some_and(|offset| offset >= 0)
    }

    /// Whether this side sent all before `seq`, which is not before its stream's begin: only such a number can acknowledge its
    /// SYN (RFC 9293, 3.10.7.3).
    pub(super) fn has_sent_up_to(&self, seq: SeqNumber) -> bool {
        self.stream_offset_of(seq)
            .is_some_and(|offset| offset <= self.next)
    }

    /// Bounds how far ahead a number may lie by the largest window that the other side can announce: twice that, since
    /// frames may be missing.
    pub(super) fn bound_reach(&mut self, largest_window_bytes: u32) {
        self.reach = (2 * i64::from(largest_window_bytes)).clamp(MIN_REACH_BYTES, MAX_WINDOW_BYTES);
    }

    /// The offset of `seq`: the one nearest to what was sent or acknowledged last, so that streams of more than 4 GiB come
    /// out right. Negative before the stream's begin. `None` when nothing is known yet or it is out of reach.
    pub(super) fn offset_of(&self, seq: SeqNumber) -> Option<i64> {
        let furthest = i64::try_from(self.furthest()).ok()?;
        let distance = i64::from(seq.distance_from(self.seq_at(self.furthest())?));
        (-MAX_WINDOW_BYTES..=self.reach)
            .contains(&distance)
            .then_some(furthest + distance)
    }

    /// The offset of `seq` if it is not before the stream's begin.
    pub(super) fn stream_offset_of(&self, seq: SeqNumber) -> Option<u64> {
        u64::try_from(self.offset_of(seq)?).ok()
    }

    /// How far `seq` is ahead of what this side sends next, bytes.
    pub(super) fn ahead_of_next(&self, seq: SeqNumber) -> Option<i64> {
        let next = i64::try_from(self.next.max(self.after_fin)).ok()?;
        Some(self.offset_of(seq)? - next)
    }

    /// The offset after the last payload byte sent.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Payload up to this offset was sent.
    pub(super) fn advance(&mut self, end: u64) {
        self.next = self.next.max(end);
    }

    /// A FIN stands at this offset.
    pub(super) fn end_at(&mut self, fin: u64) {
        self.after_fin = fin + 1;
    }

    /// The highest offset acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        self.acknowledged.unwrap_or(0)
    }

    /// Takes an acknowledgment; whether it is the highest so far.
    pub(super) fn acknowledge(&mut self, offset: u64) -> bool {
        let is_higher = self.acknowledged.is_none_or(|highest| offset > highest);
        if is_higher {
            self.acknowledged = Some(offset);
        }
        is_higher
    }

    /// Whether all that was sent was acknowledged, a FIN too.
    pub(super) fn is_all_acknowledged(&self) -> bool {
        self.acknowledged() >= self.next.max(self.after_fin)
    }

    /// The offset of a number out of reach, ahead: what a long gap in the capture leaves.
    pub(super) fn offset_beyond_reach(&self, seq: SeqNumber) -> Option<u64> {
        let distance = seq.0.wrapping_sub(self.seq_at(self.furthest())?.0);
        Some(self.furthest() + u64::from(distance))
    }

    /// The furthest offset that this side is known to have reached.
    fn furthest(&self) -> u64 {
        self.next.max(self.acknowledged())
    }

    /// The sequence number of an offset.
    fn seq_at(&self, offset: u64) -> Option<SeqNumber> {
        Some(self.base?.plus_offset(offset))
    }
}
