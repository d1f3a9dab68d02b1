//! A connection in the table, with what is needed to read on.

use super::connection::{Connection, ConnectionId, Milestone, Roles, Setup, Side};
use super::epoch;
use super::event::FlowEvent;
use super::half_connection::HalfConnection;
use super::handshake::DoubtfulSyn;
use super::key::{Key, Which};
use super::tracker::{Arrival, Tracker};
use super::vocabulary::Vocabulary;
use crate::wire::Segment;

/// A connection and where it stands.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) connection: Connection,
    pub(super) tracker: Tracker,
    pub(super) stage: Stage,
    /// Which end of its key the initiator is.
    initiator: Which,
}

/// What the table does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It reads on.
    Open,
    /// It waits for stragglers.
    Lingering,
    /// It waits for somebody to take it.
    Finished,
}

impl Tracked {
    /// The connection that a segment opens, sent by that end.
    pub(super) fn opened_by(
        id: ConnectionId,
        at: Milestone,
        segment: &Segment<'_>,
        sender: Which,
    ) -> Self {
        match epoch::initiative(segment) {
            (Side::Initiator, roles) => Self::of_initiator(id, at, segment, (sender, roles)),
            (Side::Responder, roles) => Self::of_responder(id, at, segment, (sender, roles)),
        }
    }

    /// The connection of SYNs that were in doubt until this segment answered them, sent by that end.
    pub(super) fn answered(
        id: ConnectionId,
        syns: &[DoubtfulSyn],
        (at, answer): (Milestone, &Segment<'_>),
        sender: Which,
    ) -> Self {
        let first = syns.first().map_or(at, |syn| syn.at);
        let mut tracked = Self::of_responder(id, first, answer, (sender, Roles::Syn));
        tracked.tracker.begin_with(&mut tracked.connection, syns);
        tracked
    }

    /// A connection whose initiator sent this segment.
    fn of_initiator(
        id: ConnectionId,
        first: Milestone,
        segment: &Segment<'_>,
        (sender, roles): (Which, Roles),
    ) -> Self {
        Self {
            connection: Connection {
                id,
                network: segment.network,
                initiator: segment.source,
                responder: segment.destination,
                roles,
                first,
                last: first,
                frames: 0,
                setup: Setup::default(),
                by_initiator: HalfConnection::default(),
                by_responder: HalfConnection::default(),
                is_pushed_out: false,
                vocabulary: Vocabulary::default(),
            },
            tracker: Tracker::default(),
            stage: Stage::Open,
            initiator: sender,
        }
    }

    /// A connection whose responder sent this segment.
    fn of_responder(
        id: ConnectionId,
        first: Milestone,
        segment: &Segment<'_>,
        (sender, roles): (Which, Roles),
    ) -> Self {
        let mut tracked = Self::of_initiator(id, first, segment, (sender.other(), roles));
        tracked.connection.initiator = segment.destination;
        tracked.connection.responder = segment.source;
        tracked
    }

    /// Reads one segment, sent by that end.
    pub(super) fn receive(
        &mut self,
        at: Milestone,
        segment: &Segment<'_>,
        sender: Which,
        events: &mut Vec<FlowEvent>,
    ) {
        let from = self.side_of(sender);
        let to = if self.connection.is_to_itself() {
            from
        } else {
            from.peer()
        };
        let mut arrival = Arrival {
            at,
            segment,
            from,
            to,
            events,
        };
        self.tracker.receive(&mut self.connection, &mut arrival);
    }

    /// Which side an end of the key is.
    pub(super) fn side_of(&self, end: Which) -> Side {
        if end == self.initiator {
            Side::Initiator
        } else {
            Side::Responder
        }
    }

    /// Its key.
    pub(super) fn key(&self) -> Key {
        let it = &self.connection;
        Key::between(it.initiator, it.responder, it.network).0
    }

    /// Whether it is over since the last segment; from now on it lingers.
    pub(super) fn begins_to_linger(&mut self) -> bool {
        let begins = self.stage == Stage::Open && self.tracker.is_over();
        if begins {
            self.stage = Stage::Lingering;
        }
        begins
    }

    /// Nothing will be read on it any more: SYNs that nobody answered are its own.
    pub(super) fn finish(&mut self) {
        self.stage = Stage::Finished;
        self.tracker.forget();
        for syn in self.tracker.handshake.take_doubtful_syns() {
            self.connection.list_syn(&syn, syn.from);
        }
    }

    /// The connection, at the end of the capture or later.
    pub(super) fn into_connection(mut self) -> Connection {
        if self.stage != Stage::Finished {
            self.finish();
        }
        self.connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_takes_two_kilobytes_beside_its_payload() {
        assert!(
            size_of::<Tracked>() <= 2200,
            "{} bytes: say so where the bound is told",
            size_of::<Tracked>()
        );
    }
}
