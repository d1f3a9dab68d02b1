//! The payload of a connection, as text or as hexadecimal digits: every line says which way it went.
//!
//! ```text
//! → LIST
//! ← Files on the server: notes.txt
//! !← 120 bytes missing, offsets 30 to 150: acknowledged, and in no frame of the capture
//! ```
//!
//! `→` is from the initiator, `←` from the responder, as the frames brought it. A line of ours begins with `!`, which no
//! payload can make.

mod hex;
mod text;

use std::ops::Range;

pub use hex::HexView;
pub use text::TextView;

use crate::flow::Side;
use crate::payload::Absence;
use crate::text::counted;

/// The mark of a line that one side sent.
fn mark(from: Side) -> char {
    match from {
        Side::Initiator => '→',
        Side::Responder => '←',
    }
}

/// What is missing, in words, with its line end. Offsets count from 0, the last excluded, as in a connection's record.
pub fn missing_line(from: Side, offsets: &Range<u64>, why: Absence) -> String {
    let bytes = counted(offsets.end - offsets.start, "byte");
    format!(
        "!{} {bytes} missing, offsets {} to {}: {why}\n",
        mark(from),
        offsets.start,
        offsets.end
    )
}

#[cfg(test)]
mod tests;
