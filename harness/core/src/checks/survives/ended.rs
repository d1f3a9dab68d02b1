//! A server that ended by itself after a fault: of the fault, of something else, or because nobody was left to serve.

use super::told::{evidence, told};
use crate::checks::service::{Standing, standing};
use crate::checks::{Cause, Finding, Verdict, close, program, server_end};
use crate::diagnosis::Pattern;
use crate::flow::Side;
use crate::manifest::{Exit, ProcessRecord, StepRecord};
use crate::observation::{Observation, ObservedFault};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Fault};

/// What follows from the server's end, if it ended after the fault and before we stopped it.
pub(super) fn server_ended(
    observation: &Observation,
    fault: &ObservedFault<'_>,
    requests: &[(ClientNumber, &StepRecord)],
) -> Option<Verdict> {
    let server = server_end::by_itself(observation)?;
    let finding = Finding::from(format!(
        "{}, and the server {}",
        told(fault),
        program::end(server)
    ))
    .with(evidence(fault))
    .with(program::of_process(server));
    let undecided = |because: String| {
        Some(Verdict::Inconclusive {
            cause: Cause::Program,
            finding: Finding {
                saw: format!("{}, {because}", finding.saw),
                ..finding.clone()
            },
        })
    };
    if server.exited_at < fault.record.began_at {
        return undecided("but that was before: the fault met nobody any more".to_owned());
    }
    if is_retirement(observation, server) {
        return undecided(
            "when no client asked for anything any more: it may have had nothing left to do"
                .to_owned(),
        );
    }
    if let Some((client, end)) = ending_before(observation, fault, server) {
        return undecided(format!(
            "but it had left idle client {client} before that already (frame {end}): it may have been ending by itself"
        ));
    }
    if let Some((client, rst)) = reset_since(observation, requests, server) {
        return undecided(format!(
            "after it had served others, and client {client} had reset its connection (frame {rst}): it may have been that"
        ));
    }
    let causes = server_end::pattern(server, by_fault(fault.fault)).usually();
    Some(Verdict::Fail(finding.usually(causes)))
}

/// What a server usually ends of after such a fault.
fn by_fault(fault: &Fault) -> Pattern {
    match fault {
        Fault::Garbage { .. } | Fault::Oversized { .. } => Pattern::DiedOfInput,
        Fault::Kill { .. }
        | Fault::Stop
        | Fault::Reset { .. }
        | Fault::HalfClose
        | Fault::Stall { .. }
        | Fault::Slow { .. }
        | Fault::OpenOnly
        | Fault::Flood { .. }
        | Fault::Restart => Pattern::DiedWithClient,
    }
}

/// Whether the server ended without an error when every client had done, or given up, its last step.
fn is_retirement(observation: &Observation, server: &ProcessRecord) -> bool {
    let everybody = (1..=observation.setting.clients).map(ClientNumber);
    let last = everybody
        .flat_map(|client| observation.steps_of(client))
        .filter_map(|step| step.ended_at)
        .max();
    server.exit == Some(Exit::Code { code: 0 }) && last < server.exited_at
}

/// An idle client whose connection the server ended before the fault came, and was heard no more: its own end had begun.
fn ending_before(
    observation: &Observation,
    fault: &ObservedFault<'_>,
    server: &ProcessRecord,
) -> Option<(ClientNumber, FrameNumber)> {
    let (faulted, exited_at) = (fault.client?, server.exited_at?);
    let last_said = observation.connections.iter().filter_map(|connection| {
        let said = connection.sent_by(Side::Responder).pieces().last()?;
        Some(said.at.frame)
    });
    let last_said = last_said.max();
    let left = observation.connections.iter().filter_map(|connection| {
        let client = connection.client.filter(|client| *client != faulted)?;
        Some((client, close::left_first(connection, Side::Responder)?))
    });
    left.filter(|(client, at)| {
        at.frame < fault.seen
            && last_said <= Some(at.frame)
            && at.at.as_nanos() + server_end::DEATH_TO_REPORT_NS >= exited_at
            && !observation.is_in_step(*client, at.frame)
    })
    .map(|(client, at)| (client, at.frame))
    .min_by_key(|(_, frame)| *frame)
}

/// The first client that reset its connection, with no fault step asking for it, between an answer that the server gave after the
/// fault and its end.
fn reset_since(
    observation: &Observation,
    requests: &[(ClientNumber, &StepRecord)],
    server: &ProcessRecord,
) -> Option<(ClientNumber, FrameNumber)> {
    let ended_at = server.exited_at?;
    let given = |&(client, record): &(ClientNumber, &StepRecord)| match standing(
        observation,
        client,
        record,
    ) {
        Standing::Answered(it) => Some(it.at.frame),
        Standing::Failed { .. } | Standing::Undecided { .. } => None,
    };
    let answer = requests.iter().filter_map(given).min()?;
    let faulted = observation.faulted_clients();
    let resets = observation.connections.iter().flat_map(|connection| {
        let resets = connection.wire.by_initiator.heeded_resets();
        let client = connection.client.filter(|client| !faulted.contains(client));
        resets.filter_map(move |reset| Some((client?, reset.sent)))
    });
    resets
        .filter(|(_, sent)| answer < sent.frame && sent.at.as_nanos() <= ended_at)
        .map(|(client, sent)| (client, sent.frame))
        .min_by_key(|(_, rst)| *rst)
}
