//! A connection as a row of the connection table.

use crate::observation::{Observation, ObservedConnection};
use crate::report::ConnectionRow;

/// The row of one connection; its ending says if it came only when the programs had been stopped.
pub(super) fn row(observation: &Observation, connection: &ObservedConnection) -> ConnectionRow {
    let client = connection.client.map(|client| client.0);
    let mut row = ConnectionRow::new(&connection.wire, client);
    match connection.first_ending_frame() {
        Some(frame) if !observation.is_before_stop(frame) => {
            row.ending += ", after the programs were stopped";
        }
        Some(_) | None => {}
    }
    row
}
