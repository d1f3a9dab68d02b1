//! A connection in the words that people know from other tools, so that they can cross-check us.

use std::fmt;

use super::connection::{Connection, Roles, Side};
use super::half_connection::Reset;
use crate::wire::Segment;

/// Wireshark's `tcp.completeness` as tshark computes it in two passes: an OR over the connection's segments, in no
/// order and unvalidated. It is kept for cross-checking; nothing is judged by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completeness(u8);

impl Completeness {
    const SYN: u8 = 1;
    const SYN_ACK: u8 = 2;
    const ACK: u8 = 4;
    const DATA: u8 = 8;
    const FIN: u8 = 16;
    const RST: u8 = 32;

    /// The value that Wireshark shows, a sum of 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN and 32 RST.
    pub fn value(self) -> u8 {
        self.0
    }

    /// Takes a segment in. A SYN counts only when it opens the connection.
    pub(super) fn observe(&mut self, segment: &Segment<'_>, is_first: bool) {
        let flags = segment.flags;
        if is_first && flags.is_syn() && !flags.is_ack() {
            self.observe_opening_syn(segment.payload_len);
        }
        if flags.is_ack() {
            self.0 |= match (flags.is_syn(), segment.payload_len) {
                (true, _) => Self::SYN_ACK,
                (false, 0) => Self::ACK,
                (false, _) => Self::DATA,
            };
        }
        if flags.is_ack() && flags.is_fin() {
            self.0 |= Self::FIN;
        }
        if flags.is_rst() {
            self.0 |= Self::RST;
        }
    }

    /// Takes in the SYN that opens the connection, with its payload (RFC 7413).
    pub(super) fn observe_opening_syn(&mut self, payload_len: u32) {
        self.0 |= Self::SYN;
        if payload_len > 0 {
            self.0 |= Self::DATA;
        }
    }
}

/// Zeek's `conn_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnState {
    /// Attempt seen, no reply.
    S0,
    /// Established, not terminated.
    S1,
    /// Established, and a close attempt by the initiator seen, with no reply.
    S2,
    /// Established, and a close attempt by the responder seen, with no reply.
    S3,
    /// Normal establishment and termination.
    Sf,
    /// Attempt rejected.
    Rej,
    /// Established, the initiator aborted.
    Rsto,
    /// The responder aborted.
    Rstr,
    /// The initiator sent a SYN and then an RST; no SYN-ACK was seen.
    Rstos0,
    /// The responder sent a SYN-ACK and then an RST; no SYN was seen.
    Rstrh,
    /// The initiator sent a SYN and then a FIN; no SYN-ACK was seen.
    Sh,
    /// The responder sent a SYN-ACK and then a FIN; no SYN was seen.
    Shr,
    /// No SYN seen: mid-stream traffic.
    Oth,
}

impl fmt::Display for ConnState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S0 => "S0",
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::Sf => "SF",
            Self::Rej => "REJ",
            Self::Rsto => "RSTO",
            Self::Rstr => "RSTR",
            Self::Rstos0 => "RSTOS0",
            Self::Rstrh => "RSTRH",
            Self::Sh => "SH",
            Self::Shr => "SHR",
            Self::Oth => "OTH",
        })
    }
}

impl Connection {
    /// Wireshark's `tcp.completeness`, as tshark computes it in two passes.
    pub fn completeness(&self) -> u8 {
        self.completeness.value()
    }

    /// Zeek's `conn_state`, decided in the order in which Zeek decides (`base/protocols/conn/main.zeek`).
    pub fn conn_state(&self) -> ConnState {
        let has_fin = |side| self.sent_by(side).fin.is_some();
        let (initiator, responder) = (Side::Initiator, Side::Responder);
        if self.aborted(responder) {
            return self.conn_state_reset_by_responder();
        }
        if self.aborted(initiator) {
            return self.conn_state_reset_by_initiator();
        }
        match (has_fin(initiator), has_fin(responder)) {
            (true, true) => ConnState::Sf,
            (true, false) if self.is_inactive(responder) => ConnState::Sh,
            (true, false) => ConnState::S2,
            (false, true) if self.is_inactive(initiator) => ConnState::Shr,
            (false, true) => ConnState::S3,
            (false, false) => self.conn_state_unfinished(),
        }
    }

    fn conn_state_reset_by_responder(&self) -> ConnState {
        let is_attempt = self.setup.syn.is_some() && self.setup.syn_ack.is_none();
        if is_attempt {
            ConnState::Rej
        } else if self.is_inactive(Side::Initiator) {
            ConnState::Rstrh
        } else {
            ConnState::Rstr
        }
    }

    fn conn_state_reset_by_initiator(&self) -> ConnState {
        let has_sent_nothing_else =
            self.setup.ack.is_none() && self.by_initiator.first_payload.is_none();
        if !self.is_inactive(Side::Responder) {
            ConnState::Rsto
        } else if self.setup.syn.is_some() && has_sent_nothing_else {
            ConnState::Rstos0
        } else {
            ConnState::Oth
        }
    }

    fn conn_state_unfinished(&self) -> ConnState {
        match (self.setup.syn, self.setup.syn_ack) {
            (Some(_), Some(_)) => ConnState::S1,
            (Some(_), None) => ConnState::S0,
            (None, Some(_) | None) => ConnState::Oth,
        }
    }

    /// Whether a side's RST counts for Zeek: not when it followed the side's own FIN and the other side closed as well.
    fn aborted(&self, side: Side) -> bool {
        let half = self.sent_by(side);
        let has_peer_closed = self.sent_by(side.peer()).fin.is_some();
        let is_after_fin = |reset: &Reset| {
            half.fin
                .is_some_and(|fin| fin.sent.frame < reset.sent.frame)
        };
        half.resets
            .iter()
            .filter(|reset| reset.effect.is_an_end())
            .any(|reset| !has_peer_closed || !is_after_fin(reset))
    }

    /// Whether a side's SYN was not seen, which Zeek calls inactive or partial.
    fn is_inactive(&self, side: Side) -> bool {
        let is_guessed = self.roles == Roles::Guessed;
        match side {
            Side::Initiator => is_guessed || self.setup.syn.is_none(),
            Side::Responder => is_guessed || self.setup.syn_ack.is_none(),
        }
    }
}
