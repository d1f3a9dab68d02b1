//! The wire as it is being recorded: the flow table, fed frame by frame, and what waits on it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use synfin_core::flow::{Connection, ConnectionId, FlowTable, HalfConnection, Milestone};
use synfin_core::pcap::FrameNumber;
use synfin_core::spec::ClientNumber;
use synfin_core::time::Timestamp;
use synfin_core::wire::Segment;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// The wire so far. Whoever waits for something on it is woken by the frame that brings it.
#[derive(Debug)]
pub(crate) struct LiveWire {
    state: Mutex<WireState>,
    changed: watch::Sender<()>,
}

/// What has been seen so far.
#[derive(Debug)]
pub(crate) struct WireState {
    flow: FlowTable,
    /// The connections of each client, in the order of their numbers.
    owned: BTreeMap<ClientNumber, Vec<ConnectionId>>,
    /// Every TCP frame, in order.
    frames: Vec<Milestone>,
    /// What each connection had carried by the frames that brought payload, in their order.
    carried: BTreeMap<ConnectionId, Vec<(Milestone, Carried)>>,
    /// One moment on both clocks, that of the capture and that of deadlines.
    epoch: (Timestamp, Instant),
}

/// Where a step begins: what was captured later counts for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(Timestamp);

/// Payload that connections carried, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// From the client.
    pub(crate) requested: u64,
    /// From the server.
    pub(crate) replied: u64,
}

/// How far the exchange that a step asked for has come on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exchange {
    /// The client has sent nothing for it.
    Silent,
    /// A request, or a reply, is unanswered or unacknowledged.
    Open,
    /// The server replied and all is acknowledged, but the client spoke last.
    ClientSpokeLast,
    /// A reply followed the last request byte, and all is acknowledged.
    Answered,
}

impl Mark {
    /// Before all that was captured.
    pub(crate) const START: Self = Self(Timestamp::from_nanos(0));

    /// At this moment of the capture's clock. Frames captured before it may still be on their way here: they do not count.
    pub(crate) fn at(moment: Timestamp) -> Self {
        Self(moment)
    }
}

impl Carried {
    fn of(connection: &Connection) -> Self {
        Self {
            requested: connection.by_initiator.payload_bytes(),
            replied: connection.by_responder.payload_bytes(),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            requested: self.requested + other.requested,
            replied: self.replied + other.replied,
        }
    }

    fn minus(self, earlier: Self) -> Self {
        Self {
            requested: self.requested.saturating_sub(earlier.requested),
            replied: self.replied.saturating_sub(earlier.replied),
        }
    }
}

impl LiveWire {
    /// A wire on which nothing was seen yet.
    pub(crate) fn new(epoch: (Timestamp, Instant)) -> Self {
        let state = WireState {
            flow: FlowTable::default(),
            owned: BTreeMap::new(),
            frames: Vec::new(),
            carried: BTreeMap::new(),
            epoch,
        };
        Self {
            state: Mutex::new(state),
            changed: watch::Sender::new(()),
        }
    }

    /// Takes in one TCP segment.
    pub(crate) fn push(&self, at: Milestone, segment: &Segment<'_>) {
        self.change(|state| {
            let connection = state.flow.push(at, segment);
            state.frames.push(at);
            if let Some(connection) = connection {
                state.note_payload(connection, at);
            }
        });
    }

    /// The connection was found to be the client's.
    pub(crate) fn set_owner(&self, connection: ConnectionId, client: ClientNumber) {
        self.change(|state| {
            state.owned.entry(client).or_default().push(connection);
        });
    }

    /// What has been seen so far.
    pub(crate) fn now(&self) -> MutexGuard<'_, WireState> {
        self.state
            .lock()
            .expect("no holder of the wire's lock panics")
    }

    /// Waits until `probe` finds what it looks for; `None` when the deadline passes first.
    pub(crate) async fn until<T>(
        &self,
        deadline: Instant,
        mut probe: impl FnMut(&WireState) -> Option<T>,
    ) -> Option<T> {
        let mut changed = self.changed.subscribe();
        loop {
            let found = probe(&self.now());
            if found.is_some() {
                return found;
            }
            timeout_at(deadline, changed.changed())
                .await
                .ok()?
                .expect("the wire outlives its waiters");
        }
    }

    /// Waits until it holds; asked again whenever something was seen.
    pub(crate) async fn until_told(&self, holds: impl Fn() -> bool) {
        let mut changed = self.changed.subscribe();
        while !holds() {
            let told = changed.changed().await;
            told.expect("the wire outlives its waiters");
        }
    }

    /// Waits until more than `known` connections have been opened, and gives the others.
    pub(crate) async fn opened_after(&self, known: usize) -> Vec<Connection> {
        let mut changed = self.changed.subscribe();
        loop {
            let opened = self
                .now()
                .flow
                .connections()
                .skip(known)
                .cloned()
                .collect::<Vec<_>>();
            if !opened.is_empty() {
                return opened;
            }
            changed
                .changed()
                .await
                .expect("the wire outlives its waiters");
        }
    }

    fn change(&self, change: impl FnOnce(&mut WireState)) {
        change(&mut self.now());
        self.changed.send_replace(());
    }
}

impl WireState {
    /// The last TCP frame so far; 0 before the first.
    pub(crate) fn last_frame(&self) -> FrameNumber {
        self.frames.last().map_or(FrameNumber(0), |last| last.frame)
    }

    /// The last TCP frame captured at that moment or before; 0 if there was none. The ring hands frames over a little later
    /// than they pass, so this is only right for moments that lie some milliseconds back.
    pub(crate) fn frame_at(&self, moment: Timestamp) -> FrameNumber {
        let later = self.frames.partition_point(|frame| frame.at <= moment);
        self.frames[..later]
            .last()
            .map_or(FrameNumber(0), |last| last.frame)
    }

    /// When the client's last segment, either way, was captured.
    pub(crate) fn last_segment_of(&self, client: ClientNumber) -> Option<Instant> {
        let last = self
            .connections_of(client)
            .map(|connection| connection.last.at)
            .max()?;
        Some(self.instant(last))
    }

    /// When the client's last new payload, either way, was captured.
    pub(crate) fn last_payload_of(&self, client: ClientNumber) -> Option<Instant> {
        let owned = self.owned.get(&client).into_iter().flatten();
        let notes = owned.filter_map(|connection| self.carried.get(connection)?.last());
        let last = notes.map(|(at, _)| at.at).max()?;
        Some(self.instant(last))
    }

    /// The same moment on the clock of deadlines.
    fn instant(&self, moment: Timestamp) -> Instant {
        let (epoch, instant) = self.epoch;
        instant + Duration::from_nanos(moment.since(epoch).as_nanos())
    }

    /// The client's last connection to the server's port.
    pub(crate) fn connection_of(
        &self,
        client: ClientNumber,
        server: SocketAddr,
    ) -> Option<&Connection> {
        self.connections_of(client)
            .filter(|connection| connection.responder.port() == server.port())
            .last()
    }

    /// All connections of the client.
    pub(crate) fn connections_of(&self, client: ClientNumber) -> impl Iterator<Item = &Connection> {
        let owned = self.owned.get(&client).into_iter().flatten();
        owned.filter_map(|id| self.flow.connection(*id))
    }

    fn note_payload(&mut self, connection: ConnectionId, at: Milestone) {
        let Some(carried) = self.flow.connection(connection).map(Carried::of) else {
            return;
        };
        let noted = self.carried.entry(connection).or_default();
        let before = noted.last().map_or(Carried::default(), |(_, last)| *last);
        if carried != before {
            noted.push((at, carried));
        }
    }

    /// How much the client's connections have carried so far.
    pub(crate) fn carried(&self, client: ClientNumber) -> Carried {
        self.carried_since(client, Mark::START)
    }

    /// How much the client's connections have carried since the mark: in the frames after it, as the grading will count them.
    pub(crate) fn carried_since(&self, client: ClientNumber, since: Mark) -> Carried {
        let after = self.frame_at(since.0);
        let owned = self.owned.get(&client).into_iter().flatten();
        let notes = owned.filter_map(|connection| self.carried.get(connection));
        notes.fold(Carried::default(), |sum, noted| {
            let before = noted.partition_point(|(at, _)| at.frame <= after);
            let [now, before] = [noted.len(), before].map(|length| {
                let last = noted[..length].last();
                last.map_or(Carried::default(), |(_, carried)| *carried)
            });
            sum.plus(now.minus(before))
        })
    }

    /// How far the client's exchange since the mark has come.
    pub(crate) fn exchange(&self, client: ClientNumber, since: Mark) -> Exchange {
        let carried = self.carried_since(client, since);
        if carried.requested == 0 {
            return Exchange::Silent;
        }
        let last = |half: fn(&Connection) -> &HalfConnection| {
            self.connections_of(client)
                .filter_map(|connection| half(connection).last_payload)
                .max()
        };
        let all_acknowledged = self
            .connections_of(client)
            .all(|one| is_acknowledged(&one.by_initiator) && is_acknowledged(&one.by_responder));
        if carried.replied == 0 || !all_acknowledged {
            Exchange::Open
        } else if last(|one| &one.by_responder) > last(|one| &one.by_initiator) {
            Exchange::Answered
        } else {
            Exchange::ClientSpokeLast
        }
    }
}

/// Whether all payload that the side sent is acknowledged.
fn is_acknowledged(half: &HalfConnection) -> bool {
    half.ranges()
        .last()
        .is_none_or(|last| half.acknowledged >= last.end)
}

#[cfg(test)]
pub(super) mod tests;
