//! A server that ended by itself after a fault: of the fault, of something else, or because nobody was left to serve.

use super::{evidence, told};
use crate::checks::service::{Standing, standing};
use crate::checks::{Cause, Finding, Verdict, program, server_end};
use crate::diagnosis::Pattern;
use crate::manifest::{Exit, ProcessRecord, StepRecord};
use crate::observation::{Observation, ObservedFault};
use crate::pcap::FrameNumber;
use crate::spec::ClientNumber;

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
    if is_retirement(observation, server) {
        return undecided(
            "when no client asked for anything any more: it may have had nothing left to do"
                .to_owned(),
        );
    }
    if let Some((client, rst)) = reset_since(observation, requests, server) {
        return undecided(format!(
            "after it had served others, and client {client} had reset its connection (frame {rst}): it may have been that"
        ));
    }
    let causes = server_end::pattern(server, Pattern::DiedWithClient).usually();
    Some(Verdict::Fail(finding.usually(causes)))
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
