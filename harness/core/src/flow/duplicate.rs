//! Frames that were captured twice though they were sent once: on a loopback interface, on `any`, at a mirror port.

use crate::time::{Span, Timestamp};
use crate::wire::{Flags, Segment, SeqNumber};

/// How long after a frame its copy may be captured, when both carry the same IPv4 identification. A segment that is sent
/// again gets another one.
const WITHIN_SAME_ID: Span = Span::from_nanos(10_000_000);
/// The same when there is no identification to tell: shorter than any sender takes to repeat itself.
const WITHIN_NO_ID: Span = Span::from_nanos(20_000);
/// How many segments of a side are remembered: copies may come in bursts.
const REMEMBERED: u8 = 4;

/// The last segments of one side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recent {
    prints: [Option<Print>; REMEMBERED as usize],
    /// Where the next one goes.
    slot: u8,
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
        let within = self.captured_within(&print);
        let is_copy = self.remembered().any(|it| {
            print.is_copy_of(it) && within.is_some_and(|within| at.since(it.at) <= within)
        });
        self.prints[usize::from(self.slot)] = Some(print);
        self.slot = (self.slot + 1) % REMEMBERED;
        is_copy
    }

    /// How long after a frame its copy may be captured; `None` of one that the sender may as well have sent again. An
    /// identification that the sender gives to different segments tells nothing.
    fn captured_within(&self, print: &Print) -> Option<Span> {
        let mut same_mark = self.remembered().filter(|it| it.mark == print.mark);
        match print.mark {
            Mark::IpId(_) if same_mark.all(|it| print.is_copy_of(it)) => Some(WITHIN_SAME_ID),
            Mark::IpId(_) | Mark::Clock(_) if print.is_repeatable() => None,
            Mark::IpId(_) | Mark::Clock(_) => Some(WITHIN_NO_ID),
        }
    }

    fn remembered(&self) -> impl Iterator<Item = &Print> {
        self.prints.iter().flatten()
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
