//! A TCP connection as the wire showed it.

use std::fmt;
use std::net::SocketAddr;

use super::half_connection::HalfConnection;
use super::vocabulary::Vocabulary;
use crate::pcap::FrameNumber;
use crate::time::Timestamp;
use crate::wire::Network;

/// A connection's number in its capture, from 0 on, in the order of first frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// One of the two ends of a connection; of a half-connection, its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who sent the first SYN.
    Initiator,
    /// Who answered.
    Responder,
}

/// Something that happened at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milestone {
    /// The frame that shows it.
    pub frame: FrameNumber,
    /// When that frame was captured.
    pub at: Timestamp,
}

/// How initiator and responder were told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roles {
    /// By a SYN.
    Syn,
    /// By a SYN-ACK; the SYN was not captured.
    SynAck,
    /// Guessed: the capture began in mid-stream.
    Guessed,
}

/// A connection, both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its number.
    pub id: ConnectionId,
    /// The network on which its segments were seen.
    pub network: Network,
    /// The end that sent the first SYN.
    pub initiator: SocketAddr,
    /// The end that answered.
    pub responder: SocketAddr,
    /// How the two were told apart.
    pub roles: Roles,
    /// Its first frame.
    pub first: Milestone,
    /// Its last frame so far.
    pub last: Milestone,
    /// How many frames it has.
    pub frames: u64,
    /// Its handshake.
    pub setup: Setup,
    /// What the initiator sent.
    pub by_initiator: HalfConnection,
    /// What the responder sent.
    pub by_responder: HalfConnection,
    /// Whether it was given up, still open, because too many connections were open at once: what followed on it is
    /// another connection.
    pub is_pushed_out: bool,
    /// What other tools make of it.
    pub(super) vocabulary: Vocabulary,
}

/// A connection's handshake (RFC 9293, 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// Which steps it has.
    pub kind: SetupKind,
    /// The SYN that was answered, or the first one.
    pub syn: Option<Milestone>,
    /// SYNs sent again with the same number.
    pub syn_retransmissions: u32,
    /// The SYN-ACK (or, in a simultaneous open, the other SYN).
    pub syn_ack: Option<Milestone>,
    /// The first segment of the initiator that acknowledges the responder's SYN; it may carry data or FIN.
    pub ack: Option<Milestone>,
    /// The payload of the SYN, if it had any.
    pub fast_open: Option<FastOpen>,
}

/// How the two sides came together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SetupKind {
    /// No SYN was captured.
    #[default]
    Unseen,
    /// SYN, SYN-ACK and ACK, as far as they came.
    Ordinary,
    /// Both sides sent a SYN before they saw the other's (RFC 9293, figure 7).
    Simultaneous,
}

/// Payload in the SYN (RFC 7413). It is part of its sender's stream whether or not it was accepted; of a SYN that was
/// refused or never answered, nothing was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FastOpen {
    /// How much of it the SYN carried, bytes.
    pub sent_bytes: u32,
    /// How much of it the SYN-ACK acknowledged, bytes; the rest has to be sent again.
    pub accepted_bytes: u32,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// FIN and ACK both ways.
    Orderly {
        /// Whose FIN came first.
        first: Side,
    },
    /// One side's FIN only, or both and not both acknowledged.
    HalfClosed {
        /// Whose FIN, or whose came first.
        by: Side,
    },
    /// An RST before both FINs were acknowledged.
    Reset {
        /// Who sent it.
        by: Side,
    },
    /// The SYN was answered by an RST.
    Refused,
    /// The SYN was never answered.
    Unanswered,
    /// Neither FIN nor RST.
    StillOpen,
}

impl Side {
    /// The other end.
    #[must_use]
    pub fn peer(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

impl Connection {
    /// What one side sent.
    pub fn sent_by(&self, side: Side) -> &HalfConnection {
        match side {
            Side::Initiator => &self.by_initiator,
            Side::Responder => &self.by_responder,
        }
    }

    pub(super) fn half_mut(&mut self, side: Side) -> &mut HalfConnection {
        match side {
            Side::Initiator => &mut self.by_initiator,
            Side::Responder => &mut self.by_responder,
        }
    }

    /// Whether a socket was connected to itself: then all of the connection stands with the initiator.
    pub fn is_to_itself(&self) -> bool {
        self.initiator == self.responder
    }

    /// Who has this address, if one of the two.
    pub fn side_of(&self, address: SocketAddr) -> Option<Side> {
        match address {
            a if a == self.initiator => Some(Side::Initiator),
            a if a == self.responder => Some(Side::Responder),
            _ => None,
        }
    }

    /// How it ended, as far as it was seen. An RST decides, unless it came when all was over.
    pub fn ending(&self) -> Ending {
        if let Some(by) = self.reset_by() {
            return match (self.awaits_answer(), by) {
                (true, Side::Responder) => Ending::Refused,
                (true, Side::Initiator) | (false, Side::Initiator | Side::Responder) => {
                    Ending::Reset { by }
                }
            };
        }
        match self.first_to_close() {
            Some(first) if self.is_closed() => Ending::Orderly { first },
            Some(by) => Ending::HalfClosed { by },
            None if self.is_unanswered() => Ending::Unanswered,
            None => Ending::StillOpen,
        }
    }

    /// Whether both sides' FINs were acknowledged.
    pub fn is_closed(&self) -> bool {
        let is_acknowledged =
            |half: &HalfConnection| half.fin.is_some_and(|fin| fin.acknowledged.is_some());
        is_acknowledged(&self.by_initiator)
            && (self.is_to_itself() || is_acknowledged(&self.by_responder))
    }

    /// Whether both sides sent their FINs before they saw the other's: neither FIN acknowledges the other (RFC 9293, figure 13).
    pub fn is_closed_simultaneously(&self) -> bool {
        let (Some(one), Some(other)) = (self.by_initiator.fin, self.by_responder.fin) else {
            return false;
        };
        let last_sent = one.sent.max(other.sent);
        let first_sent = if one.sent < other.sent { one } else { other };
        first_sent.acknowledged.is_none_or(|at| at > last_sent)
    }

    /// Whose FIN came first, if there was any.
    pub fn first_to_close(&self) -> Option<Side> {
        let sent = |side| Some((self.sent_by(side).fin?.sent.frame, side));
        [sent(Side::Initiator), sent(Side::Responder)]
            .into_iter()
            .flatten()
            .min_by_key(|(frame, _)| *frame)
            .map(|(_, side)| side)
    }

    /// Who sent the first RST that came before all was over.
    fn reset_by(&self) -> Option<Side> {
        let sent = |side| {
            let mut resets = self.sent_by(side).resets.iter();
            Some((
                resets.find(|reset| reset.effect.is_an_end())?.sent.frame,
                side,
            ))
        };
        [sent(Side::Initiator), sent(Side::Responder)]
            .into_iter()
            .flatten()
            .min_by_key(|(frame, _)| *frame)
            .map(|(_, side)| side)
    }

    /// Whether nothing of the responder followed the SYN.
    fn is_unanswered(&self) -> bool {
        self.awaits_answer() && self.by_responder.first_payload.is_none()
    }

    /// Whether nothing shows that the SYN was answered: no SYN-ACK, nor an acknowledgment of the initiator's, who has nothing
    /// to acknowledge before it (RFC 9293, 3.10.7.3). A capture may lack the SYN-ACK.
    pub(super) fn awaits_answer(&self) -> bool {
        self.setup.syn.is_some()
            && self.setup.syn_ack.is_none()
            && self.by_initiator.first_ack.is_none()
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initiator => "initiator",
            Self::Responder => "responder",
        })
    }
}
