//! One rung of the ladder.

use std::fmt;
use std::ops::Range;

use crate::flow::{Milestone, Side};
use crate::text::Foreign;
use crate::time::Span;

/// A frame of a connection, or several that are told as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its first frame.
    pub at: Milestone,
    /// Time since the connection's first frame.
    pub since_start: Span,
    /// How many frames it stands for.
    pub frames: u64,
    /// Who sent it.
    pub from: Side,
    /// Where in the connection's life it stands.
    pub phase: Phase,
    /// What it says beside its payload.
    pub control: Control,
    /// Its payload's place in the sender's stream, counted from 0; empty without payload.
    pub offsets: Range<u64>,
    /// How the payload begins, if that is text.
    pub excerpt: Option<Foreign>,
    /// What is odd about it.
    pub anomalies: Vec<Anomaly>,
}

/// The phases of a connection's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The handshake.
    Setup,
    /// From the completed handshake to the first FIN or RST.
    Established,
    /// From the first FIN or RST on.
    Closing,
}

/// The control bits of a row, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// None but ACK.
    Ack,
    /// SYN.
    Syn,
    /// SYN and ACK.
    SynAck,
    /// FIN.
    Fin,
    /// RST.
    Rst,
}

/// Something odd about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Anomaly {
    /// A SYN or FIN that was sent before.
    ControlAgain,
    /// Payload that was sent before.
    Retransmission,
    /// Part of the payload was sent before.
    PartRetransmission,
    /// Payload that fills a hole left earlier.
    OutOfOrder,
    /// Payload beyond bytes not captured yet: reordered, lost, or missing in the capture.
    GapBefore,
    /// Payload sent before with another content.
    Conflict,
    /// It acknowledges payload that no frame holds: the capture is not whole.
    AckedUnseen,
    /// The sender takes no more data for now.
    ZeroWindow,
    /// A probe of the other side's zero window.
    ZeroWindowProbe,
    /// Payload up to the end of the other side's window.
    WindowFull,
    /// A probe without new data.
    KeepAlive,
    /// The frame before, captured once more.
    CaptureDuplicate,
    /// An RST when both sides had closed: it harms nothing.
    AfterClose,
    /// An RST outside the window: the other side went on.
    Ignored,
    /// Payload in the SYN (RFC 7413).
    FastOpen,
    /// A SYN whose sender had not got the other's.
    SimultaneousOpen,
    /// A FIN whose sender had not got the other's.
    SimultaneousClose,
}

impl Row {
    /// Payload bytes.
    pub fn payload_bytes(&self) -> u64 {
        self.offsets.end - self.offsets.start
    }

    /// Whether it is payload and nothing else worth telling.
    pub(super) fn is_plain_payload(&self) -> bool {
        self.control == Control::Ack && !self.offsets.is_empty() && self.anomalies.is_empty()
    }
}

impl Anomaly {
    /// Whether something was sent again, all of it or a part.
    pub fn is_retransmission(self) -> bool {
        matches!(self, Self::Retransmission | Self::PartRetransmission)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Setup => "setup",
            Self::Established => "established",
            Self::Closing => "closing",
        })
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlAgain | Self::Retransmission => "retransmission",
            Self::PartRetransmission => "partly retransmission",
            Self::OutOfOrder => "out of order",
            Self::GapBefore => "gap before",
            Self::Conflict => "other content than before",
            Self::AckedUnseen => "acknowledges what was not captured",
            Self::ZeroWindow => "zero window",
            Self::ZeroWindowProbe => "zero-window probe",
            Self::WindowFull => "window full",
            Self::KeepAlive => "keep-alive",
            Self::CaptureDuplicate => "captured twice",
            Self::AfterClose => "after the close",
            Self::Ignored => "ignored",
            Self::FastOpen => "fast open",
            Self::SimultaneousOpen => "simultaneous open",
            Self::SimultaneousClose => "simultaneous close",
        })
    }
}
