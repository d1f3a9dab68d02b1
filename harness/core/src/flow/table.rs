//! All connections of a capture, as far as it was read.

use std::ops::Range;

use super::connection::{Connection, ConnectionId, Milestone, Side};
use crate::wire::Segment;

/// The connections of a capture. Segments are pushed in the order of frames.
#[derive(Debug, Default)]
pub struct FlowTable {
    connections: Vec<Connection>,
}

/// Something that a segment changed on a connection.
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
    /// A side's payload is now acknowledged up to this offset.
    Acknowledged {
        /// On this connection.
        connection: ConnectionId,
        /// Whose payload.
        of: Side,
        /// Up to this offset.
        offset: u64,
    },
    /// A side's first FIN.
    Fin {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
    /// Both FINs are acknowledged.
    Closed(ConnectionId),
    /// An RST that ended the connection, refused it, or came after its end.
    Reset {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        from: Side,
    },
}

impl FlowTable {
    /// Reads one segment, the one of frame `at.frame`, and tells what it changed.
    pub fn push(&mut self, at: Milestone, segment: &Segment<'_>) -> Vec<FlowEvent> {
        let _ = (at, segment);
        Vec::new()
    }

    /// All connections so far, by id.
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    /// The connection of this id.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(usize::try_from(id.0).ok()?)
    }

    /// All connections, by id, once the capture has been read.
    pub fn finish(self) -> Vec<Connection> {
        self.connections
    }
}
