//! What one side of a connection sent.

use std::ops::Range;

use super::connection::Milestone;
use super::firsts::{Firsts, Frames};
use super::ranges::Ranges;
use crate::pcap::FrameNumber;
use crate::wire::{Segment, SeqNumber};

/// What one side sent. Offsets count payload bytes from the sender's first one, 64-bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HalfConnection {
    /// The initial sequence number, if its SYN was captured.
    pub isn: Option<SeqNumber>,
    /// How many segments it sent, every copy counted.
    pub segments: u64,
    /// Payload bytes of all of them, every copy counted; what an RST carries is no payload.
    pub sent_payload_bytes: u64,
    /// The payload ranges captured.
    pub(super) ranges: Ranges,
    /// The highest payload offset that the other side acknowledged.
    pub acknowledged: u64,
    /// Every frame with a SYN and no ACK.
    pub syns: Frames,
    /// Every frame with SYN and ACK.
    pub syn_acks: Frames,
    /// Every frame with a FIN.
    pub fins: Frames,
    /// Every RST.
    pub resets: Firsts<Reset>,
    /// The first FIN that counts.
    pub fin: Option<Fin>,
    /// New payload captured after the other side's FIN: what a half-close is for.
    pub bytes_after_peers_fin: u64,
    /// The first frame with an acknowledgment that is neither SYN nor RST.
    pub first_ack: Option<Milestone>,
    /// The first frame with payload.
    pub first_payload: Option<Milestone>,
    /// The last frame with payload not seen before.
    pub last_payload: Option<Milestone>,
    /// Payload bytes sent again.
    pub retransmitted_bytes: u64,
    /// Payload bytes that filled a hole left earlier.
    pub out_of_order_bytes: u64,
    /// Payload bytes that no offset could be given: further away than any window, or one hole too many.
    pub unplaced_bytes: u64,
    /// Bytes sent again of which the content differs from the first copy.
    pub conflicts: Conflicts,
    /// Frames that were captured twice.
    pub capture_duplicates: CaptureDuplicates,
    /// Keep-alive probes.
    pub keep_alives: u64,
    /// Frames that announced a zero window.
    pub zero_windows: u64,
    /// Probes of the other side's zero window.
    pub zero_window_probes: u64,
    /// Segments that filled the other side's window to its end.
    pub window_full: u64,
}

/// A FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fin {
    /// The first frame that carried it.
    pub sent: Milestone,
    /// The payload offset at which it stands: all payload of its side ends here.
    pub offset: u64,
    /// The frame of the other side that acknowledged it.
    pub acknowledged: Option<Milestone>,
}

/// An RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The frame that carried it.
    pub sent: Milestone,
    /// What it did.
    pub effect: ResetEffect,
    /// Payload of the other side that its sender had not acknowledged by then, bytes.
    pub unacknowledged_bytes: u32,
}

/// What an RST did (RFC 9293, 3.5.3; RFC 5961, 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResetEffect {
    /// It refused the SYN.
    Refused,
    /// It ended the connection.
    Aborted,
    /// It came when the connection was over: it harmed nothing.
    AfterClose,
    /// Nothing: it was out of the window, or the connection went on.
    Ignored,
}

/// Payload sent again with another content. The first copy counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// How many bytes differ from the first copy.
    pub bytes: u64,
    /// The first conflict.
    pub first: Option<Conflict>,
    /// Bytes sent again that could not be compared: not captured, or the first copy is no longer kept.
    pub uncompared_bytes: u64,
}

/// A conflict of two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The payload offset of the first byte that differs.
    pub offset: u64,
    /// The frame with the copy that counts, if it is still known.
    pub kept: Option<FrameNumber>,
    /// The frame with the copy that differs.
    pub other: FrameNumber,
}

/// Frames that the capture holds twice, though they were sent once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureDuplicates {
    /// How many frames.
    pub frames: u64,
    /// The payload bytes in them; they are not counted as sent again.
    pub bytes: u64,
}

impl ResetEffect {
    /// Whether it ended a connection that was not over.
    pub fn is_an_end(self) -> bool {
        match self {
            Self::Refused | Self::Aborted => true,
            Self::AfterClose | Self::Ignored => false,
        }
    }
}

impl HalfConnection {
    /// Lists a segment in what is told of all of them, whatever comes of it.
    pub(super) fn list(&mut self, at: Milestone, segment: &Segment<'_>) {
        let flags = segment.flags;
        self.segments += 1;
        if !flags.is_rst() {
            self.sent_payload_bytes += u64::from(segment.payload_len);
        }
        if flags.is_ack() && !flags.is_syn() && !flags.is_rst() {
            self.first_ack.get_or_insert(at);
        }
        if flags.is_syn() {
            let listed = if flags.is_ack() {
                &mut self.syn_acks
            } else {
                &mut self.syns
            };
            listed.push(at.frame);
        }
        if flags.is_fin() {
            self.fins.push(at.frame);
        }
    }

    /// Takes the highest acknowledgment so far in and shares it out between payload and FIN: the number after the FIN
    /// acknowledges it. Whether it is the FIN's first.
    pub(super) fn acknowledge(&mut self, at: Milestone, offset: u64) -> bool {
        let Some(fin) = self.fin.as_mut().filter(|fin| offset > fin.offset) else {
            self.acknowledged = offset;
            return false;
        };
        self.acknowledged = fin.offset;
        let is_first = fin.acknowledged.is_none();
        fin.acknowledged.get_or_insert(at);
        is_first
    }

    /// Counts the offsets of what was captured from an earlier begin.
    pub(super) fn begin_earlier(&mut self, bytes: u64) {
        self.ranges.shift(bytes);
        if let Some(fin) = &mut self.fin {
            fin.offset += bytes;
        }
        if let Some(conflict) = &mut self.conflicts.first {
            conflict.offset += bytes;
        }
    }

    /// Its RSTs that were not ignored, in order.
    pub fn heeded_resets(&self) -> impl Iterator<Item = &Reset> {
        self.resets
            .iter()
            .filter(|reset| reset.effect != ResetEffect::Ignored)
    }

    /// The payload ranges captured, ascending and apart; each byte once.
    pub fn ranges(&self) -> &[Range<u64>] {
        self.ranges.as_slice()
    }

    /// Payload bytes captured, each once, whether or not they arrived: [`Self::acknowledged`] tells what did.
    pub fn payload_bytes(&self) -> u64 {
        self.ranges.total_bytes()
    }

    /// Payload bytes that stand after the FIN, where there can be none.
    pub fn bytes_after_fin(&self) -> u64 {
        let end = self.fin.map_or(u64::MAX, |fin| fin.offset);
        self.ranges()
            .iter()
            .map(|range| range.end.saturating_sub(range.start.max(end)))
            .sum()
    }

    /// Payload bytes before the last one captured that the other side has not acknowledged.
    pub(super) fn unacknowledged_bytes(&self) -> u64 {
        self.payload_end().saturating_sub(self.acknowledged)
    }

    /// The offset after the last payload byte captured.
    pub(super) fn payload_end(&self) -> u64 {
        self.ranges().last().map_or(0, |range| range.end)
    }

    /// Ranges that the other side acknowledged and the capture does not hold: the capture is not whole. Holes that were
    /// never acknowledged were lost on the way, or are still to be filled.
    pub fn missing(&self) -> Vec<Range<u64>> {
        self.ranges.gaps_within(0..self.acknowledged)
    }
}
