//! `survives`: a client died, and the server goes on serving the others.

use super::catalogue::{Check, Judge, Requirement};
use super::each::{self, Outcome};
use super::service::{Standing, standing};
use super::{Cause, Evidence, Finding, Root, Verdict, program};
use crate::diagnosis::Pattern;
use crate::flow::{ConnectionId, Milestone};
use crate::manifest::{Role, StepRecord};
use crate::observation::Observation;
use crate::spec::{ClientNumber, Selection};

pub(super) const CHECK: Check = Check {
    id: "survives",
    title: "the server survives a client's death",
    requirement: Requirement {
        quote: "serving old and new clients after one of them ended abnormally",
        source: "Installation 1, survives-client-death",
    },
    precondition: "the server listened before the fault, the fault was seen on the wire, and a request followed it",
    parameters: &[],
    bind: |_| Ok(Box::new(Survives)),
};

#[derive(Debug)]
struct Survives;

/// A fault step that was seen on the wire.
struct Fault<'a> {
    client: ClientNumber,
    record: &'a StepRecord,
    connection: ConnectionId,
    seen: Milestone,
}

impl Judge for Survives {
    fn expected(&self) -> String {
        "after the fault other clients are answered, and the server runs on".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let fault = match fault(observation) {
            Ok(fault) => fault,
            Err(why) => return Verdict::undecided(Cause::Harness, why),
        };
        if let Some(died) = server_died(observation, &fault) {
            return Verdict::Fail(died);
        }
        let requests = requests_after(observation, selection, &fault);
        if requests.is_empty() {
            let saw = "no step asks the server for anything after the fault";
            return Verdict::undecided(Cause::Harness, saw);
        }
        let outcomes = requests
            .iter()
            .map(|&(client, record)| answered(observation, client, record));
        let verdict = each::together(outcomes, || passed(observation, &fault, &requests));
        let verdict = match verdict {
            Verdict::Fail(finding) => Verdict::Fail(attributed(observation, &fault, finding)),
            Verdict::Pass(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        };
        with_fault(verdict, &fault)
    }
}

/// The first fault step, as the wire showed it.
fn fault(observation: &Observation) -> Result<Fault<'_>, String> {
    let records = observation
        .faulted_clients()
        .into_iter()
        .flat_map(|client| {
            let records = observation.steps_of(client).iter();
            records.map(move |record| (client, record))
        });
    let (client, record) = records
        .filter(|(_, record)| {
            observation
                .step(record)
                .is_some_and(|step| step.fault().is_some())
        })
        .min_by_key(|(_, record)| record.entry)
        .ok_or("the scenario has no fault step")?;
    let began = record
        .after_frame
        .ok_or_else(|| format!("`{}` was not reached", record.step))?;
    let seen = observation
        .connections
        .iter()
        .filter(|connection| connection.client == Some(client))
        .flat_map(|connection| {
            let half = &connection.wire.by_initiator;
            let fin = half.fin.map(|fin| fin.sent);
            let resets = half.heeded_resets().map(|reset| reset.sent);
            fin.into_iter()
                .chain(resets)
                .map(move |sent| (connection.wire.id, sent))
        })
        .filter(|(_, sent)| sent.frame.0 > began)
        .min_by_key(|(_, sent)| sent.frame);
    let (connection, seen) =
        seen.ok_or_else(|| format!("`{}` was not seen on the wire", record.step))?;
    Ok(Fault {
        client,
        record,
        connection,
        seen,
    })
}

/// A server that ended after the fault and before we stopped it.
fn server_died(observation: &Observation, fault: &Fault<'_>) -> Option<Finding> {
    let server = observation.process(Role::Server)?;
    let ended_by_itself = server.exited_at.is_some() && server.stop_actions.is_empty();
    ended_by_itself.then(|| {
        Finding::from(format!(
            "client {} died (frame {}), and the server {}",
            fault.client,
            fault.seen.frame,
            program::end(server)
        ))
        .with(Evidence::frames(
            "the client's death",
            fault.connection,
            [fault.seen.frame],
        ))
        .with_all(program::record(observation, Role::Server))
        .usually(Pattern::DiedWithClient.usually())
    })
}

/// What clients that no fault touched ask for after it.
fn requests_after<'a>(
    observation: &'a Observation,
    selection: &Selection,
    fault: &Fault<'_>,
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
fn attributed(observation: &Observation, fault: &Fault<'_>, finding: Finding) -> Finding {
    let everybody = (1..=observation.setting.clients).map(ClientNumber);
    let unserved = everybody
        .flat_map(|client| observation.requests_of(client).map(move |it| (client, it)))
        .filter(|(_, request)| request.entry < fault.record.entry)
        .find_map(
            |(client, request)| match standing(observation, client, request) {
                Standing::Failed { kind, finding, .. } => Some((kind, finding)),
                Standing::Answered(_) | Standing::Undecided { .. } => None,
            },
        );
    match unserved {
        Some((kind, before)) => Finding {
            saw: format!("before the fault already, {}", before.saw),
            ..before
        }
        .usually(kind.pattern().usually())
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
            Outcome::Violated(finding.usually(kind.pattern().usually()))
        }
        Standing::Undecided { cause, finding, .. } => Outcome::Unknown(cause, finding),
    }
}

/// Says which of the clients came after the fault: to go on serving an old one proves less.
fn passed(
    observation: &Observation,
    fault: &Fault<'_>,
    requests: &[(ClientNumber, &StepRecord)],
) -> String {
    let came_after = |client: ClientNumber| {
        observation
            .connections
            .iter()
            .any(|it| it.client == Some(client) && it.wire.first.frame > fault.seen.frame)
    };
    let mut clients: Vec<_> = requests.iter().map(|(client, _)| *client).collect();
    clients.dedup();
    let fresh = clients.iter().filter(|&&client| came_after(client)).count();
    format!(
        "client {} died (frame {}); after it {} answered, {fresh} of them newly connected",
        fault.client,
        fault.seen.frame,
        program::count(clients.len(), "client")
    )
}

fn with_fault(mut verdict: Verdict, fault: &Fault<'_>) -> Verdict {
    if let Some(finding) = verdict.finding_mut() {
        let death = Evidence::frames("the client's death", fault.connection, [fault.seen.frame]);
        finding.evidence.insert(0, death);
    }
    verdict
}
