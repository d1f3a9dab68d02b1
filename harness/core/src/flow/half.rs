//! One half-connection while it is read: payload to ranges and comparisons, acknowledgments to FINs.

use std::ops::Range;

use super::connection::Milestone;
use super::duplicate::Recent;
use super::first_copies::FirstCopies;
use super::half_connection::{Conflict, Fin, HalfConnection};
use super::position::{MIN_REACH_BYTES, Position};
use super::purpose::{self, Purpose, Situation};
use super::ranges::{Ranges, total};
use super::received::{Received, below};
use super::retained::Retained;
use super::stray::Stray;
use super::window::Allowance;
use crate::wire::{Segment, SeqNumber};

/// What is needed to read on in what one side sends.
#[derive(Clone, Debug, Default)]
pub(super) struct Half {
    pub(super) position: Position,
    /// What the other side allows this one to send.
    pub(super) allowance: Allowance,
    /// Its last segments.
    recent: Recent,
    /// Its last payload.
    retained: Retained,
    first_copies: FirstCopies,
    /// When the highest acknowledgment came.
    acknowledged_at: Option<Milestone>,
    /// The last segments that were out of reach.
    stray: Option<Box<Stray>>,
    /// A FIN beyond the window: it is forged, or the capture lacks what opened the window. Its acknowledgment tells.
    distant_fin: Option<Box<Fin>>,
}

/// What an acknowledgment brought.
#[derive(Debug, Default)]
pub(super) struct Acknowledgment {
    /// Payload is now acknowledged up to this offset.
    pub(super) payload: Option<u64>,
    /// Whether the FIN is now acknowledged.
    pub(super) acknowledges_fin: bool,
    /// The first range that is now acknowledged and was never captured.
    pub(super) unseen: Option<Range<u64>>,
    /// Payload whose place shows only now.
    pub(super) placed: Vec<Range<u64>>,
}

impl Half {
    /// What a segment is for.
    pub(super) fn purpose(&self, segment: &Segment<'_>) -> Purpose {
        let flags = segment.flags;
        purpose::of(Situation {
            payload_len: segment.payload_len,
            is_bare: !flags.is_syn() && !flags.is_fin() && !flags.is_rst(),
            ahead: self.position.ahead_of_next(segment.seq),
            is_all_acknowledged: self.position.is_all_acknowledged(),
            allowance: self.allowance,
        })
    }

    /// Remembers a segment; whether it is one that was captured twice, to the last byte.
    pub(super) fn is_copy(&mut self, at: Milestone, segment: &Segment<'_>) -> bool {
        self.recent.is_copy(at.at, segment) && !self.has_other_content(segment)
    }

    /// Whether a segment's payload differs from what was sent in its place before.
    fn has_other_content(&self, segment: &Segment<'_>) -> bool {
        let offset = self.position.offset_of(segment.payload_seq());
        let offset = offset.and_then(|offset| u64::try_from(offset).ok());
        offset.is_some_and(|offset| {
            let comparison = self.retained.compare(offset, segment.payload);
            comparison.differing_bytes > 0
        })
    }

    /// Whether a segment ends before its sender's SYN. A keep-alive stands where the SYN does.
    pub(super) fn is_before_syn(&self, segment: &Segment<'_>) -> bool {
        const AT_SYN: i64 = -1;
        let offset = self.position.offset_of(segment.payload_seq());
        offset.is_some_and(|offset| {
            offset < AT_SYN && offset + i64::from(segment.payload_len) <= AT_SYN
        })
    }

    /// Takes a segment's payload in. The byte that probes a zero window does not move its sender on: it is sent as usual once
    /// there is room, unless it was taken (RFC 9293, 3.8.6.1).
    pub(super) fn take_payload(
        &mut self,
        told: &mut HalfConnection,
        at: Milestone,
        segment: &Segment<'_>,
        purpose: Purpose,
    ) -> Received {
        let Some((range, skipped)) = self.place(segment) else {
            told.unplaced_bytes += u64::from(segment.payload_len);
            self.take_stray(at, segment);
            return Received::default();
        };
        let Some(fresh) = told.ranges.insert(range.clone()) else {
            told.unplaced_bytes += u64::from(segment.payload_len);
            return Received::default();
        };
        let sent_before = self.position.next();
        if purpose != Purpose::ZeroWindowProbeWithByte {
            self.position.advance(range.end);
        }
        let mut received = Received {
            skipped: index(skipped),
            fills_window: self.allowance == Allowance::UpTo(range.end),
            filled: fresh.first().and_then(|part| below(part, sent_before)),
            fresh,
            range,
            ..Received::default()
        };
        received.count(told, at, sent_before);
        let captured = segment.payload.get(index(skipped)..).unwrap_or_default();
        if received.range.end - received.range.start > total(&received.fresh) {
            self.compare(told, at, captured, &mut received);
            received.again = received.again.filter(|part| part.start < sent_before);
        }
        self.keep(at, captured, &received);
        received
    }

    /// Keeps what is out of reach in mind, until an acknowledgment tells where it belongs.
    fn take_stray(&mut self, at: Milestone, segment: &Segment<'_>) {
        let seq = segment.payload_seq();
        if self.position.offset_of(seq).is_some() {
            return;
        }
        let is_taken = self
            .stray
            .as_mut()
            .is_some_and(|stray| stray.take(at, segment));
        if !is_taken {
            let mut stray = Stray::around(seq);
            stray.take(at, segment);
            self.stray = Some(Box::new(stray));
        }
    }

    /// The offsets of a segment's payload, and how many of its first bytes lie before the stream's begin.
    fn place(&self, segment: &Segment<'_>) -> Option<(Range<u64>, u64)> {
        let len = u64::from(segment.payload_len);
        let offset = self.position.offset_of(segment.payload_seq())?;
        let skipped = if offset < 0 { offset.unsigned_abs() } else { 0 };
        let start = offset.max(0).unsigned_abs();
        (skipped < len).then(|| (start..start + len - skipped, skipped))
    }

    /// Compares what was sent again with the first copy.
    fn compare(
        &self,
        told: &mut HalfConnection,
        at: Milestone,
        captured: &[u8],
        received: &mut Received,
    ) {
        let fresh: Ranges = received.fresh.iter().cloned().collect();
        for part in fresh.gaps_within(received.range.clone()) {
            let bytes = slice(captured, received.range.start, &part);
            let comparison = self.retained.compare(part.start, bytes);
            let not_captured = part.end - part.start - bytes.len() as u64;
            told.conflicts.bytes += comparison.differing_bytes;
            told.conflicts.uncompared_bytes += comparison.uncompared_bytes + not_captured;
            if let Some(offset) = comparison.first_difference {
                told.conflicts.first.get_or_insert_with(|| Conflict {
                    offset,
                    kept: self.first_copies.frame_of(offset),
                    other: at.frame,
                });
                received.conflict.get_or_insert(offset..part.end);
            }
            received.again.get_or_insert(part);
        }
    }

    /// Keeps what is new, to compare with what may come again.
    fn keep(&mut self, at: Milestone, captured: &[u8], received: &Received) {
        for part in &received.fresh {
            let bytes = slice(captured, received.range.start, part);
            self.retained.keep(part.start, bytes);
            self.first_copies.push(part.start, at.frame);
        }
    }

    /// Payload at the stream's begin of which only the length is still known.
    pub(super) fn begin_with_unread(&mut self, told: &mut HalfConnection, payload_len: u32) {
        if payload_len > 0 {
            told.ranges.insert(0..payload_len.into());
            self.position.advance(payload_len.into());
        }
    }

    /// Takes a segment's FIN in; whether it counts and did not before. One that was not acknowledged gives way to a later one
    /// that stands elsewhere.
    pub(super) fn take_fin(
        &mut self,
        told: &mut HalfConnection,
        at: Milestone,
        segment: &Segment<'_>,
    ) -> bool {
        let end = segment.payload_seq().plus(segment.payload_len);
        let Some(offset) = self.position.stream_offset_of(end) else {
            if segment.payload_len == 0 {
                self.take_stray(at, segment);
            }
            return false;
        };
        let is_settled = |fin: Fin| fin.offset == offset || fin.acknowledged.is_some();
        if told.fin.is_some_and(is_settled) {
            return false;
        }
        let fin = Fin {
            sent: at,
            offset,
            acknowledged: None,
        };
        if offset > self.last_admitted() {
            self.distant_fin = Some(Box::new(fin));
            return false;
        }
        self.end_with(told, fin);
        if let Some(at) = self.acknowledged_at {
            told.acknowledge(at, self.position.acknowledged());
        }
        true
    }

    fn end_with(&mut self, told: &mut HalfConnection, fin: Fin) {
        told.fin = Some(fin);
        self.position.end_at(fin.offset);
    }

    /// The highest offset at which the other side takes a FIN or an RST: a FIN takes one number beyond the window. Where the
    /// window's scale is not known, it is taken for as large as it can be.
    pub(super) fn last_admitted(&self) -> u64 {
        match self.allowance {
            Allowance::UpTo(end) => end.max(self.position.next()) + 1,
            Allowance::Zero => self.position.next() + 1,
            Allowance::Unknown | Allowance::Unscaled => u64::MAX,
        }
    }

    /// Learns where the stream begins in a capture that began later than it, from one of its sender's own segments; by how
    /// many bytes earlier than was supposed.
    pub(super) fn locate(&mut self, told: &mut HalfConnection, segment: &Segment<'_>) -> u64 {
        let seq = segment.payload_seq();
        self.position.begin_at_if_unknown(seq);
        if told.isn.is_some() {
            return 0;
        }
        let earlier = self.position.before_begin(seq);
        if earlier > 0 && (told.segments == 1 || self.was_under_way(earlier, segment)) {
            self.begin_earlier(told, earlier);
            earlier
        } else {
            0
        }
    }

    /// Whether a segment that stands before the supposed begin was on its way when the capture began, and came after one
    /// that follows it: nothing says that what it brings had arrived before.
    fn was_under_way(&self, earlier: u64, segment: &Segment<'_>) -> bool {
        segment.payload_len > 0
            && earlier <= MIN_REACH_BYTES.unsigned_abs()
            && !self.position.has_acknowledgment()
            && self.purpose(segment) == Purpose::Transfer
    }

    /// Counts all offsets from an earlier begin.
    fn begin_earlier(&mut self, told: &mut HalfConnection, bytes: u64) {
        if self.position.has_acknowledgment() {
            told.acknowledged += bytes;
        }
        self.position.begin_earlier(bytes);
        self.allowance = self.allowance.shifted(bytes);
        self.retained.shift(bytes);
        self.first_copies.shift(bytes);
        if let Some(fin) = &mut self.distant_fin {
            fin.offset += bytes;
        }
        told.begin_earlier(bytes);
    }

    /// Takes an acknowledgment of what this side sent in, and what the other side allows it to send.
    pub(super) fn take_ack(
        &mut self,
        told: &mut HalfConnection,
        at: Milestone,
        ack: SeqNumber,
    ) -> Acknowledgment {
        let placed = self.place_strays(told, ack);
        let Some(offset) = self.position.stream_offset_of(ack) else {
            return Acknowledgment::default();
        };
        if !self.position.acknowledge(offset) {
            return Acknowledgment::default();
        }
        if let Some(fin) = self.distant_fin.take_if(|fin| fin.offset + 1 == offset) {
            self.end_with(told, *fin);
        }
        self.acknowledged_at = Some(at);
        self.position.advance(offset.min(told.payload_end()));
        let before = told.acknowledged;
        let acknowledges_fin = told.acknowledge(at, offset);
        let now = told.acknowledged;
        Acknowledgment {
            payload: (now > before).then_some(now),
            acknowledges_fin,
            unseen: told.ranges.first_gap_within(before..now),
            placed,
        }
    }

    /// Gives strays their place where an acknowledgment out of reach says that they arrived: then the capture lacks what was
    /// between. The ranges that are now seen.
    fn place_strays(&mut self, told: &mut HalfConnection, ack: SeqNumber) -> Vec<Range<u64>> {
        let is_out_of_reach = self.position.offset_of(ack).is_none();
        let arrived = |stray: &mut Box<Stray>| is_out_of_reach && stray.is_acknowledged_by(ack);
        let Some(stray) = self.stray.take_if(arrived) else {
            return Vec::new();
        };
        let acknowledged = self.position.offset_beyond_reach(ack);
        let Some(found) = acknowledged.and_then(|offset| stray.found(ack, offset)) else {
            return Vec::new();
        };
        let copies = found.sent_bytes - total(&found.ranges);
        told.retransmitted_bytes += copies;
        told.unplaced_bytes -= copies;
        self.distant_fin = found.fin.map(|(sent, offset)| {
            Box::new(Fin {
                sent,
                offset,
                acknowledged: None,
            })
        });
        let mut placed = found.ranges;
        placed.retain(|range| told.ranges.insert(range.clone()).is_some());
        told.unplaced_bytes -= total(&placed);
        self.position
            .advance(placed.last().map_or(0, |range| range.end));
        placed
    }

    /// Gives back the memory that only a connection needs that goes on.
    pub(super) fn forget(&mut self) {
        self.retained.clear();
        self.first_copies.clear();
    }
}

/// The bytes of a part of the stream, as far as they were captured; `captured` begins at offset `start`.
fn slice<'a>(captured: &'a [u8], start: u64, part: &Range<u64>) -> &'a [u8] {
    let end = captured.len().min(index(part.end - start));
    captured
        .get(index(part.start - start)..end)
        .unwrap_or_default()
}

/// An index in a segment's payload, which is shorter than 4 GiB.
fn index(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
