//! How much one side lets the other send.

use super::connection::Side;
use crate::wire::Segment;

/// The largest window that a header can hold, unscaled.
const MAX_UNSCALED_BYTES: u32 = 65_535;

/// What the receiver of a half-connection allows its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Allowance {
    /// No acknowledgment was captured yet.
    #[default]
    Unknown,
    /// Nothing: a window of zero.
    Zero,
    /// Something, but the window's scale is not known.
    Unscaled,
    /// Payload up to this offset.
    UpTo(u64),
}

/// The window scales that both SYNs offered (RFC 7323, 2.2).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scaling {
    by_initiator: Offer,
    by_responder: Offer,
}

/// What a side's SYN said of its windows.
#[derive(Clone, Copy, Debug, Default)]
enum Offer {
    /// It was not captured.
    #[default]
    Unseen,
    /// It had no such option.
    Absent,
    /// Windows are to be shifted by this.
    Shift(u8),
}

impl Allowance {
    /// The same in a stream that begins earlier.
    pub(super) fn shifted(self, by: u64) -> Self {
        match self {
            Self::UpTo(end) => Self::UpTo(end + by),
            Self::Unknown | Self::Zero | Self::Unscaled => self,
        }
    }
}

impl Scaling {
    /// Takes a side's SYN in.
    pub(super) fn take_syn(&mut self, from: Side, syn: &Segment<'_>) {
        self.take_offer(from, syn.window_scale());
    }

    /// Takes in what a side's SYN said.
    pub(super) fn take_offer(&mut self, from: Side, window_scale: Option<u8>) {
        let offer = window_scale.map_or(Offer::Absent, Offer::Shift);
        match from {
            Side::Initiator => self.by_initiator = offer,
            Side::Responder => self.by_responder = offer,
        }
    }

    /// By how many bits a side's windows are shifted; `None` if that was not captured. A SYN-ACK has the option only where the
    /// SYN had it.
    pub(super) fn shift_of(self, side: Side) -> Option<u8> {
        match (side, self.by_initiator, self.by_responder) {
            (_, Offer::Absent, _) | (_, _, Offer::Absent) => Some(0),
            (Side::Initiator, Offer::Shift(shift), Offer::Shift(_))
            | (Side::Responder, Offer::Shift(_) | Offer::Unseen, Offer::Shift(shift)) => {
                Some(shift)
            }
            (Side::Initiator, Offer::Unseen, Offer::Shift(_) | Offer::Unseen)
            | (Side::Initiator, Offer::Shift(_), Offer::Unseen)
            | (Side::Responder, Offer::Shift(_) | Offer::Unseen, Offer::Unseen) => None,
        }
    }

    /// The largest window that a side can announce, bytes, if its scale is known.
    pub(super) fn largest_window_of(self, side: Side) -> Option<u32> {
        Some(MAX_UNSCALED_BYTES << self.shift_of(side)?)
    }

    /// What a segment of `from` allows the other side, whose payload it acknowledged up to an offset. The window of a SYN is
    /// never scaled.
    pub(super) fn allowance(
        self,
        from: Side,
        segment: &Segment<'_>,
        acknowledged: u64,
    ) -> Allowance {
        let shift = if segment.flags.is_syn() {
            Some(0)
        } else {
            self.shift_of(from)
        };
        match (segment.window, shift) {
            (0, _) => Allowance::Zero,
            (_, None) => Allowance::Unscaled,
            (window, Some(shift)) => Allowance::UpTo(acknowledged + (u64::from(window) << shift)),
        }
    }
}
