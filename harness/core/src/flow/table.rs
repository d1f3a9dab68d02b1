//! All connections of a capture, as far as it was read.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::connection::{Connection, ConnectionId, Milestone};
use super::epoch::{self, Placement};
use super::event::FlowEvent;
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
    events: Vec<FlowEvent>,
}

impl FlowTable {
    /// Reads one segment, the one of frame `at.frame`, and tells to which connection it belongs: to none while it is in
    /// doubt whether it is an old SYN or opens a new one. What it changed stands in [`Self::events`].
    pub fn push(&mut self, at: Milestone, segment: &Segment<'_>) -> Option<ConnectionId> {
        self.events.clear();
        let mut events = std::mem::take(&mut self.events);
        let index = self.place(at, segment, &mut events);
        if let Some(index) = index {
            let connection = &mut self.connections[index];
            self.trackers[index].receive(connection, at, segment, &mut events);
        }
        self.events = events;
        Some(self.connections[index?].id)
    }

    /// What the last segment changed.
    pub fn events(&self) -> &[FlowEvent] {
        &self.events
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

    /// All connections that were not taken, by id.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter()
    }

    /// The connection of this id.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(usize::try_from(id.0).ok()?)
    }

    /// A connection that is over and so long quiet that it left the table, if there is one. Whoever takes them all reads a
    /// capture of any length in bounded memory; whoever takes none finds all of them at the end.
    pub fn take_finished(&mut self) -> Option<Connection> {
        None
    }

    /// All connections that were not taken, by id, once the capture has been read.
    pub fn finish(self) -> Vec<Connection> {
        self.connections
    }
}

/// The two addresses of a segment, the same for both directions.
fn key_of(segment: &Segment<'_>) -> (SocketAddr, SocketAddr) {
    let (source, destination) = (segment.source, segment.destination);
    (source.min(destination), source.max(destination))
}
