//! Segments in, stories out.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use super::oddities::Oddities;
use super::rows::Rows;
use super::telling::Telling;
use crate::flow::{Connection, ConnectionId, FlowTable, Milestone};
use crate::wire::Segment;

/// A connection and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What flow says of it.
    pub connection: Connection,
    /// Its ladder, in the order of frames.
    pub rows: Rows,
    /// What is odd about it, and where that was seen first.
    pub oddities: Oddities,
    /// Pure acknowledgments that have no row.
    pub folded_acks: u64,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The connections, by number.
    pub connections: RangeInclusive<u32>,
    /// The frames that have rows.
    pub frames: RangeInclusive<u64>,
    /// The most rows of one connection.
    pub most_rows: usize,
}

/// Reads segments in order and tells the story of each connection in its scope.
#[derive(Debug)]
pub struct Teller {
    scope: Scope,
    flows: FlowTable,
    tellings: HashMap<ConnectionId, Telling>,
    connections: u32,
}

impl Teller {
    /// Tells what is in this scope, and keeps nothing of the rest.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            flows: FlowTable::default(),
            tellings: HashMap::new(),
            connections: 0,
        }
    }

    /// Reads one segment.
    pub fn push(&mut self, at: Milestone, segment: &Segment<'_>) {
        let Some(id) = self.flows.push(at, segment) else {
            return;
        };
        self.connections = self.connections.max(id.0.saturating_add(1));
        if !self.scope.connections.contains(&id.0) {
            return;
        }
        let (scope, flows) = (&self.scope, &self.flows);
        if let Some(connection) = flows.connection(id) {
            self.tellings
                .entry(id)
                .or_insert_with(|| Telling::new(scope))
                .take(at, segment, connection, flows.events());
        }
    }

    /// A story that is over, if there is one. Who takes them all needs no memory for those that are.
    pub fn take_finished(&mut self) -> Option<Story> {
        while let Some(connection) = self.flows.take_finished() {
            if let Some(telling) = self.tellings.remove(&connection.id) {
                return Some(telling.into_story(connection));
            }
        }
        None
    }

    /// How many connections there were so far, told or not.
    pub fn connections(&self) -> u32 {
        self.connections
    }

    /// The stories that were not taken, by number, once the capture was read.
    pub fn finish(mut self) -> Vec<Story> {
        let tellings = &mut self.tellings;
        let tell = |connection: Connection| {
            let telling = tellings.remove(&connection.id)?;
            Some(telling.into_story(connection))
        };
        self.flows.finish().into_iter().filter_map(tell).collect()
    }
}

impl Default for Scope {
    /// Everything, within what memory and patience there is for one connection.
    fn default() -> Self {
        Self {
            connections: 0..=u32::MAX,
            frames: 0..=u64::MAX,
            most_rows: 200,
        }
    }
}
