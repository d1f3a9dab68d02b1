//! One endpoint of a connection as Zeek sees it.

use std::ops::Range;

use crate::wire::SeqNumber;

/// A SYN or RST further away than this does not move a stream's end, nor does an acknowledgment of number 0.
const MAX_JUMP_BYTES: i64 = 1 << 20;

/// Zeek's state of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing of it was seen.
    #[default]
    Inactive,
    SynSent,
    /// It sent a SYN-ACK although it is the originator.
    SynAckSent,
    /// Something was seen, but no SYN.
    Partial,
    /// Since the SYN or SYN-ACK of the responder.
    Established,
    Closed,
    Reset,
}

/// One endpoint. Positions count from its SYN, which stands at 0; where it was not seen, as if it stood one number before
/// the first segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) state: State,
    pub(super) previous: State,
    noted: Noted,
    /// The number at position 0.
    start: SeqNumber,
    /// The end of what it sent.
    last: i64,
    /// The end of what the other acknowledged.
    acknowledged: i64,
    /// Up to here holes have been looked for.
    looked_at: i64,
    /// The position after its last FIN.
    fin_end: Option<i64>,
    last_syn: i64,
    last_fin: i64,
    last_rst: i64,
    pub(super) resent_segments: u32,
    pub(super) zero_windows: u32,
    pub(super) gaps: u32,
}

/// Which kinds of segments an endpoint's history tells already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Noted(u8);

/// The kinds of segments that are told once, or again only with another position.
#[derive(Clone, Copy)]
enum Kind {
    Syn,
    Fin,
    Rst,
    Data,
    Ack,
    FinAndRst,
    ManyFlags,
}

/// What Zeek looks at in a segment.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) seq: SeqNumber,
    pub(super) ack: Option<SeqNumber>,
    pub(super) is_syn: bool,
    pub(super) is_fin: bool,
    pub(super) is_rst: bool,
    pub(super) window: u16,
    pub(super) payload_len: i64,
}

impl Endpoint {
    pub(super) fn enter(&mut self, state: State) {
        if state != self.state {
            self.previous = self.state;
            self.state = state;
        }
    }

    /// Begins at position 0 with nothing after it.
    pub(super) fn begin(&mut self, start: SeqNumber) {
        self.start = start;
        self.last = 0;
        self.acknowledged = 0;
    }

    /// The position of a number: the one nearest to what it sent last.
    fn position_of(&self, seq: SeqNumber) -> i64 {
        self.near(seq, self.last)
    }

    fn near(&self, seq: SeqNumber, position: i64) -> i64 {
        let there = self.start.plus_offset(position.cast_unsigned());
        position + i64::from(seq.distance_from(there))
    }

    /// Learns where its stream begins, at its first segment and at a SYN with another number.
    pub(super) fn locate(&mut self, seen: Seen) {
        let is_anew = match self.state {
            State::Inactive => true,
            State::SynSent | State::SynAckSent => seen.is_syn && seen.seq != self.start,
            State::Established | State::Partial => seen.is_syn,
            State::Reset => seen.is_syn && self.previous == State::Inactive,
            State::Closed => false,
        };
        if is_anew && seen.is_syn {
            self.begin(seen.seq);
            self.last = seen.length();
        } else if is_anew {
            self.begin(SeqNumber(seen.seq.0.wrapping_sub(1)));
            self.last = 1;
        }
    }

    /// The letter for this kind of segment, unless it was told before.
    pub(super) fn letter(&mut self, seen: Seen) -> Option<u8> {
        let position = self.position_of(seen.seq);
        match (seen.is_syn, seen.is_fin, seen.is_rst) {
            (_, true, true) => self.noted.is_new(Kind::FinAndRst).then_some(b'I'),
            (true, true, false) | (true, false, true) => {
                self.noted.is_new(Kind::ManyFlags).then_some(b'Q')
            }
            (true, false, false) => {
                let letter = if seen.ack.is_some() { b'H' } else { b'S' };
                let is_other = std::mem::replace(&mut self.last_syn, position) != position;
                (self.noted.is_new(Kind::Syn) || is_other).then_some(letter)
            }
            (false, true, false) => {
                let end = position + seen.payload_len;
                let is_other = std::mem::replace(&mut self.last_fin, end) != end;
                (self.noted.is_new(Kind::Fin) || is_other).then_some(b'F')
            }
            (false, false, true) => {
                let is_other = std::mem::replace(&mut self.last_rst, position) != position;
                (self.noted.is_new(Kind::Rst) || is_other).then_some(b'R')
            }
            (false, false, false) if seen.payload_len > 0 => {
                self.noted.is_new(Kind::Data).then_some(b'D')
            }
            (false, false, false) => {
                (seen.ack.is_some() && self.noted.is_new(Kind::Ack)).then_some(b'A')
            }
        }
    }

    pub(super) fn take_ack(&mut self, ack: SeqNumber) {
        let position = self.near(ack, self.acknowledged);
        let is_broken = ack == SeqNumber(0) && position - self.acknowledged > MAX_JUMP_BYTES;
        if !is_broken {
            self.acknowledged = self.acknowledged.max(position);
        }
    }

    /// Takes in where a segment ends; whether it carried payload and did not go beyond what was sent before.
    pub(super) fn takes_as_resent(&mut self, seen: Seen) -> bool {
        let end = self.position_of(seen.seq) + seen.length();
        if seen.is_fin {
            self.fin_end = Some(end);
        }
        let advance = end - self.last;
        let is_jump = (seen.is_syn || seen.is_rst) && advance.abs() > MAX_JUMP_BYTES;
        let is_only_fin = seen.is_fin && self.last == 1;
        if is_jump || (self.state == State::Reset && !is_only_fin) {
            return false;
        }
        if is_only_fin || advance > 0 {
            self.last = end;
            return false;
        }
        seen.payload_len > 0
    }

    /// An endpoint that closed and then sent an RST has closed normally if the other closes as well.
    pub(super) fn restore_closed(&mut self) {
        if self.state == State::Reset && self.previous == State::Closed {
            self.enter(State::Closed);
        }
    }

    /// Whether it was established and, if it ended, ended with a FIN.
    pub(super) fn is_clean(&self) -> bool {
        match self.state {
            State::Established => true,
            State::Closed => self.previous == State::Established,
            State::Inactive
            | State::SynSent
            | State::SynAckSent
            | State::Partial
            | State::Reset => false,
        }
    }

    /// The stretch of its payload that this acknowledgment passes and no earlier one did, in offsets.
    pub(super) fn look_up_to(&mut self, ack: SeqNumber) -> Range<u64> {
        let end = self.fin_end.map_or(i64::MAX, |end| end - 1);
        let position = self.near(ack, self.acknowledged).min(end);
        let from = self.looked_at.max(1);
        self.looked_at = from.max(position);
        offset_of(from)..offset_of(self.looked_at)
    }

    /// How much payload it sent, as far as numbers tell.
    pub(super) fn has_sent_nothing(&self) -> bool {
        let syn_and_fin = 1 + i64::from(self.fin_end.is_some());
        self.last.max(self.acknowledged) <= syn_and_fin
    }
}

impl Noted {
    /// Notes a kind; whether it was not noted before.
    fn is_new(&mut self, kind: Kind) -> bool {
        let bit = 1 << kind as u8;
        let is_new = self.0 & bit == 0;
        self.0 |= bit;
        is_new
    }
}

impl Seen {
    /// The numbers that it takes up. Payload beside an RST is no part of the stream.
    fn length(self) -> i64 {
        let payload_len = if self.is_rst { 0 } else { self.payload_len };
        payload_len + i64::from(self.is_syn) + i64::from(self.is_fin)
    }
}

impl State {
    /// Whether its SYN was not seen.
    pub(super) fn is_inactive(self) -> bool {
        matches!(self, Self::Inactive | Self::Partial)
    }
}

/// The payload offset of a position: the SYN stands before the first byte.
fn offset_of(position: i64) -> u64 {
    (position - 1).max(0).unsigned_abs()
}
