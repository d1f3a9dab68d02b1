//! Payload further ahead than any window: forged, or what follows a long gap in the capture. An acknowledgment tells.

use std::ops::Range;

use super::connection::Milestone;
use super::ranges::Ranges;
use crate::wire::{Segment, SeqNumber};

/// Where the first stray segment begins among stray offsets, bytes: what was reordered may lie that far before it.
const BEFORE_FIRST_BYTES: u32 = 1 << 20;
/// The highest stray offset: the largest receive window there can be (RFC 7323, 2.3).
const LAST_OFFSET: u64 = 1 << 30;

/// Segments out of reach that lie near to each other. A *stray offset* counts from a number of its own.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    origin: SeqNumber,
    ranges: Ranges,
    /// Their payload, every copy of a byte counted.
    sent_bytes: u64,
    fin: Option<(Milestone, u64)>,
}

/// Stray payload that has its place now. Offsets are the stream's.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) ranges: Vec<Range<u64>>,
    pub(super) sent_bytes: u64,
    pub(super) fin: Option<(Milestone, u64)>,
}

impl Stray {
    /// Strays around a sequence number.
    pub(super) fn around(seq: SeqNumber) -> Self {
        Self {
            origin: SeqNumber(seq.0.wrapping_sub(BEFORE_FIRST_BYTES)),
            ranges: Ranges::default(),
            sent_bytes: 0,
            fin: None,
        }
    }

    /// Takes a segment in; whether it lies near enough and there is room for it.
    pub(super) fn take(&mut self, at: Milestone, segment: &Segment<'_>) -> bool {
        let len = u64::from(segment.payload_len);
        let Some(start) = self.offset_of(segment.payload_seq()) else {
            return false;
        };
        if len > 0 && self.ranges.insert(start..start + len).is_none() {
            return false;
        }
        self.sent_bytes += len;
        if segment.flags.is_fin() && segment.flags.is_ack() {
            self.fin = Some((at, start + len));
        }
        true
    }

    /// Whether a number acknowledges stray payload up to a byte that was captured, or the FIN behind it.
    pub(super) fn is_acknowledged_by(&self, ack: SeqNumber) -> bool {
        let Some(offset) = self.offset_of(ack) else {
            return false;
        };
        let is_after_fin = self.fin.is_some_and(|(_, fin)| offset == fin + 1);
        let ends_in = |range: &Range<u64>| range.start < offset && offset <= range.end;
        is_after_fin || self.ranges.as_slice().iter().any(ends_in)
    }

    /// Where the strays stand in the stream, once it is known that `ack` is its offset `acknowledged`.
    pub(super) fn found(self, ack: SeqNumber, acknowledged: u64) -> Option<Found> {
        let origin = acknowledged.checked_sub(self.offset_of(ack)?)?;
        let ranges = self.ranges.as_slice().iter();
        Some(Found {
            ranges: ranges
                .map(|range| origin + range.start..origin + range.end)
                .collect(),
            sent_bytes: self.sent_bytes,
            fin: self.fin.map(|(at, offset)| (at, origin + offset)),
        })
    }

    fn offset_of(&self, seq: SeqNumber) -> Option<u64> {
        let offset = u64::from(seq.0.wrapping_sub(self.origin.0));
        (offset <= LAST_OFFSET).then_some(offset)
    }
}
