//! A client that sent no request during its step.

use super::{Kind, Standing, failed, unanswered, undecided};
use crate::checks::{Cause, Finding, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Role, StepOutcome, StepRecord};
use crate::observation::Observation;
use crate::spec::ClientNumber;

/// The client never came to ask.
pub(super) fn not_asked(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
) -> Standing {
    let what = unasked(observation, client, record);
    let own = observation.sessions_of(client).last();
    let waits_for_server = matches!(
        record.outcome,
        StepOutcome::TimedOut { .. } | StepOutcome::ServerEnded { .. }
    );
    // A process of its own has done its step by ending well. A program has when its request was seen: if it is not among the
    // step's frames, the recording is at odds with itself.
    if record.outcome == StepOutcome::Done && !observation.is_one_shot(client) {
        return undecided(Cause::Harness, what);
    }
    match own {
        Some(connection) if waits_for_server => unanswered(
            observation,
            client,
            record,
            (connection.wire.id, what),
            None,
        ),
        Some(_) | None => {
            let client = program::record(observation, Role::Client(client.0));
            let usually = own.map(|_| Pattern::EndedUnasked.usually());
            let finding = Finding::from(what).with_all(client);
            failed(Kind::NotAsked, finding.usually(usually.unwrap_or_default()))
        }
    }
}

/// A step that was done without a request may have had one before it began: the client did not wait to be told.
fn unasked(observation: &Observation, client: ClientNumber, record: &StepRecord) -> String {
    if record.outcome != StepOutcome::Done {
        return format!(
            "client {client} sent no request: {}",
            program::undone(record)
        );
    }
    let step = &record.step;
    let began = observation.window(record).map(|window| window.after);
    let earlier = observation
        .sessions_of(client)
        .flat_map(|connection| connection.by_initiator.pieces())
        .map(|piece| piece.at.frame)
        .filter(|frame| began.is_none_or(|began| *frame <= began))
        .max();
    match earlier {
        Some(frame) => format!(
            "client {client} sent nothing during `{step}`, though it was done: what it sent last came before the step began (frame {frame})"
        ),
        None => format!("client {client} sent nothing during `{step}`, though it was done"),
    }
}
