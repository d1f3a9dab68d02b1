//! The payload of one datagram, as its fragments come.

use std::ops::Range;

use crate::wire::bytes::Bytes;
use crate::wire::layer::{Piece, Position};

/// The longest payload, bytes: what IPv4's length field can say.
const LONGEST: u32 = 0xFFFF;

/// Fragments but the last are a multiple of so many bytes long.
const UNIT_BYTES: u32 = 8;

/// What overlapping fragments mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlaps {
    /// The bytes that came first count.
    FirstCounts,
    /// The fragments contradict each other, unless all bytes are the same again.
    Contradict,
}

/// The fragments contradict each other: there is no such datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contradiction;

/// The parts of a payload that came.
#[derive(Debug, Default)]
pub(super) struct Payload {
    /// The bytes that came; those that did not are 0.
    bytes: Vec<u8>,
    /// Which came by their headers: in order, none touching another.
    ranges: Vec<Range<u32>>,
    /// The payload's length, once its last fragment came.
    end: Option<u32>,
    /// The first byte that came by its header, but was cut by the snap length.
    cut_at: Option<usize>,
}

impl Payload {
    /// Takes one fragment. One whose length cannot be a fragment's counts for nothing.
    pub(super) fn add(
        &mut self,
        piece: &Piece,
        bytes: Bytes<'_>,
        overlaps: Overlaps,
    ) -> Result<(), Contradiction> {
        if piece.position == Position::Inner && !bytes.len.is_multiple_of(UNIT_BYTES)
            || bytes.len == 0
        {
            return Ok(());
        }
        let range = piece.offset..piece.offset.saturating_add(bytes.len);
        self.bound(&range, piece.position)?;
        let new = self.uncovered(&range);
        let is_overlap = new != [range.clone()];
        if is_overlap && overlaps == Overlaps::Contradict && !self.has_again(&range, &new, bytes) {
            return Err(Contradiction);
        }
        for part in new {
            self.copy(&part, range.start, bytes.captured);
        }
        self.cover(range);
        Ok(())
    }

    /// Whether every byte has come.
    pub(super) fn is_whole(&self) -> bool {
        matches!(*self.ranges, [Range { start: 0, end }] if Some(end) == self.end)
    }

    /// Its length by the headers, bytes, as far as it is known.
    pub(super) fn len(&self) -> u32 {
        self.end.unwrap_or_default()
    }

    /// The bytes up to the first that was not captured.
    pub(super) fn into_captured(mut self) -> Vec<u8> {
        self.bytes.truncate(self.cut_at.unwrap_or(usize::MAX));
        self.bytes
    }

    /// Holds a fragment against the payload's end, and that against the longest there is.
    fn bound(&mut self, range: &Range<u32>, position: Position) -> Result<(), Contradiction> {
        let reached = self.ranges.last().map_or(0, |last| last.end);
        if position == Position::Last {
            if self.end.is_some_and(|end| end != range.end) || reached > range.end {
                return Err(Contradiction);
            }
            self.end = Some(range.end);
        }
        if range.end > self.end.unwrap_or(LONGEST).min(LONGEST) {
            return Err(Contradiction);
        }
        Ok(())
    }

    /// The parts of a range that have not come.
    fn uncovered(&self, range: &Range<u32>) -> Vec<Range<u32>> {
        let mut parts = Vec::new();
        let mut at = range.start;
        for covered in &self.ranges {
            if covered.start >= range.end {
                break;
            }
            if covered.start > at {
                parts.push(at..covered.start);
            }
            at = at.max(covered.end);
        }
        if at < range.end {
            parts.push(at..range.end);
        }
        parts
    }

    /// Whether all of a fragment had come, with the same bytes as far as both were captured.
    fn has_again(&self, range: &Range<u32>, new: &[Range<u32>], bytes: Bytes<'_>) -> bool {
        let known_end = self.cut_at.unwrap_or(usize::MAX).min(range.end as usize);
        let known = self.bytes.get(range.start as usize..known_end);
        let known = known.unwrap_or_default();
        let common = known.len().min(bytes.captured.len());
        new.is_empty() && known[..common] == bytes.captured[..common]
    }

    /// Copies the part of a fragment that is new, as far as it was captured.
    fn copy(&mut self, part: &Range<u32>, fragment_start: u32, captured: &[u8]) {
        let captured = captured
            .get((part.start - fragment_start) as usize..)
            .unwrap_or_default();
        let captured = captured.get(..part.len()).unwrap_or(captured);
        let start = part.start as usize;
        let end = start + captured.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[start..end].copy_from_slice(captured);
        if captured.len() < part.len() {
            let cut_at = self.cut_at.unwrap_or(usize::MAX);
            self.cut_at = Some(cut_at.min(end));
        }
    }

    fn cover(&mut self, range: Range<u32>) {
        self.ranges.push(range);
        self.ranges.sort_unstable_by_key(|range| range.start);
        self.ranges.dedup_by(|next, kept| {
            let touches = next.start <= kept.end;
            if touches {
                kept.end = kept.end.max(next.end);
            }
            touches
        });
    }
}
