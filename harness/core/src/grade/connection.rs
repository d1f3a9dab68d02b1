//! A connection as a row of the connection table.

use crate::flow::{Connection, Ending, Milestone, Side};
use crate::observation::{Observation, ObservedConnection};
use crate::report::{ConnectionRow, Stage};

const SIDES: [Side; 2] = [Side::Initiator, Side::Responder];

/// The row of one connection.
pub(super) fn row(observation: &Observation, connection: &ObservedConnection) -> ConnectionRow {
    let wire = &connection.wire;
    ConnectionRow {
        connection: wire.id.0,
        client: connection.client.map(|client| client.0),
        initiator: wire.initiator.to_string(),
        responder: wire.responder.to_string(),
        setup: setup(wire),
        transfer: transfer(wire),
        teardown: teardown(wire),
        initiator_bytes: wire.by_initiator.payload_bytes(),
        responder_bytes: wire.by_responder.payload_bytes(),
        ending: ending(observation, connection),
        completeness: u32::from(wire.completeness()),
        conn_state: wire.conn_state().to_string(),
    }
}

fn setup(wire: &Connection) -> Vec<Stage> {
    let setup = &wire.setup;
    in_order([
        ("SYN".to_owned(), setup.syn),
        ("SYN-ACK".to_owned(), setup.syn_ack),
        ("ACK".to_owned(), setup.ack),
    ])
}

fn transfer(wire: &Connection) -> Vec<Stage> {
    in_order(SIDES.into_iter().flat_map(|side| {
        let half = wire.sent_by(side);
        [
            (format!("first payload of the {side}"), half.first_payload),
            (format!("last payload of the {side}"), half.last_payload),
        ]
    }))
}

fn teardown(wire: &Connection) -> Vec<Stage> {
    in_order(SIDES.into_iter().flat_map(|side| {
        let half = wire.sent_by(side);
        let fin = half.fin.map(|fin| fin.sent);
        let acknowledged = half.fin.and_then(|fin| fin.acknowledged);
        let resets = half.resets.iter();
        let resets = resets.map(move |reset| (format!("RST of the {side}"), Some(reset.sent)));
        [
            (format!("FIN of the {side}"), fin),
            ("ACK".to_owned(), acknowledged),
        ]
        .into_iter()
        .chain(resets)
        .collect::<Vec<_>>()
    }))
}

/// What was seen, in the order of frames.
fn in_order(stages: impl IntoIterator<Item = (String, Option<Milestone>)>) -> Vec<Stage> {
    let mut seen: Vec<_> = stages
        .into_iter()
        .filter_map(|(what, at)| {
            Some(Stage {
                what,
                frame: at?.frame.0,
            })
        })
        .collect();
    seen.sort_by_key(|stage| stage.frame);
    seen
}

fn ending(observation: &Observation, connection: &ObservedConnection) -> String {
    let how = match connection.wire.ending() {
        Ending::Orderly { first } => format!("closed by the {first} first"),
        Ending::HalfClosed { by } => format!("half-closed by the {by}"),
        Ending::Reset { by } => format!("reset by the {by}"),
        Ending::Refused => "refused".to_owned(),
        Ending::Unanswered => "unanswered".to_owned(),
        Ending::StillOpen => "still open".to_owned(),
    };
    match connection.first_ending_frame() {
        Some(frame) if !observation.is_before_stop(frame) => {
            format!("{how}, after the programs were stopped")
        }
        Some(_) | None => how,
    }
}
