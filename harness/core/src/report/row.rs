//! A connection as a row of the connection table.

use super::{ConnectionRow, Stage};
use crate::flow::{Connection, Ending, HalfConnection, Milestone, Side};

impl ConnectionRow {
    /// The row of a connection, which belongs to this client if that is known.
    pub fn new(connection: &Connection, client: Option<u32>) -> Self {
        Self {
            connection: connection.id.0,
            client,
            initiator: connection.initiator.to_string(),
            responder: connection.responder.to_string(),
            setup: setup(connection),
            transfer: transfer(connection),
            teardown: teardown(connection),
            initiator_bytes: connection.by_initiator.payload_bytes(),
            responder_bytes: connection.by_responder.payload_bytes(),
            ending: ending_words(connection.ending()),
            completeness: connection.completeness().into(),
            conn_state: connection.conn_state().to_string(),
        }
    }
}

const SIDES: [Side; 2] = [Side::Initiator, Side::Responder];

fn setup(connection: &Connection) -> Vec<Stage> {
    let setup = connection.setup;
    let stages = [
        ("SYN", setup.syn),
        ("SYN-ACK", setup.syn_ack),
        ("ACK", setup.ack),
    ];
    in_order(stages.map(|(what, at)| (what.to_owned(), at)))
}

fn transfer(connection: &Connection) -> Vec<Stage> {
    in_order(SIDES.into_iter().flat_map(|side| {
        let half = connection.sent_by(side);
        [
            (format!("{side} first byte"), half.first_payload),
            (format!("{side} last byte"), half.last_payload),
        ]
    }))
}

fn teardown(connection: &Connection) -> Vec<Stage> {
    in_order(
        SIDES
            .into_iter()
            .flat_map(|side| closing(side, connection.sent_by(side))),
    )
}

fn closing(side: Side, half: &HalfConnection) -> Vec<(String, Option<Milestone>)> {
    let fin = half.fin;
    let mut stages = vec![
        (format!("{side} FIN"), fin.map(|fin| fin.sent)),
        ("ACK".to_owned(), fin.and_then(|fin| fin.acknowledged)),
    ];
    let resets = half.heeded_resets();
    stages.extend(resets.map(|reset| (format!("{side} RST"), Some(reset.sent))));
    stages
}

/// Those that were seen, in the order of frames.
fn in_order(stages: impl IntoIterator<Item = (String, Option<Milestone>)>) -> Vec<Stage> {
    let seen = stages.into_iter().filter_map(|(what, at)| {
        let frame = at?.frame.0;
        Some(Stage { what, frame })
    });
    let mut seen: Vec<Stage> = seen.collect();
    seen.sort_by_key(|stage| stage.frame);
    seen
}

/// How a connection ended, in words.
pub(super) fn ending_words(ending: Ending) -> String {
    match ending {
        Ending::Orderly { first } => format!("closed by the {first} first"),
        Ending::HalfClosed { by } => format!("closed by the {by} only"),
        Ending::Reset { by } => format!("reset by the {by}"),
        Ending::Refused => "refused".to_owned(),
        Ending::Unanswered => "SYN never answered".to_owned(),
        Ending::StillOpen => "still open at the end of the capture".to_owned(),
    }
}
