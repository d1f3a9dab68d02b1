//! Zeek's `conn_state`.

use std::fmt;

use super::Zeek;
use super::endpoint::State;

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

impl Zeek {
    /// Zeek's `conn_state`, decided in the order in which Zeek decides.
    pub(in crate::flow::vocabulary) fn conn_state(&self) -> ConnState {
        let (originator, responder) = (self.originator.state, self.responder.state);
        match (originator, responder) {
            (_, State::Reset) => self.reset_by_responder(),
            (State::Reset, _) => self.reset_by_originator(),
            (State::Closed, State::Closed) => ConnState::Sf,
            (State::Closed, _) if responder.is_inactive() => ConnState::Sh,
            (State::Closed, _) => ConnState::S2,
            (_, State::Closed) if originator.is_inactive() => ConnState::Shr,
            (_, State::Closed) => ConnState::S3,
            (State::SynSent, State::Inactive) => ConnState::S0,
            (State::Established, State::Established) => ConnState::S1,
            (
                State::Inactive
                | State::Partial
                | State::SynSent
                | State::SynAckSent
                | State::Established,
                State::Inactive
                | State::Partial
                | State::SynSent
                | State::SynAckSent
                | State::Established,
            ) => ConnState::Oth,
        }
    }

    fn reset_by_responder(&self) -> ConnState {
        let have_sent_nothing =
            self.originator.has_sent_nothing() && self.responder.has_sent_nothing();
        match self.originator.state {
            State::SynSent | State::SynAckSent => ConnState::Rej,
            State::Reset if have_sent_nothing => ConnState::Rej,
            State::Inactive | State::Partial => ConnState::Rstrh,
            State::Established | State::Closed | State::Reset => ConnState::Rstr,
        }
    }

    fn reset_by_originator(&self) -> ConnState {
        if !self.responder.state.is_inactive() {
            ConnState::Rsto
        } else if self.has_only_tried() {
            ConnState::Rstos0
        } else {
            ConnState::Oth
        }
    }

    /// Whether the originator's history is a SYN and an RST, with nothing between that tells of more.
    fn has_only_tried(&self) -> bool {
        let history = self.history.as_str();
        let after_syn = history.trim_start_matches('^').strip_prefix('S');
        after_syn.is_some_and(|rest| {
            let telling = rest.find(|letter| "HAFGIQR".contains(letter));
            telling.is_some_and(|at| rest[at..].starts_with('R'))
        })
    }
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
