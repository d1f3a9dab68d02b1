//! `server-listens`: the server listens where it was told to.

mod elsewhere;

use std::net::SocketAddr;

use super::catalogue::{Check, Judge, Requirement};
use super::{Cause, Evidence, Finding, Root, Verdict, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Need, ProcessRecord, Role};
use crate::observation::{Listening, Observation};
use crate::spec::Selection;
use crate::time::Timestamp;

pub(super) const CHECK: Check = Check {
    id: "server-listens",
    title: "the server listens at its address and port",
    requirement: Requirement {
        quote: "running server at a specific address and port number",
        source: "Installation 1, item 1; RFC 9293 3.9.1.1, passive OPEN",
    },
    precondition: "a socket table was sampled, or a SYN to the address is in the capture",
    needs: &[Need::Wire],
    parameters: &[],
    bind: |_| Ok(Box::new(ServerListens)),
};

#[derive(Debug)]
struct ServerListens;

impl Judge for ServerListens {
    fn expected(&self) -> String {
        "a socket in LISTEN at the address itself or its family's wildcard, or `::` where an IPv4 SYN is answered".to_owned()
    }

    fn judge(&self, observation: &Observation, _: &Selection) -> Verdict {
        match observation.listening() {
            Listening::Socket { at, since } => {
                let since = after_start(observation, since);
                Verdict::Pass(answered(observation, format!("{at} LISTEN{since}")))
            }
            Listening::Answered { .. } => {
                let server = observation.server;
                Verdict::Pass(answered(observation, format!("{server} answers")))
            }
            Listening::Elsewhere(_) | Listening::Nowhere => {
                Verdict::Fail(not_listening(observation).shows(Root::ServerNotListening))
            }
            Listening::Unknown if program::start_error(observation).is_some() => {
                Verdict::Fail(not_listening(observation).shows(Root::ServerNotListening))
            }
            Listening::Unknown => Verdict::undecided(
                Cause::Harness,
                format!(
                    "no SYN to {} was answered, and no socket table was sampled",
                    observation.server
                ),
            ),
        }
    }
}

fn after_start(observation: &Observation, since: Timestamp) -> String {
    observation
        .process(Role::Server)
        .and_then(|server| server.started_at)
        .map(|start| since.since(Timestamp::from_nanos(start)))
        .map_or_else(String::new, |span| format!(" {span} after start"))
}

fn answered(observation: &Observation, listens: String) -> Finding {
    let Some((syn, syn_ack)) = observation.first_answered_syn() else {
        return listens.into();
    };
    let connection = observation
        .connections
        .iter()
        .find(|connection| connection.wire.setup.syn.is_some_and(|it| it.frame == syn))
        .map(|connection| connection.wire.id);
    Finding::from(format!("{listens}; SYN {syn} → SYN-ACK {syn_ack}")).with(Evidence::Frames {
        what: "SYN and SYN-ACK".to_owned(),
        connection,
        frames: vec![syn, syn_ack],
    })
}

/// The server that does not listen where it should, with its record.
pub(super) fn not_listening(observation: &Observation) -> Finding {
    let server = observation.server;
    let record = observation.process(Role::Server);
    let finding = match observation.listening() {
        Listening::Elsewhere(addresses) => elsewhere::told(&addresses, server),
        Listening::Socket { .. }
        | Listening::Answered { .. }
        | Listening::Nowhere
        | Listening::Unknown => {
            let (saw, pattern) = nowhere(server, record);
            Finding::from(saw).usually(pattern.usually())
        }
    };
    finding.with_all(program::record(observation, Role::Server))
}

fn nowhere(server: SocketAddr, record: Option<&ProcessRecord>) -> (String, Pattern) {
    let has_ended =
        |record: &ProcessRecord| record.exited_at.is_some() && record.stop_actions.is_empty();
    match record {
        Some(record) if record.start_error.is_some() => (
            format!("the server {}", program::end(record)),
            Pattern::NoSuchProgram,
        ),
        Some(record) if has_ended(record) => (
            format!(
                "the server {} and never listened at {server}",
                program::end(record)
            ),
            death(record),
        ),
        Some(_) | None => (
            format!("the server never listened at {server}"),
            Pattern::ListensNowhere,
        ),
    }
}

/// Its last words tell whether bind() refused the port, in the words of strerror(3) or by the error's name.
fn death(record: &ProcessRecord) -> Pattern {
    let words = ["address already in use", "eaddrinuse"];
    let is_refused = |line: &String| {
        let line = line.to_lowercase();
        words.iter().any(|word| line.contains(word))
    };
    if record.last_lines.iter().any(is_refused) {
        Pattern::AddressInUse
    } else {
        Pattern::DiedBeforeListening
    }
}
