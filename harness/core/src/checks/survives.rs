//! `survives`: something went wrong with a client, or the server was restarted, and it goes on serving the others.

mod ended;
mod told;

use super::catalogue::{Check, Judge, Requirement};
use super::each::{self, Outcome};
use super::service::{self, Standing, standing};
use super::{Cause, Evidence, Finding, Root, Verdict, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Need, Role, StepOutcome, StepRecord};
use crate::observation::{Observation, ObservedFault, UnseenFault};
use crate::spec::{ClientNumber, Selection};
use crate::time::Timestamp;

use told::{evidence, told};

pub(super) const CHECK: Check = Check {
    id: "survives",
    title: "the server survives a fault",
    requirement: Requirement {
        quote: "serving old and new clients after one of them ended abnormally",
        source: "Installation 1, survives-client-death",
    },
    precondition: "the server listened before the fault, every fault step was seen, and a request followed the first",
    needs: &[Need::Wire, Need::SocketTable, Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(Survives)),
};

#[derive(Debug)]
struct Survives;

impl Judge for Survives {
    fn expected(&self) -> String {
        "after the fault other clients are answered, and the server runs on".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        if let Some(finding) = not_restarted(observation) {
            return Verdict::Fail(finding);
        }
        let mut faults = observation.faults();
        let fault = match faults.next() {
            Some(Ok(fault)) => fault,
            Some(Err(unseen)) => return not_seen(observation, unseen),
            None => return Verdict::undecided(Cause::Harness, "the scenario has no fault step"),
        };
        let requests = requests_after(observation, selection, &fault);
        if let Some(ended) = ended::server_ended(observation, &fault, &requests) {
            return ended;
        }
        if requests.is_empty() {
            return nothing_asked(observation, &fault);
        }
        let outcomes = requests
            .iter()
            .map(|&(client, record)| answered(observation, client, record));
        let verdict = each::together(outcomes, || passed(observation, &fault, &requests));
        let verdict = match verdict {
            Verdict::Fail(finding) => Verdict::Fail(attributed(observation, &fault, finding)),
            Verdict::Pass(finding) => match faults.find_map(Result::err) {
                // It may have survived only because nothing more went wrong.
                Some(unseen) => return not_seen(observation, unseen),
                None => Verdict::Pass(finding),
            },
            Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        };
        with_fault(verdict, &fault)
    }
}

/// A fault that proves nothing; what kept its client from coming so far may be the server's failure.
fn not_seen(observation: &Observation, unseen: UnseenFault<'_>) -> Verdict {
    let UnseenFault {
        client,
        record,
        why,
    } = unseen;
    let undone = observation.first_undone(client);
    let is_unserved = |undone: &&StepRecord| match standing(observation, client, undone) {
        Standing::Failed { .. } => true,
        // What a raw client did not do, we did not.
        Standing::Undecided { .. } => !observation.is_raw(client),
        Standing::Answered(_) => false,
    };
    let unserved = undone.filter(|undone| undone.entry <= record.entry && is_unserved(undone));
    match unserved {
        Some(undone) => {
            let outcome = service::hindered(observation, client, undone, &why);
            each::together([outcome], || why)
        }
        None => Verdict::undecided(Cause::Harness, why),
    }
}

/// A server that did not come back.
fn not_restarted(observation: &Observation) -> Option<Finding> {
    let record = observation.failed_restart()?;
    let server = observation.processes(Role::Server).last()?;
    let saw = if server.exited_at.is_some() && server.stop_actions.is_empty() {
        format!("the server was started again and {}", program::end(server))
    } else {
        let undone = program::undone(record);
        format!("the server was started again: {undone}")
    };
    let record = program::of_process(server);
    Some(
        Finding::from(saw)
            .with(record)
            .usually(Pattern::NotStartedAgain.usually())
            .follows_from(Root::ServerNotStartedAgain),
    )
}

/// Nobody asked for anything after the fault.
fn nothing_asked(observation: &Observation, fault: &ObservedFault<'_>) -> Verdict {
    let everybody = (1..=observation.setting.clients).map(ClientNumber);
    let mut later = everybody
        .flat_map(|client| observation.steps_of(client))
        .filter(|record| record.entry > fault.record.entry);
    if let Some(unsupported) = later.find(|record| record.outcome == StepOutcome::Unsupported) {
        let why = program::undone(unsupported);
        return Verdict::Skipped { why };
    }
    let saw = "no step asks the server for anything after the fault";
    Verdict::undecided(Cause::Harness, saw)
}

/// What clients that no fault touched ask for after it.
fn requests_after<'a>(
    observation: &'a Observation,
    selection: &Selection,
    fault: &ObservedFault<'_>,
) -> Vec<(ClientNumber, &'a StepRecord)> {
    let faulted = observation.faulted_clients();
    let entry = fault.record.entry;
    observation
        .selected_clients(&selection.clients)
        .unwrap_or_default()
        .into_iter()
        .filter(|client| !faulted.contains(client))
        .flat_map(|client| {
            observation
                .requests_of(client)
                .filter(move |record| record.entry > entry)
                .map(move |record| (client, record))
        })
        .collect()
}

/// A server that left a client unserved before the fault was not stopped by it.
fn attributed(observation: &Observation, fault: &ObservedFault<'_>, finding: Finding) -> Finding {
    let everybody = (1..=observation.setting.clients).map(ClientNumber);
    let unserved = everybody
        .flat_map(|client| observation.requests_of(client).map(move |it| (client, it)))
        .filter(|(_, request)| request.entry < fault.record.entry)
        .find_map(
            |(client, request)| match standing(observation, client, request) {
                Standing::Failed { kind, finding, .. } => Some(service::explained(kind, finding)),
                Standing::Answered(_) | Standing::Undecided { .. } => None,
            },
        );
    match unserved {
        Some(before) => Finding {
            saw: format!("before the fault already, {}", before.saw),
            ..before
        }
        .follows_from(Root::ClientNotServed),
        None => finding.shows(Root::ClientNotServed),
    }
}

fn answered(observation: &Observation, client: ClientNumber, record: &StepRecord) -> Outcome {
    match standing(observation, client, record) {
        Standing::Answered(given) => Outcome::Holds(
            Finding::from(format!(
                "client {client} answered (frame {})",
                given.at.frame
            ))
            .with(Evidence::frames(
                "answered after the fault",
                given.connection,
                [given.at.frame],
            )),
        ),
        Standing::Failed { kind, finding, .. } => {
            Outcome::Violated(service::explained(kind, finding))
        }
        Standing::Undecided { cause, finding, .. } => Outcome::Unknown(cause, finding),
    }
}

/// Says which of the clients came after the fault: to go on serving an old one proves less.
fn passed(
    observation: &Observation,
    fault: &ObservedFault<'_>,
    requests: &[(ClientNumber, &StepRecord)],
) -> String {
    let came_after = |client: ClientNumber| {
        observation
            .connections
            .iter()
            .any(|it| it.client == Some(client) && it.wire.first.frame > fault.seen)
    };
    let mut clients: Vec<_> = requests.iter().map(|(client, _)| *client).collect();
    clients.dedup();
    let fresh = clients.iter().filter(|&&client| came_after(client)).count();
    format!(
        "{}; after it {} answered, {fresh} of them newly connected{}",
        told(fault),
        program::count(clients.len(), "client"),
        ran_on(observation, fault)
    )
}

/// For how long the server was there after the fault: who was not looked at for longer may have died later.
fn ran_on(observation: &Observation, fault: &ObservedFault<'_>) -> String {
    let server = observation.processes(Role::Server).last();
    let stopped = server.and_then(|server| server.stop_actions.first());
    match (fault.record.ended_at, stopped) {
        (Some(done), Some(stopped)) => {
            let span = Timestamp::from_nanos(stopped.at).since(Timestamp::from_nanos(done));
            format!(", and the server ran on for {span}")
        }
        (None, _) | (_, None) => String::new(),
    }
}

fn with_fault(mut verdict: Verdict, fault: &ObservedFault<'_>) -> Verdict {
    if let Some(finding) = verdict.finding_mut() {
        finding.evidence.insert(0, evidence(fault));
    }
    verdict
}
