//! To which connection a segment belongs: two ends meet again and again, and each time with other initial sequence
//! numbers.

use super::connection::{Connection, Milestone, Roles, Side};
use super::half_connection::HalfConnection;
use super::handshake::DoubtfulSyn;
use super::tracker::Tracker;
use crate::wire::Segment;

/// Where a segment goes.
pub(super) enum Placement {
    /// To the latest connection between its ends.
    Here,
    /// To a new one, which it opens.
    Anew,
    /// A SYN that may be an old duplicate or open a new connection: its answer will tell.
    InDoubt(DoubtfulSyn),
    /// A SYN-ACK or RST that answers such a SYN: to a new connection.
    Answers(DoubtfulSyn),
}

/// Decides between the latest connection and a new one, for a segment that `from` sent in the latest.
pub(super) fn place(
    connection: &Connection,
    tracker: &Tracker,
    from: Side,
    (at, segment): (Milestone, &Segment<'_>),
) -> Placement {
    if !segment.flags.is_syn() && !segment.flags.is_rst() {
        return Placement::Here;
    }
    if let Some(syn) = tracker.handshake.syn_answered_by(from, segment) {
        return Placement::Answers(syn);
    }
    if segment.is_first_syn() {
        return match place_syn(connection, tracker, from, segment) {
            SynPlacement::Here => Placement::Here,
            SynPlacement::Anew => Placement::Anew,
            SynPlacement::InDoubt => Placement::InDoubt(DoubtfulSyn {
                at,
                from,
                isn: segment.seq,
                window_scale: segment.window_scale(),
                payload_len: segment.payload_len,
            }),
        };
    }
    if segment.is_syn_ack() && is_foreign_syn_ack(connection, tracker, from, segment) {
        return Placement::Anew;
    }
    Placement::Here
}

enum SynPlacement {
    Here,
    Anew,
    InDoubt,
}

fn place_syn(
    connection: &Connection,
    tracker: &Tracker,
    from: Side,
    syn: &Segment<'_>,
) -> SynPlacement {
    let is_repeated = tracker.half(from).position.begins_at(syn.payload_seq());
    match (is_repeated, is_ending(connection)) {
        (true, false) => SynPlacement::Here,
        (true, true) => SynPlacement::InDoubt,
        (false, true) => SynPlacement::Anew,
        (false, false) if !connection.awaits_answer() => SynPlacement::InDoubt,
        // Who gets no answer and tries with another number has begun anew; the other side's SYN opens at once.
        (false, false) => match from {
            Side::Initiator => SynPlacement::Anew,
            Side::Responder => SynPlacement::Here,
        },
    }
}

/// Whether a SYN-ACK comes after the end and answers nothing that is known of the connection.
fn is_foreign_syn_ack(
    connection: &Connection,
    tracker: &Tracker,
    from: Side,
    syn_ack: &Segment<'_>,
) -> bool {
    let answered = tracker.half(from.peer()).position;
    let answers_here = syn_ack.ack.is_some_and(|ack| answered.begins_at(ack));
    is_ending(connection) && !answers_here
}

/// Whether both sides closed the connection or one reset it, so that a new one may come in its place.
fn is_ending(connection: &Connection) -> bool {
    let halves = [&connection.by_initiator, &connection.by_responder];
    let is_reset = |half: &&HalfConnection| half.heeded_resets().next().is_some();
    halves.iter().all(|half| half.fin.is_some()) || halves.iter().any(is_reset)
}

/// Whose a segment is that opens a connection, and how that was told. Without a handshake the higher port is taken for the
/// initiator's, since servers have low ones.
pub(super) fn initiative(segment: &Segment<'_>) -> (Side, Roles) {
    if segment.is_first_syn() {
        (Side::Initiator, Roles::Syn)
    } else if segment.is_syn_ack() {
        (Side::Responder, Roles::SynAck)
    } else if segment.source.port() >= segment.destination.port() {
        (Side::Initiator, Roles::Guessed)
    } else {
        (Side::Responder, Roles::Guessed)
    }
}
