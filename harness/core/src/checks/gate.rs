//! What keeps every check from looking, or decides before it: harness faults, other steps, a server that never listened.

use super::catalogue::Check;
use super::{
    Cause, Root, Verdict, lifecycle_in_order, program, refused_when_down, replies_within,
    server_end, server_listens, survives, transfer_intact,
};
use crate::manifest::{LinkRecord, Recorded, StepOutcome, StepRecord};
use crate::observation::{Listening, Observation, Problem};
use crate::spec::{ClientNumber, Selection, ServerState, Step, StepEntry};

/// The verdict that stands before the check has looked; `None` if it may look.
pub(super) fn closed(
    check: &Check,
    observation: &Observation,
    selection: &Selection,
) -> Option<Verdict> {
    unusable(observation)
        .or_else(|| contradicted(observation, selection))
        .or_else(|| server_missing(check, observation))
        .or_else(|| link_unproven(observation))
        .or_else(|| untold(observation))
        .or_else(|| incapable(check, observation))
}

/// A program that the target gives no way to do anything of what the check looks at. That a server ended needs nobody to ask.
fn incapable(check: &Check, observation: &Observation) -> Option<Verdict> {
    if check.id == survives::CHECK.id && server_end::by_itself(observation).is_some() {
        return None;
    }
    let is_looked_at = looks_at(check)?;
    let programs = (1..=observation.setting.clients)
        .map(ClientNumber)
        .filter(|client| !observation.is_raw(*client));
    let mut asked = programs
        .flat_map(|client| observation.steps_of(client))
        .filter(|record| observation.step(record).is_some_and(is_looked_at))
        .peekable();
    let step = observation.step(asked.peek()?)?.name();
    asked
        .all(|record| record.outcome == StepOutcome::Unsupported)
        .then(|| Verdict::Skipped {
            why: format!("the target gives no way to do `{step}`"),
        })
}

/// Which steps show what the check asks for; `None` for one that looks at connections, whatever they are for.
fn looks_at(check: &Check) -> Option<fn(&Step) -> bool> {
    const REQUESTS: [&str; 3] = [
        survives::CHECK.id,
        replies_within::CHECK.id,
        lifecycle_in_order::CHECK.id,
    ];
    if check.id == transfer_intact::CHECK.id {
        return Some(|step| matches!(step, Step::Upload { .. } | Step::Download { .. }));
    }
    REQUESTS.contains(&check.id).then_some(Step::is_request)
}

/// What raw clients should have done, or what should have gone wrong in the middle of a request, and the target has no words
/// for.
fn untold(observation: &Observation) -> Option<Verdict> {
    let mut everybody = (1..=observation.setting.clients).map(ClientNumber);
    let why = everybody.find_map(|client| {
        let mut steps = observation.steps_of(client).iter();
        steps.find_map(|record| why_untold(observation, client, record))
    })?;
    Some(Verdict::Skipped { why })
}

fn why_untold(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
) -> Option<String> {
    if record.outcome != StepOutcome::Unsupported {
        return None;
    }
    let step = observation.step(record)?;
    let name = step.request().unwrap_or(step).name();
    if observation.is_raw(client) {
        return Some(format!("the target's [raw.steps] has no `{name}`"));
    }
    step.fault()
        .map(|_| format!("the target gives no way to do `{name}`"))
}

/// What we could not do.
fn unusable(observation: &Observation) -> Option<Verdict> {
    let health = &observation.health;
    let broken = health.problems.iter().find(|problem| match problem {
        Problem::OtherCapture | Problem::Unreadable { .. } => true,
        Problem::SentinelMissing(_)
        | Problem::Dropped { .. }
        | Problem::Cut { .. }
        | Problem::Hole { .. }
        | Problem::TailCut { .. }
        | Problem::Skipped { .. }
        | Problem::Malformed { .. } => false,
    });
    let why = broken
        .map(|problem| format!("the capture cannot be graded: {problem}"))
        .or_else(|| fault(observation.recorded()?, observation))?;
    Some(Verdict::undecided(Cause::Harness, why))
}

fn fault(recorded: &Recorded, observation: &Observation) -> Option<String> {
    if let Some(fault) = &recorded.harness_fault {
        return Some(format!("the recording ended early: {fault}"));
    }
    if recorded.interrupted {
        return Some("the recording was interrupted".to_owned());
    }
    if recorded.link != LinkRecord::of(&observation.setting.link) {
        return Some("recorded under another `mtu`, `loss` or `delay`".to_owned());
    }
    (!is_same_course(recorded, observation)).then(|| {
        let (steps, clients) = (recorded.steps.join(", "), recorded.clients);
        format!("recorded under other steps: {clients} clients: {steps}")
    })
}

/// Whether the rubric asks for what was recorded; texts may differ that mean the same (`64KiB`, `65536`).
fn is_same_course(recorded: &Recorded, observation: &Observation) -> bool {
    let recorded_steps: Vec<Option<StepEntry>> = recorded
        .steps
        .iter()
        .map(|text| text.parse().ok())
        .collect();
    let asked_for: Vec<_> = observation
        .setting
        .steps
        .iter()
        .cloned()
        .map(Some)
        .collect();
    recorded_steps == asked_for
        && recorded.clients == observation.setting.clients
        && recorded.raw_clients.len() == observation.setting.raw as usize
}

/// What should have happened to the packets and is not to be seen on the wire.
fn link_unproven(observation: &Observation) -> Option<Verdict> {
    observation.recorded()?;
    let why = observation.unproven_link()?;
    Some(Verdict::undecided(Cause::Harness, why))
}

/// The socket table said that a connection was another program's.
fn contradicted(observation: &Observation, selection: &Selection) -> Option<Verdict> {
    let connection = observation
        .selected(selection)
        .into_iter()
        .find(|connection| connection.contradicted_by.is_some())?;
    let owner = connection.contradicted_by?;
    Some(Verdict::undecided(
        Cause::Harness,
        format!(
            "connection {} was taken for client {}'s, but its socket was {owner}'s",
            connection.wire.id, connection.client?
        ),
    ))
}

/// Where the server should run and never listened, all that follows is one failure.
fn server_missing(check: &Check, observation: &Observation) -> Option<Verdict> {
    let decides_itself = [server_listens::CHECK.id, refused_when_down::CHECK.id];
    let should_run = observation.setting.server == ServerState::Up;
    if !should_run || decides_itself.contains(&check.id) {
        return None;
    }
    observation.recorded()?;
    match observation.listening() {
        Listening::Socket { .. } | Listening::Answered { .. } => None,
        Listening::Unknown if program::start_error(observation).is_none() => None,
        Listening::Elsewhere(_) | Listening::Nowhere | Listening::Unknown => {
            let finding = server_listens::not_listening(observation);
            Some(Verdict::fail(
                finding.follows_from(Root::ServerNotListening),
            ))
        }
    }
}
