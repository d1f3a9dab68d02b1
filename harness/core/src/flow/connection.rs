//! A TCP connection as the wire showed it.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;

use super::vocabulary::Completeness;
use crate::pcap::FrameNumber;
use crate::time::Timestamp;
use crate::wire::SeqNumber;

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
    /// Wireshark's view of it.
    pub completeness: Completeness,
}

/// A connection's handshake (RFC 9293, 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The SYN that was answered, or the first one.
    pub syn: Option<Milestone>,
    /// SYNs sent again with the same number.
    pub syn_retransmissions: u32,
    /// The SYN-ACK (or, in a simultaneous open, the other SYN).
    pub syn_ack: Option<Milestone>,
    /// The first segment of the initiator that acknowledges the responder's SYN; it may carry data or FIN.
    pub ack: Option<Milestone>,
}

/// What one side sent. Offsets count payload bytes from the sender's first one, 64-bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HalfConnection {
    /// The initial sequence number, if its SYN was captured.
    pub isn: Option<SeqNumber>,
    /// The payload ranges captured, ascending and apart; each byte once.
    pub ranges: Vec<Range<u64>>,
    /// The highest payload offset that the other side acknowledged.
    pub acknowledged: u64,
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
    /// Its FIN.
    pub fin: Option<Fin>,
    /// Its RSTs that ended the connection or came after its end, in order.
    pub resets: Vec<Reset>,
    /// Frames that announced a zero window.
    pub zero_windows: u64,
    /// Keep-alive probes.
    pub keep_alives: u64,
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
    /// Whether both FINs had been acknowledged before: then it harmed nothing.
    pub after_close: bool,
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

impl HalfConnection {
    /// Payload bytes captured, each once.
    pub fn payload_bytes(&self) -> u64 {
        self.ranges
            .iter()
            .map(|range| range.end - range.start)
            .sum()
    }

    /// Payload bytes that stand after the FIN, where there can be none.
    pub fn bytes_after_fin(&self) -> u64 {
        let end = self.fin.map_or(u64::MAX, |fin| fin.offset);
        self.ranges
            .iter()
            .map(|range| range.end.saturating_sub(range.start.max(end)))
            .sum()
    }

    /// Ranges that the other side acknowledged and the capture does not hold: the capture is not whole.
    pub fn missing(&self) -> Vec<Range<u64>> {
        let mut holes = Vec::new();
        let mut next = 0;
        for range in &self.ranges {
            if range.start > next && self.acknowledged > next {
                holes.push(next..range.start.min(self.acknowledged));
            }
            next = next.max(range.end);
        }
        if self.acknowledged > next {
            holes.push(next..self.acknowledged);
        }
        holes
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
            return match (self.setup.syn, self.setup.syn_ack, by) {
                (Some(_), None, Side::Responder) => Ending::Refused,
                (Some(_) | None, Some(_) | None, Side::Initiator | Side::Responder) => {
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
        [&self.by_initiator, &self.by_responder]
            .iter()
            .all(|half| half.fin.is_some_and(|fin| fin.acknowledged.is_some()))
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
            Some((resets.find(|reset| !reset.after_close)?.sent.frame, side))
        };
        [sent(Side::Initiator), sent(Side::Responder)]
            .into_iter()
            .flatten()
            .min_by_key(|(frame, _)| *frame)
            .map(|(_, side)| side)
    }

    /// Whether nothing of the responder followed the SYN.
    fn is_unanswered(&self) -> bool {
        self.setup.syn.is_some()
            && self.setup.syn_ack.is_none()
            && self.by_responder.first_payload.is_none()
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
