//! `refused-when-down`: nobody listens, and the client says so.

mod failure_words;
mod printed;

use regex::Regex;

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::each::{self, Outcome, without_syn};
use super::{Cause, Evidence, Finding, Verdict, program};
use crate::diagnosis::Pattern;
use crate::flow::{Ending, Milestone};
use crate::manifest::{Exit, Need, ProcessRecord, Role};
use crate::observation::{Dialler, Observation, ObservedConnection};
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
    needs: &[Need::Wire, Need::Programs],
    parameters: &[ParameterDoc {
        name: "says",
        meaning: "a regular expression for a line that tells it, where the words that many languages have for a failure are not those \
                  of the assignment",
    }],
    bind: |parameters| {
        let says = parameters.pattern("says")?;
        Ok(Box::new(RefusedWhenDown { says }))
    },
};

#[derive(Debug)]
struct RefusedWhenDown {
    says: Option<Regex>,
}

impl Judge for RefusedWhenDown {
    fn expected(&self) -> String {
        "within 5 s the client exits non-zero, or prints that it failed, and not what it prints when connected; no signal ends it".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let Some(clients) = observation.selected_clients(&selection.clients) else {
            let saw = "only a recorded manifest knows what the client did";
            return Verdict::undecided(Cause::Harness, saw);
        };
        let outcomes = clients.iter().map(|&client| self.told(observation, client));
        each::together(outcomes, || match clients.first() {
            Some(&client) => format!("client {client} {}", in_words(observation, client)),
            None => "no client took part".to_owned(),
        })
    }
}

impl RefusedWhenDown {
    fn told(&self, observation: &Observation, client: ClientNumber) -> Outcome {
        let own = |connection: &&ObservedConnection| connection.client == Some(client);
        let own = observation.connections.iter().find(own);
        let Some(connection) = own.or_else(|| dialled_elsewhere(observation, client)) else {
            return without_syn(observation, client);
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
            .with(Evidence::frames(
                rst_of(observation, connection),
                connection.wire.id,
                [refused.frame],
            ))
            .with_all(program::record(observation, Role::Client(client.0)));
        self.reaction(observation, process, refused).judged(finding)
    }

    fn reaction(
        &self,
        observation: &Observation,
        process: &ProcessRecord,
        refused: Milestone,
    ) -> Reaction {
        let was_ours = !process.stop_actions.is_empty();
        match process.exit {
            Some(Exit::Signal { .. }) if !was_ours => Reaction::Crashed,
            Some(Exit::Code { code })
                if code != 0 && is_soon(observation, process, refused) && !was_ours =>
            {
                Reaction::Told
            }
            Some(Exit::Signal { .. } | Exit::Code { .. }) | None => {
                printed::reaction(observation, process, self.says.as_ref())
            }
        }
    }
}

/// The refusal, with the address if that is not the server's.
fn rst_of(observation: &Observation, connection: &ObservedConnection) -> String {
    let (dialled, server) = (connection.wire.responder, observation.server);
    if dialled.port() == server.port() {
        "RST".to_owned()
    } else {
        format!("RST from {dialled}, which the client dialled instead of {server}")
    }
}

/// Where nobody listens, any address will do, if it was the client that dialled it.
fn dialled_elsewhere(
    observation: &Observation,
    client: ClientNumber,
) -> Option<&ObservedConnection> {
    let elsewhere = observation.dialled_elsewhere(client)?;
    match elsewhere.dialler {
        Dialler::Client => Some(elsewhere.connection),
        Dialler::ClientOrServer => None,
    }
}

/// What a client did about a refusal.
enum Reaction {
    Told,
    Crashed,
    Silent,
    /// It printed something that it does not print when connected, and that need not tell anything.
    Unfamiliar {
        line: String,
    },
    /// It printed something, and it is not known what it prints when connected.
    Incomparable,
}

impl Reaction {
    fn judged(self, finding: Finding) -> Outcome {
        match self {
            Self::Told => Outcome::Holds(finding),
            Self::Crashed => {
                Outcome::Violated(finding.usually(Pattern::CrashedWhenRefused.usually()))
            }
            Self::Silent => {
                Outcome::Violated(finding.usually(Pattern::SilentWhenRefused.usually()))
            }
            Self::Unfamiliar { line } => {
                let why = format!(
                    "it does not say {} when connected, but no word in it is known to tell a failure (`says` in the rubric can name one)",
                    program::quoted(&line)
                );
                undecided(Cause::Program, finding, &why)
            }
            Self::Incomparable => {
                let why = "no connected client's output is there to compare with";
                undecided(Cause::Harness, finding, why)
            }
        }
    }
}

fn undecided(cause: Cause, finding: Finding, why: &str) -> Outcome {
    let saw = format!("{}; {why}", finding.saw);
    Outcome::Unknown(cause, Finding { saw, ..finding })
}

/// In time; across a pause of ours no time counts.
fn is_soon(observation: &Observation, process: &ProcessRecord, refused: Milestone) -> bool {
    process.exited_at.is_some_and(|exited_at| {
        let exited_at = Timestamp::from_nanos(exited_at);
        exited_at.since(refused.at) <= Span::from_nanos(TOLD_WITHIN_NS)
            || observation.is_paused_within(refused.at, exited_at)
    })
}

/// The RST that answered the SYN.
fn refusal(connection: &ObservedConnection) -> Option<Milestone> {
    let reset = connection
        .wire
        .by_responder
        .resets
        .iter()
        .find(|reset| reset.effect.is_an_end())?;
    (connection.wire.ending() == Ending::Refused).then_some(reset.sent)
}

fn in_words(observation: &Observation, client: ClientNumber) -> String {
    let process = observation.process(Role::Client(client.0));
    let end = process.map_or_else(|| "left no record".to_owned(), program::end);
    let line = process.and_then(|process| printed::lines(observation, process).next_back());
    match line {
        Some(line) => format!("refused: {end}, saying {}", program::quoted(line)),
        None => format!("refused: {end}, saying nothing"),
    }
}
