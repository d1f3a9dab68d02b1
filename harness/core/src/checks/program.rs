//! What a program's record says, in a sentence.

use super::Evidence;
use crate::manifest::{Exit, ProcessRecord, Role, StepOutcome, StepRecord};
use crate::observation::Observation;
use crate::text::Foreign;
use crate::time::Timestamp;

/// How many of a program's last lines evidence shows.
const SHOWN_LINES: usize = 3;
/// How many characters of a line.
const SHOWN_CHARS: usize = 120;

/// Why the server could not be started.
pub(super) fn start_error(observation: &Observation) -> Option<&str> {
    observation.process(Role::Server)?.start_error.as_deref()
}

/// A program's end and its last lines; nothing if it left no record.
pub(super) fn record(observation: &Observation, role: Role) -> Option<Evidence> {
    observation.process(role).map(of_process)
}

/// The same of one program, which may have run more than once.
pub(super) fn of_process(process: &ProcessRecord) -> Evidence {
    let lines: Vec<_> = process
        .last_lines
        .iter()
        .rev()
        .take(SHOWN_LINES)
        .rev()
        .map(|line| quoted(line))
        .collect();
    let said = if lines.is_empty() {
        "it printed nothing".to_owned()
    } else {
        format!("its last lines: {}", lines.join(" / "))
    };
    Evidence::process(process.role, format!("{}; {said}", end(process)))
}

/// So many of something: `1 connection`, `6 connections`.
pub(super) fn count(number: impl TryInto<u64>, noun: &str) -> String {
    crate::text::counted(number.try_into().unwrap_or(u64::MAX), noun)
}

/// A line that a program printed, harmless and in quotes.
pub(super) fn quoted(line: &str) -> String {
    format!("“{}”", Foreign::new(line, SHOWN_CHARS))
}

/// How a program ended: `exited with code 1, 12.000 ms after its start`.
pub(super) fn end(process: &ProcessRecord) -> String {
    let how = match (&process.start_error, process.exit) {
        (Some(error), _) => return format!("could not be started: {error}"),
        (None, Some(Exit::Code { code })) => format!("exited with code {code}"),
        (None, Some(Exit::Signal { signal })) => format!("was ended by signal {signal}"),
        (None, None) => return "was still running".to_owned(),
    };
    let after = process
        .exited_at
        .zip(process.started_at)
        .map(|(end, start)| Timestamp::from_nanos(end).since(Timestamp::from_nanos(start)));
    let how = match after {
        Some(span) => format!("{how}, {span} after its start"),
        None => how,
    };
    match &process.limit_hit {
        Some(limit) => format!("{how} (it reached its limit: {limit})"),
        None => how,
    }
}

/// How a step went, for one that was not done: `` `list` timed out waiting for a reply ``.
pub(super) fn undone(record: &StepRecord) -> String {
    let step = &record.step;
    match &record.outcome {
        StepOutcome::Done => format!("`{step}` was done"),
        StepOutcome::TimedOut { waiting_for } => {
            format!("`{step}` timed out waiting for {waiting_for}")
        }
        StepOutcome::ServerEnded { waiting_for } => {
            format!("`{step}` still waited for {waiting_for} when the server had ended")
        }
        StepOutcome::ProgramEnded => format!("the program ended during `{step}`"),
        StepOutcome::Disconnected => format!("the server ended the connection during `{step}`"),
        StepOutcome::CameTooLate => format!("`{step}` came too late: the whole file had crossed"),
        StepOutcome::Obstructed { why } => {
            format!(
                "the program's folder did not take the file of `{step}`: {}",
                Foreign::new(why, SHOWN_CHARS)
            )
        }
        StepOutcome::Unsupported => format!("the target gives no way to do `{step}`"),
        StepOutcome::NotReached => format!("`{step}` was not reached"),
    }
}
