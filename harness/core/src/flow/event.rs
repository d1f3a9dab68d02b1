//! What a segment changed.

use std::ops::Range;

use super::connection::{ConnectionId, Side};
use super::half_connection::ResetEffect;

/// Something that a segment changed on a connection, or showed of it. Offsets count payload bytes of the sender's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowEvent {
    /// A first SYN, or a first segment in mid-stream: a new connection.
    Opened(ConnectionId),
    /// The responder answered the SYN with a SYN-ACK.
    SynAcked(ConnectionId),
    /// The handshake is complete.
    Established(ConnectionId),
    /// Payload not seen before; a segment may bring more than one such range.
    Payload {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
        /// Where it stands in the sender's stream.
        offsets: Range<u64>,
        /// Index in the segment's payload where it begins; the snap length may have cut its tail.
        index: usize,
    },
    /// Payload captured earlier whose place shows only now, when its bytes are gone: a SYN's that was in doubt until its
    /// answer came, or what follows a long gap in the capture.
    PlacedLate {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
        /// Where it stands in the sender's stream.
        offsets: Range<u64>,
    },
    /// In a capture that begins in mid-stream, a side's stream begins earlier than was supposed: all offsets told of it so
    /// far grow by so much.
    BeginsEarlier {
        /// On this connection.
        connection: ConnectionId,
        /// Whose stream.
        from: Side,
        /// How much earlier.
        bytes: u64,
    },
    /// A side's payload is now acknowledged up to this offset.
    Acknowledged {
        /// On this connection.
        connection: ConnectionId,
        /// Whose payload.
        of: Side,
        /// Up to this offset.
        offset: u64,
    },
    /// A side's FIN that counts: its first, or one further on than one that was not acknowledged.
    Fin {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
    /// A side's FIN is now acknowledged.
    FinAcknowledged {
        /// On this connection.
        connection: ConnectionId,
        /// Whose FIN.
        of: Side,
    },
    /// Both FINs are acknowledged.
    Closed(ConnectionId),
    /// An RST, and what it did as far as can be told at its frame. What follows may show that it was ignored.
    Reset {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
        /// What it did.
        effect: ResetEffect,
    },
    /// The connection goes on both ways: an RST that seemed to have ended it did not.
    ResetIgnored {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent that RST.
        from: Side,
    },
    /// Payload sent again; empty where it was a SYN or a FIN.
    Retransmitted {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
        /// The first such range.
        offsets: Range<u64>,
    },
    /// Payload that fills a hole.
    OutOfOrder {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
        /// The first such range.
        offsets: Range<u64>,
    },
    /// Payload sent again with another content: the first copy is kept.
    Conflict {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
        /// From the first byte that differs to the end of the overlap.
        offsets: Range<u64>,
    },
    /// Payload that was acknowledged and never captured: the capture is not whole.
    AckedUnseen {
        /// On this connection.
        connection: ConnectionId,
        /// Whose payload.
        of: Side,
        /// The range that was acknowledged beyond what was captured.
        offsets: Range<u64>,
    },
    /// A probe of an idle connection.
    KeepAlive {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
    /// A receive window of zero.
    ZeroWindow {
        /// On this connection.
        connection: ConnectionId,
        /// Who announced it.
        from: Side,
    },
    /// A probe of the other side's zero window.
    ZeroWindowProbe {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
    /// Payload up to the very end of the other side's window.
    WindowFull {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
    /// A frame that was captured twice.
    CaptureDuplicate {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
}
