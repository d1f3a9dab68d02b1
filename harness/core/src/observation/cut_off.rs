//! A transfer that was given up while its bytes were still crossing: slow, whoever's doing that is, and not wrong.

use super::Observation;
use crate::flow::{Milestone, Side};
use crate::manifest::{StepOutcome, StepRecord, Transfer};
use crate::spec::ClientNumber;
use crate::time::Timestamp;

/// Whoever has sent nothing new for so long may have stopped; it is the time after which TCP itself would send again
/// (RFC 6298 2.1), nanoseconds.
const STILL_MOVING_NS: u64 = 1_000_000_000;

impl Observation {
    /// The last payload of a file that was still on its way when its step's time was over; `None` if nothing more was coming, or
    /// if twice the file had come: hexadecimal takes no more.
    pub fn cut_off(&self, client: ClientNumber, record: &StepRecord) -> Option<Milestone> {
        let StepOutcome::TimedOut { .. } = record.outcome else {
            return None;
        };
        let file = self.file(client, record.entry)?;
        let sender = match file.transfer {
            Transfer::Upload => Side::Initiator,
            Transfer::Download => Side::Responder,
        };
        let window = self.window(record)?;
        let halves = || {
            let sessions = self.sessions_of(client);
            sessions.map(|connection| connection.sent_by(sender))
        };
        let crossed: u64 = halves().map(|half| half.bytes_within(window)).sum();
        let pieces = halves().flat_map(|half| half.pieces_within(window));
        let last = pieces.map(|piece| piece.at).max_by_key(|at| at.frame)?;
        let given_up = Timestamp::from_nanos(record.ended_at?);
        let is_moving = given_up.since(last.at).as_nanos() <= STILL_MOVING_NS;
        (is_moving && crossed < file.size.saturating_mul(2)).then_some(last)
    }
}
