//! All connections of a capture, as far as it was read.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;
use slab::Slab;

use super::connection::{Connection, ConnectionId, Milestone};
use super::epoch::{self, Placement};
use super::event::FlowEvent;
use super::key::{Key, Which};
use super::lingering::{Lingerer, Lingering};
use super::tracked::{Stage, Tracked};
use crate::wire::Segment;

/// The most connections that are read on at once. Where more are open, as in a flood of SYNs, the idlest are given up and
/// say so.
pub const MAX_OPEN_CONNECTIONS: usize = 262_144;

/// The connections of a capture. Segments are pushed in the order of frames.
#[derive(Debug)]
pub struct FlowTable {
    /// Those that are read on, and those that are finished and not yet taken.
    tracked: Slab<Tracked>,
    /// Those that are read on, by their ends: the latest between two ends.
    by_key: HashMap<Key, usize, RandomState>,
    by_id: HashMap<ConnectionId, usize, RandomState>,
    /// Those that are over and wait for stragglers.
    lingering: Lingering,
    /// Those that left the table, to be taken.
    finished: VecDeque<usize>,
    next_id: u32,
    open: usize,
    max_open: usize,
    events: Vec<FlowEvent>,
}

impl Default for FlowTable {
    fn default() -> Self {
        Self::with_bound(MAX_OPEN_CONNECTIONS)
    }
}

impl FlowTable {
    /// A table that reads on at most that many connections at once.
    pub fn with_bound(max_open: usize) -> Self {
        Self {
            tracked: Slab::new(),
            by_key: HashMap::default(),
            by_id: HashMap::default(),
            lingering: Lingering::default(),
            finished: VecDeque::new(),
            next_id: 0,
            open: 0,
            max_open: max_open.max(1),
            events: Vec::new(),
        }
    }

    /// Reads one segment, the one of frame `at.frame`, and tells to which connection it belongs: to none while it is in
    /// doubt whether it is an old SYN or opens a new one. What it changed stands in [`Self::events`].
    pub fn push(&mut self, at: Milestone, segment: &Segment<'_>) -> Option<ConnectionId> {
        self.events.clear();
        while let Some(straggler) = self.lingering.pop_due(at.at) {
            self.stop_waiting(straggler);
        }
        let (key, sender) = Key::of(segment);
        let slot = self.place(key, sender, (at, segment))?;
        let tracked = &mut self.tracked[slot];
        tracked.receive(at, segment, sender, &mut self.events);
        let id = tracked.connection.id;
        if tracked.begins_to_linger() {
            self.lingering.push(slot, id, at.at);
        }
        Some(id)
    }

    /// What the last segment changed.
    pub fn events(&self) -> &[FlowEvent] {
        &self.events
    }

    /// The slot of the connection that a segment belongs to, a new one if need be; `None` while that is in doubt.
    fn place(
        &mut self,
        key: Key,
        sender: Which,
        arrived: (Milestone, &Segment<'_>),
    ) -> Option<usize> {
        let (at, segment) = arrived;
        let Some(&slot) = self.by_key.get(&key) else {
            return Some(self.insert(key, |id| Tracked::opened_by(id, at, segment, sender)));
        };
        let latest = &mut self.tracked[slot];
        let from = latest.side_of(sender);
        match epoch::place(&latest.connection, &latest.tracker, from, arrived) {
            Placement::Here => Some(slot),
            Placement::Anew => {
                self.finish_in(slot);
                Some(self.insert(key, |id| Tracked::opened_by(id, at, segment, sender)))
            }
            Placement::InDoubt(syn) => {
                if let Some(syn) = latest.tracker.handshake.keep_doubtful_syn(syn) {
                    latest.connection.list_syn(&syn, syn.from);
                }
                None
            }
            Placement::Answers(syn) => {
                let syns = latest.tracker.handshake.take_answered(syn);
                self.finish_in(slot);
                Some(self.insert(key, |id| Tracked::answered(id, &syns, arrived, sender)))
            }
        }
    }

    /// Adds a connection under the next number.
    fn insert(&mut self, key: Key, open: impl FnOnce(ConnectionId) -> Tracked) -> usize {
        if self.open >= self.max_open {
            self.push_out_idlest();
        }
        let id = ConnectionId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.events.push(FlowEvent::Opened(id));
        let slot = self.tracked.insert(open(id));
        self.by_key.insert(key, slot);
        self.by_id.insert(id, slot);
        self.open += 1;
        slot
    }

    /// Waits no longer for stragglers of a connection, if it is still that one and still over.
    fn stop_waiting(&mut self, lingerer: Lingerer) {
        let Some(tracked) = self.tracked.get_mut(lingerer.slot) else {
            return;
        };
        if tracked.connection.id != lingerer.id || tracked.stage != Stage::Lingering {
            return;
        }
        if tracked.tracker.is_over() {
            self.finish_in(lingerer.slot);
        } else {
            tracked.stage = Stage::Open;
        }
    }

    /// Lets a connection leave the table: nothing can change it any more.
    fn finish_in(&mut self, slot: usize) {
        let tracked = &mut self.tracked[slot];
        tracked.finish();
        let key = tracked.key();
        if self.by_key.get(&key) == Some(&slot) {
            self.by_key.remove(&key);
        }
        self.finished.push_back(slot);
        self.open -= 1;
    }

    /// Gives up a sixteenth of all open connections, those of which nothing was seen for the longest time: so many at once
    /// that each costs little.
    fn push_out_idlest(&mut self) {
        let is_read = |tracked: &Tracked| tracked.stage != Stage::Finished;
        let mut idlest: Vec<_> = self
            .tracked
            .iter()
            .filter(|(_, tracked)| is_read(tracked))
            .map(|(slot, tracked)| (tracked.connection.last.frame, slot))
            .collect();
        let count = (idlest.len() / 16).max(1);
        idlest.select_nth_unstable(count - 1);
        idlest.truncate(count);
        idlest.sort_unstable();
        for (_, slot) in idlest {
            let tracked = &mut self.tracked[slot];
            tracked.connection.is_pushed_out = tracked.stage == Stage::Open;
            self.finish_in(slot);
        }
    }

    /// The connection of this id, if it was not taken.
    pub fn connection(&self, id: ConnectionId) -> Option<&Connection> {
        Some(&self.tracked[*self.by_id.get(&id)?].connection)
    }

    /// All connections that were not taken, by id.
    pub fn connections(&self) -> impl Iterator<Item = &Connection> {
        let mut all: Vec<_> = self.tracked.iter().map(|(_, it)| &it.connection).collect();
        all.sort_unstable_by_key(|connection| connection.id);
        all.into_iter()
    }

    /// A connection that left the table, if there is one: it was over and quiet for twice a segment's lifetime, or many
    /// others were over later, or its ends opened another, or it was pushed out. Whoever takes them all reads a capture of
    /// any length in bounded memory; whoever takes none finds all of them at the end.
    pub fn take_finished(&mut self) -> Option<Connection> {
        let slot = self.finished.pop_front()?;
        let connection = self.tracked.remove(slot).connection;
        self.by_id.remove(&connection.id);
        Some(connection)
    }

    /// All connections that were not taken, by id, once the capture has been read.
    pub fn finish(mut self) -> Vec<Connection> {
        let mut all: Vec<_> = self.tracked.drain().map(Tracked::into_connection).collect();
        all.sort_unstable_by_key(|connection| connection.id);
        all
    }
}
