//! To which connection a segment belongs: two addresses meet again and again, and each time with other initial sequence
//! numbers.

use std::net::SocketAddr;

use super::connection::{Connection, ConnectionId, Milestone, Roles, Setup, Side};
use super::half_connection::HalfConnection;
use super::tracker::{PendingSyn, Tracker};
use super::vocabulary::Vocabulary;
use crate::wire::Segment;

/// Where a segment goes.
pub(super) enum Placement {
    /// To the latest connection between its addresses.
    Here,
    /// To a new one, which it opens.
    Anew,
    /// A SYN that may be an old duplicate or open a new connection: its answer will tell.
    InDoubt,
    /// A SYN-ACK or RST that answers such a SYN: to a new connection.
    AnswersSyn(PendingSyn),
}

/// Decides between the latest connection and a new one.
pub(super) fn place(
    connection: &Connection,
    tracker: &Tracker,
    segment: &Segment<'_>,
) -> Placement {
    if let Some(syn) = tracker.syn_answered_by(segment) {
        Placement::AnswersSyn(syn)
    } else if segment.is_first_syn() {
        place_syn(connection, tracker, segment)
    } else if segment.is_syn_ack() {
        place_syn_ack(connection, tracker, segment)
    } else {
        Placement::Here
    }
}

fn place_syn(connection: &Connection, tracker: &Tracker, segment: &Segment<'_>) -> Placement {
    let Some(from) = connection.side_of(segment.source) else {
        return Placement::Anew;
    };
    let is_repeated = tracker.position(from).begins_at(segment.payload_seq());
    match (is_repeated, is_over(connection)) {
        (true, false) => Placement::Here,
        (true, true) => Placement::InDoubt,
        (false, true) => Placement::Anew,
        (false, false) => place_other_syn(connection, from),
    }
}

/// Places a SYN whose number is not the one that its sender uses in a connection that is not over.
fn place_other_syn(connection: &Connection, from: Side) -> Placement {
    let is_unanswered = connection.setup.syn.is_some() && connection.setup.syn_ack.is_none();
    match from {
        _ if !is_unanswered => Placement::InDoubt,
        Side::Initiator => Placement::Anew,
        // Both sides opened at once.
        Side::Responder => Placement::Here,
    }
}

fn place_syn_ack(connection: &Connection, tracker: &Tracker, segment: &Segment<'_>) -> Placement {
    let answers_here = connection
        .side_of(segment.destination)
        .zip(segment.ack)
        .is_some_and(|(peer, ack)| tracker.position(peer).begins_at(ack));
    if is_over(connection) && !answers_here {
        Placement::Anew
    } else {
        Placement::Here
    }
}

/// Whether a side closed or reset the connection, so that a new one may come in its place.
fn is_over(connection: &Connection) -> bool {
    [&connection.by_initiator, &connection.by_responder]
        .iter()
        .any(|half| half.fin.is_some() || half.heeded_resets().next().is_some())
}

/// The connection that a segment opens.
pub(super) fn open(
    id: ConnectionId,
    at: Milestone,
    segment: &Segment<'_>,
) -> (Connection, Tracker) {
    let (source, destination) = (segment.source, segment.destination);
    let (is_initiators, roles) = initiative(segment);
    let ends = if is_initiators {
        (source, destination)
    } else {
        (destination, source)
    };
    (new_connection(id, at, ends, roles), Tracker::default())
}

/// The connection that a SYN opened, seen earlier, and that this segment answers.
pub(super) fn open_answered(
    id: ConnectionId,
    syn: PendingSyn,
    answer: &Segment<'_>,
) -> (Connection, Tracker) {
    let ends = (answer.destination, answer.source);
    let mut connection = new_connection(id, syn.at, ends, Roles::Syn);
    let mut tracker = Tracker::default();
    tracker.take_remembered_syn(&mut connection, syn);
    (connection, tracker)
}

fn new_connection(
    id: ConnectionId,
    first: Milestone,
    (initiator, responder): (SocketAddr, SocketAddr),
    roles: Roles,
) -> Connection {
    Connection {
        id,
        initiator,
        responder,
        roles,
        first,
        last: first,
        frames: 0,
        setup: Setup::default(),
        by_initiator: HalfConnection::default(),
        by_responder: HalfConnection::default(),
        is_pushed_out: false,
        vocabulary: Vocabulary::default(),
    }
}

/// Whether a segment is the initiator's, and how that was told. Without a handshake the higher port is taken for the
/// initiator's, since servers have low ones.
fn initiative(segment: &Segment<'_>) -> (bool, Roles) {
    if segment.is_first_syn() {
        (true, Roles::Syn)
    } else if segment.is_syn_ack() {
        (false, Roles::SynAck)
    } else {
        let is_from_higher_port = segment.source.port() >= segment.destination.port();
        (is_from_higher_port, Roles::Guessed)
    }
}
