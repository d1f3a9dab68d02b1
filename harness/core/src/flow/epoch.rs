//! To which connection a segment belongs: two addresses meet again and again, and each time with other initial sequence
//! numbers.

use super::connection::{Connection, ConnectionId, HalfConnection, Milestone, Roles, Setup, Side};
use super::tracker::{PendingSyn, Tracker};
use super::vocabulary::Completeness;
use crate::wire::Segment;

/// Where a segment goes.
pub(super) enum Placement {
    /// To the latest connection between its addresses.
    Here,
    /// To a new one, which it opens.
    Anew,
    /// A SYN that may be an old duplicate or open a new connection: its answer will tell.
    InDoubt,
    /// A SYN-ACK that answers such a SYN: to a new connection.
    AnswersSyn(PendingSyn),
}

/// Decides between the latest connection and a new one.
pub(super) fn place(
    connection: &Connection,
    tracker: &Tracker,
    segment: &Segment<'_>,
) -> Placement {
    if segment.is_first_syn() {
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
    let is_unanswered = connection.setup.syn.is_some() && connection.setup.syn_ack.is_none();
    let is_repeated = tracker.position(from).begins_at(segment.payload_seq());
    match (is_repeated, is_over(connection)) {
        (true, false) => Placement::Here,
        (true, true) => Placement::InDoubt,
        (false, true) => Placement::Anew,
        (false, false) if is_unanswered && from == Side::Responder => Placement::Here,
        (false, false) if is_unanswered => Placement::Anew,
        (false, false) => Placement::InDoubt,
    }
}

fn place_syn_ack(connection: &Connection, tracker: &Tracker, segment: &Segment<'_>) -> Placement {
    if let Some(syn) = tracker.syn_answered_by(segment) {
        return Placement::AnswersSyn(syn);
    }
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
        .any(|half| half.fin.is_some() || !half.resets.is_empty())
}

/// The connection that a segment opens.
pub(super) fn open(
    id: ConnectionId,
    at: Milestone,
    segment: &Segment<'_>,
) -> (Connection, Tracker) {
    let (initiator, roles) = initiator_of(segment);
    let responder = if initiator == segment.source {
        segment.destination
    } else {
        segment.source
    };
    let connection = Connection {
        id,
        initiator,
        responder,
        roles,
        first: at,
        last: at,
        frames: 0,
        setup: Setup::default(),
        by_initiator: HalfConnection::default(),
        by_responder: HalfConnection::default(),
        completeness: Completeness::default(),
    };
    (connection, Tracker::default())
}

/// The connection that a SYN opened, seen earlier, and that this SYN-ACK answers.
pub(super) fn open_answered(
    id: ConnectionId,
    syn: PendingSyn,
    syn_ack: &Segment<'_>,
) -> (Connection, Tracker) {
    let (mut connection, mut tracker) = open(id, syn.at, syn_ack);
    tracker.take_remembered_syn(&mut connection, syn);
    (connection, tracker)
}

/// Who sent the first SYN, as far as this segment tells; else the higher port, since servers have low ones.
fn initiator_of(segment: &Segment<'_>) -> (std::net::SocketAddr, Roles) {
    let (source, destination) = (segment.source, segment.destination);
    if segment.is_first_syn() {
        (source, Roles::Syn)
    } else if segment.is_syn_ack() {
        (destination, Roles::SynAck)
    } else if source.port() >= destination.port() {
        (source, Roles::Guessed)
    } else {
        (destination, Roles::Guessed)
    }
}
