//! `refused-when-down`: nobody listens, and the client says so.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::catalogue::{Check, Judge, Requirement};
use super::each::{self, Outcome, without_syn};
use super::{Cause, Evidence, Finding, Verdict, program};
use crate::diagnosis::Pattern;
use crate::flow::{Ending, Milestone};
use crate::manifest::{Exit, Need, ProcessRecord, Role};
use crate::observation::{Dialler, Observation, ObservedConnection};
use crate::spec::{ClientNumber, Selection};
use crate::text::Foreign;
use crate::time::{Span, Timestamp};

/// So soon after the refusal the client must have told, nanoseconds.
const TOLD_WITHIN_NS: u64 = 5_000_000_000;

/// Characters of a line that are compared: fewer than a manifest keeps of its last lines.
const COMPARED_CHARS: usize = 200;

/// How text shows what cannot be printed.
static ESCAPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\x[0-9a-f]{2}|\\u\{[0-9a-f]+\}").expect("the pattern is a constant")
});

pub(super) const CHECK: Check = Check {
    id: "refused-when-down",
    title: "the client tells that no server is running",
    requirement: Requirement {
        quote: "If the connection does not exist (CLOSED), then a reset is sent in response to any incoming segment except another reset.",
        source: "RFC 9293 3.5.2, group 1",
    },
    precondition: "a recorded manifest of a scenario without a server, in which the SYN was answered by RST",
    needs: &[Need::Wire, Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(RefusedWhenDown)),
};

#[derive(Debug)]
struct RefusedWhenDown;

impl Judge for RefusedWhenDown {
    fn expected(&self) -> String {
        "within 5 s the client exits non-zero, or prints words that it does not print when connected; no signal ends it".to_owned()
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
    match reaction(observation, process, refused) {
        Reaction::Unknown => Outcome::Unknown(
            Cause::Harness,
            Finding {
                saw: format!(
                    "{}; no connected client's output is there to compare with",
                    finding.saw
                ),
                ..finding
            },
        ),
        Reaction::Told => Outcome::Holds(finding),
        Reaction::Crashed => {
            Outcome::Violated(finding.usually(Pattern::CrashedWhenRefused.usually()))
        }
        Reaction::Silent => {
            Outcome::Violated(finding.usually(Pattern::SilentWhenRefused.usually()))
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
    Unknown,
}

fn reaction(observation: &Observation, process: &ProcessRecord, refused: Milestone) -> Reaction {
    let was_ours = !process.stop_actions.is_empty();
    match process.exit {
        Some(Exit::Signal { .. }) if !was_ours => Reaction::Crashed,
        Some(Exit::Code { code })
            if code != 0 && is_soon(observation, process, refused) && !was_ours =>
        {
            Reaction::Told
        }
        Some(Exit::Signal { .. } | Exit::Code { .. }) | None => by_output(observation, process),
    }
}

/// In time; across a pause of ours no time counts.
fn is_soon(observation: &Observation, process: &ProcessRecord, refused: Milestone) -> bool {
    process.exited_at.is_some_and(|exited_at| {
        let exited_at = Timestamp::from_nanos(exited_at);
        exited_at.since(refused.at) <= Span::from_nanos(TOLD_WITHIN_NS)
            || observation.is_paused_within(refused.at, exited_at)
    })
}

/// A client that goes on told it if it printed words that no connected client prints.
fn by_output(observation: &Observation, process: &ProcessRecord) -> Reaction {
    let printed = observation.setting.output.get(&process.role);
    let mut lines = printed
        .unwrap_or(&process.last_lines)
        .iter()
        .filter(|line| !line.trim().is_empty())
        .peekable();
    let Some(connected) = &observation.setting.connected_lines else {
        let is_silent = lines.peek().is_none();
        return if is_silent {
            Reaction::Silent
        } else {
            Reaction::Unknown
        };
    };
    let usual: BTreeSet<Vec<String>> = connected.iter().map(|line| words(line)).collect();
    // A prompt stands alone where nothing follows it, and before the next output where something does.
    let is_usual = |line: &String| {
        let line = words(line);
        let is_here = |usual: &Vec<String>| usual.windows(line.len()).any(|part| part == line);
        line.is_empty() || usual.iter().any(is_here)
    };
    if lines.all(is_usual) {
        Reaction::Silent
    } else {
        Reaction::Told
    }
}

/// The words of a line, of two letters or more and no digit. What else stands in it may differ from run to run without telling
/// anything: a clock, the number of a process or a session, memory that nothing was received into.
fn words(line: &str) -> Vec<String> {
    let shown = Foreign::new(line.trim(), COMPARED_CHARS);
    let printed = ESCAPE.replace_all(shown.as_str(), " ");
    let parts = printed.split(|c: char| !c.is_alphanumeric());
    let is_word = |part: &&str| part.len() > 1 && part.chars().all(char::is_alphabetic);
    parts.filter(is_word).map(str::to_owned).collect()
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
