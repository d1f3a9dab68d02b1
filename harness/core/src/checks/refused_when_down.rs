//! `refused-when-down`: nobody listens, and the client says so.

use super::catalogue::{Check, Judge, Requirement};
use super::each::{self, Outcome, no_syn};
use super::{Cause, Evidence, Finding, Verdict, absence, program};
use crate::diagnosis::Pattern;
use crate::flow::{Ending, Milestone};
use crate::manifest::{Exit, ProcessRecord, Role};
use crate::observation::{Observation, ObservedConnection};
use crate::spec::{ClientNumber, Selection};
use crate::time::{Span, Timestamp};

/// So soon after the refusal the client must have told, nanoseconds.
const TOLD_WITHIN_NS: u64 = 5_000_000_000;

pub(super) const CHECK: Check = Check {
    id: "refused-when-down",
    title: "the client tells that no server is running",
    requirement: Requirement {
        quote: "If the connection does not exist (CLOSED), then a reset is sent in response to any incoming segment except another reset.",
        source: "RFC 9293 3.5.2, group 1",
    },
    precondition: "a recorded manifest of a scenario without a server, in which the SYN was answered by RST",
    parameters: &[],
    bind: |_| Ok(Box::new(RefusedWhenDown)),
};

#[derive(Debug)]
struct RefusedWhenDown;

impl Judge for RefusedWhenDown {
    fn expected(&self) -> String {
        "within 5 s the client exits non-zero, or prints what it does not print when connected; no signal ends it".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let Some(clients) = observation.selected_clients(&selection.clients) else {
            let saw = "only a recorded manifest knows what the client did";
            return Verdict::undecided(Cause::Harness, saw);
        };
        let outcomes = clients.iter().map(|&client| told(observation, client));
        each::together(outcomes, || match clients.first() {
            Some(&client) => format!("client {client} {}", in_words(observation, client)),
            None => "no client took part".to_owned(),
        })
    }
}

fn told(observation: &Observation, client: ClientNumber) -> Outcome {
    let own = |connection: &&ObservedConnection| connection.client == Some(client);
    let Some(connection) = observation.connections.iter().find(own) else {
        return absence::fails(observation, no_syn(observation, client));
    };
    let Some(refused) = refusal(connection) else {
        return Outcome::Unknown(
            Cause::Harness,
            format!("client {client}'s SYN was not answered by RST").into(),
        );
    };
    let Some(process) = observation.process(Role::Client(client.0)) else {
        return Outcome::Unknown(
            Cause::Harness,
            format!("there is no record of client {client}'s process").into(),
        );
    };
    let finding = Finding::from(format!("client {client} {}", in_words(observation, client)))
        .with(Evidence::frames("RST", connection.wire.id, [refused.frame]))
        .with_all(program::record(observation, Role::Client(client.0)));
    match reaction(observation, process, refused) {
        Reaction::Told => Outcome::Holds(finding),
        Reaction::Crashed => {
            Outcome::Violated(finding.usually(Pattern::CrashedWhenRefused.usually()))
        }
        Reaction::Silent => {
            Outcome::Violated(finding.usually(Pattern::SilentWhenRefused.usually()))
        }
    }
}

/// What a client did about a refusal.
enum Reaction {
    Told,
    Crashed,
    Silent,
}

fn reaction(observation: &Observation, process: &ProcessRecord, refused: Milestone) -> Reaction {
    let was_ours = !process.stop_actions.is_empty();
    match process.exit {
        Some(Exit::Signal { .. }) if !was_ours => Reaction::Crashed,
        Some(Exit::Code { code }) if code != 0 && is_soon(process, refused) && !was_ours => {
            Reaction::Told
        }
        Some(Exit::Signal { .. } | Exit::Code { .. }) | None
            if prints_otherwise(observation, process) =>
        {
            Reaction::Told
        }
        Some(Exit::Signal { .. } | Exit::Code { .. }) | None => Reaction::Silent,
    }
}

fn is_soon(process: &ProcessRecord, refused: Milestone) -> bool {
    process.exited_at.is_some_and(|exited_at| {
        Timestamp::from_nanos(exited_at).since(refused.at) <= Span::from_nanos(TOLD_WITHIN_NS)
    })
}

/// Whether the client printed a line that a connected client did not print; without one to compare with, nobody knows.
fn prints_otherwise(observation: &Observation, process: &ProcessRecord) -> bool {
    let connected = &observation.setting.connected_lines;
    !connected.is_empty()
        && process
            .last_lines
            .iter()
            .any(|line| !line.trim().is_empty() && !connected.contains(line))
}

/// The RST that answered the SYN.
fn refusal(connection: &ObservedConnection) -> Option<Milestone> {
    let reset = connection.wire.by_responder.resets.first()?;
    (connection.wire.ending() == Ending::Refused).then_some(reset.sent)
}

fn in_words(observation: &Observation, client: ClientNumber) -> String {
    let process = observation.process(Role::Client(client.0));
    let end = process.map_or_else(|| "left no record".to_owned(), program::end);
    let line = process.and_then(|process| {
        process
            .last_lines
            .iter()
            .rfind(|line| !line.trim().is_empty())
    });
    match line {
        Some(line) => format!("refused: {end}, saying {}", program::quoted(line)),
        None => format!("refused: {end}, saying nothing"),
    }
}
