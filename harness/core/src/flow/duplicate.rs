//! Frames that were captured twice though they were sent once: on a loopback interface, on `any`, at a mirror port.
//!
//! A frame that a device cut into segments on its way between two places of the capture (segmentation offload) is known by
//! IPv4's identification too: the first of them has the frame's, and each other the next one, where the sender set as many
//! apart as Linux does. What two places merged is not known again: it counts as sent again.

use std::collections::VecDeque;

use crate::time::{Span, Timestamp};
use crate::wire::{Flags, Segment, SeqNumber};

/// How long after a frame its copy may be captured, when both carry the same IPv4 identification. A segment that is sent
/// again gets another one.
const WITHIN_SAME_ID: Span = Span::from_nanos(10_000_000);
/// The same when there is no identification to tell: shorter than any sender takes to repeat itself.
const WITHIN_NO_ID: Span = Span::from_nanos(20_000);
/// How many segments of a side are remembered.
const REMEMBERED: u8 = 4;
/// How many more once there was a copy, since copies may come in bursts: what Linux takes from a device in one go.
const REMEMBERED_OF_BURST: usize = 64;

/// The last segments of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    prints: [Option<Print>; REMEMBERED as usize],
    /// Where the next one goes.
    slot: u8,
    /// Those before them, once there was a copy.
    #[expect(
        clippy::box_collection,
        reason = "few connections have one: the others pay for a pointer only"
    )]
    burst: Option<Box<VecDeque<Print>>>,
}

/// What two copies of a frame have in common, and a retransmission has not.
#[derive(Clone, Copy, Debug)]
struct Print {
    at: Timestamp,
    seq: SeqNumber,
    /// 0 without the ACK flag.
    ack: SeqNumber,
    payload_len: u32,
    mark: Mark,
    flags: Flags,
    window: u16,
}

/// What a sender gives to each segment, a repeated one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// IPv4's identification.
    IpId(u16),
    /// Without one, the sender's clock (RFC 7323, 3): two segments may well have the same.
    Clock(Option<u32>),
}

impl Recent {
    /// Remembers a segment; whether it is a copy of one remembered.
    pub(super) fn is_copy(&mut self, at: Timestamp, segment: &Segment<'_>) -> bool {
        let print = Print::of(at, segment);
        let is_copy = self
            .captured_within(&print)
            .is_some_and(|within| self.has_copied(&print, within));
        if is_copy {
            self.burst.get_or_insert_default();
        }
        self.remember(print);
        is_copy
    }

    /// Whether a frame remembered, or the next part of one, is the same; that part is known no longer.
    fn has_copied(&mut self, print: &Print, within: Span) -> bool {
        self.remembered_mut()
            .filter(|it| print.at.since(it.at) <= within)
            .any(|it| print.is_copy_of(it) || it.cut_off(print))
    }

    fn remember(&mut self, print: Print) {
        let older = self.prints[usize::from(self.slot)].replace(print);
        self.slot = (self.slot + 1) % REMEMBERED;
        if let (Some(burst), Some(older)) = (&mut self.burst, older) {
            if burst.len() == REMEMBERED_OF_BURST {
                burst.pop_front();
            }
            burst.push_back(older);
        }
    }

    /// How long after a frame its copy may be captured; `None` of one that the sender may as well have sent again. An
    /// identification that the sender gives to different segments tells nothing.
    fn captured_within(&self, print: &Print) -> Option<Span> {
        let mut same_mark = self.remembered().filter(|it| it.mark == print.mark);
        let is_alike = |it: &Print| print.is_copy_of(it) || print.begins(it);
        match print.mark {
            Mark::IpId(_) if same_mark.all(is_alike) => Some(WITHIN_SAME_ID),
            Mark::IpId(_) | Mark::Clock(_) if print.is_repeatable() => None,
            Mark::IpId(_) | Mark::Clock(_) => Some(WITHIN_NO_ID),
        }
    }

    fn remembered(&self) -> impl Iterator<Item = &Print> {
        let burst = self.burst.iter().flat_map(|burst| burst.iter());
        self.prints.iter().flatten().chain(burst)
    }

    fn remembered_mut(&mut self) -> impl Iterator<Item = &mut Print> {
        let burst = self.burst.iter_mut().flat_map(|burst| burst.iter_mut());
        self.prints.iter_mut().flatten().chain(burst)
    }
}

impl Print {
    fn of(at: Timestamp, segment: &Segment<'_>) -> Self {
        Self {
            at,
            seq: segment.seq,
            ack: segment.ack.unwrap_or_default(),
            payload_len: segment.payload_len,
            mark: Mark::of(segment),
            flags: segment.flags,
            window: segment.window,
        }
    }

    /// Whether a sender may well send the same twice in a row: an acknowledgment and no more, or an RST for each of two
    /// segments.
    fn is_repeatable(&self) -> bool {
        self.flags.is_rst() || self.payload_len == 0 && !self.flags.is_syn() && !self.flags.is_fin()
    }

    /// Whether it is the first segment that a device cut from a frame.
    fn begins(&self, frame: &Self) -> bool {
        let is_shorter = 0 < self.payload_len && self.payload_len < frame.payload_len;
        let alike = (self.seq, self.ack, self.window, self.mark)
            == (frame.seq, frame.ack, frame.window, frame.mark);
        let is_plain = !frame.flags.is_syn() && !frame.flags.is_rst();
        is_shorter && alike && is_plain
    }

    /// Leaves out what a segment begins with, if a device cut that from this frame; whether it did.
    fn cut_off(&mut self, segment: &Self) -> bool {
        let Mark::IpId(id) = self.mark else {
            return false;
        };
        let is_cut = segment.begins(self);
        if is_cut {
            self.seq = self.seq.plus(segment.payload_len);
            self.payload_len -= segment.payload_len;
            self.mark = Mark::IpId(id.wrapping_add(1));
        }
        is_cut
    }

    fn is_copy_of(&self, earlier: &Self) -> bool {
        self.seq == earlier.seq
            && self.payload_len == earlier.payload_len
            && self.ack == earlier.ack
            && self.flags == earlier.flags
            && self.window == earlier.window
            && self.mark == earlier.mark
    }
}

impl Mark {
    /// A datagram that must not be fragmented need not have an identification (RFC 6864, 4.1): that shows as 0.
    fn of(segment: &Segment<'_>) -> Self {
        match segment.ip_id {
            Some(id) if id != 0 => Self::IpId(id),
            Some(_) | None => Self::Clock(segment.timestamps().map(|(value, _)| value)),
        }
    }
}
