//! All connections of a capture, as far as it was read.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::Range;

use super::connection::{Connection, ConnectionId, Milestone, Side};
use super::epoch::{self, Placement};
use super::tracker::Tracker;
use crate::wire::Segment;

/// The connections of a capture. Segments are pushed in the order of frames.
#[derive(Debug, Default)]
pub struct FlowTable {
    connections: Vec<Connection>,
    /// What is needed to read on, one for each of `connections`.
    trackers: Vec<Tracker>,
    /// The latest connection between two addresses.
    latest: HashMap<(SocketAddr, SocketAddr), usize>,
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
        let mut events = Vec::new();
        let Some(index) = self.place(at, segment, &mut events) else {
            return events;
        };
        let connection = &mut self.connections[index];
        self.trackers[index].receive(connection, at, segment, &mut events);
        events
    }

    /// The index of the connection that a segment belongs to, a new one if need be; `None` while that is in doubt.
    fn place(
        &mut self,
        at: Milestone,
        segment: &Segment<'_>,
        events: &mut Vec<FlowEvent>,
    ) -> Option<usize> {
        let Some(&index) = self.latest.get(&key_of(segment)) else {
            return Some(self.open(epoch::open(self.next_id(), at, segment), segment, events));
        };
        match epoch::place(&self.connections[index], &self.trackers[index], segment) {
            Placement::Here => Some(index),
            Placement::Anew => {
                Some(self.open(epoch::open(self.next_id(), at, segment), segment, events))
            }
            Placement::InDoubt => {
                self.trackers[index].remember_syn(at, segment);
                None
            }
            Placement::AnswersSyn(syn) => Some(self.open(
                epoch::open_answered(self.next_id(), syn, segment),
                segment,
                events,
            )),
        }
    }

    fn next_id(&self) -> ConnectionId {
        ConnectionId(u32::try_from(self.connections.len()).unwrap_or(u32::MAX))
    }

    /// Adds a connection and gives its index.
    fn open(
        &mut self,
        (connection, tracker): (Connection, Tracker),
        segment: &Segment<'_>,
        events: &mut Vec<FlowEvent>,
    ) -> usize {
        let index = self.connections.len();
        events.push(FlowEvent::Opened(connection.id));
        self.connections.push(connection);
        self.trackers.push(tracker);
        self.latest.insert(key_of(segment), index);
        index
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

/// The two addresses of a segment, the same for both directions.
fn key_of(segment: &Segment<'_>) -> (SocketAddr, SocketAddr) {
    let (source, destination) = (segment.source, segment.destination);
    (source.min(destination), source.max(destination))
}
