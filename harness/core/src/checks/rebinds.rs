//! `rebinds`: the server listens again at once, although sockets of its last life are left on its port.

use std::collections::BTreeSet;

use super::catalogue::{Check, Judge, Requirement};
use super::{Cause, Evidence, Finding, Root, Verdict, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Need, Role, SampleReason, SocketRow, SocketSample, StepRecord};
use crate::observation::Observation;
use crate::spec::Selection;

/// How many left-over sockets evidence shows.
const SHOWN_SOCKETS: usize = 3;

pub(super) const CHECK: Check = Check {
    id: "rebinds",
    title: "the server can be started again at once",
    requirement: Requirement {
        quote: "TIME-WAIT - represents waiting for enough time to pass to be sure the remote TCP peer received the \
                acknowledgment of its connection termination request",
        source: "RFC 9293 3.3.2; socket(7), SO_REUSEADDR",
    },
    precondition: "a `restart` step was reached, and before the new start a socket of the server's last life was left on its \
                   port, in TIME_WAIT or still closing, and was there still when the server listened or its time was over",
    needs: &[Need::SocketTable, Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(Rebinds)),
};

#[derive(Debug)]
struct Rebinds;

/// A restart, and what was left of the life before.
struct Restart<'a> {
    entry: u32,
    left: Vec<&'a SocketRow>,
}

impl Judge for Rebinds {
    fn expected(&self) -> String {
        "the server listens again on its port, where sockets of its last life are left".to_owned()
    }

    fn judge(&self, observation: &Observation, _: &Selection) -> Verdict {
        let restarts: Vec<_> = restarts(observation).collect();
        if restarts.is_empty() {
            return Verdict::undecided(Cause::Harness, "no `restart` step was reached");
        }
        let failure = observation.failed_restart();
        let is_told = |restart: &&Restart<'_>| {
            let is_the_failed = failure.is_none_or(|record| record.entry == restart.entry);
            is_the_failed && !restart.left.is_empty()
        };
        let Some(restart) = restarts.iter().find(is_told) else {
            let saw =
                "no socket of the server's last life was left on its port, to keep it from binding";
            return Verdict::undecided(Cause::Harness, saw);
        };
        match failure {
            Some(record) => Verdict::Fail(failed(observation, record, restart)),
            None => Verdict::Pass(finding("the server listened again beside", restart)),
        }
    }
}

fn restarts(observation: &Observation) -> impl Iterator<Item = Restart<'_>> {
    let samples = observation
        .recorded()
        .into_iter()
        .flat_map(|recorded| &recorded.socket_samples);
    samples.filter_map(|sample| match sample.reason {
        SampleReason::Restart { entry } => Some(Restart {
            entry,
            left: left_over(observation, sample),
        }),
        SampleReason::Listen
        | SampleReason::Hold { .. }
        | SampleReason::Step { .. }
        | SampleReason::Stop => None,
    })
}

/// Sockets on the server's port when the server was gone, and still when it listened or should have: those that went in between
/// may have gone before `bind`.
fn left_over<'a>(observation: &Observation, sample: &'a SocketSample) -> Vec<&'a SocketRow> {
    let port = observation.server.port();
    let mut later = observation
        .recorded()
        .into_iter()
        .flat_map(|recorded| &recorded.socket_samples)
        .skip_while(|later| later.at <= sample.at);
    let started = later.find(|later| later.reason == SampleReason::Listen);
    let is_still_there = |row: &SocketRow| {
        started.is_some_and(|started| {
            let mut rows = started.sockets.iter();
            rows.any(|it| (it.local, it.remote) == (row.local, row.remote))
        })
    };
    let rows = sample.sockets.iter();
    rows.filter(|row| row.local.port() == port && row.remote.port() != 0)
        .filter(|row| is_still_there(row))
        .collect()
}

fn failed(observation: &Observation, record: &StepRecord, restart: &Restart<'_>) -> Finding {
    let server = observation.processes(Role::Server).last();
    let by_itself =
        server.filter(|server| server.exited_at.is_some() && server.stop_actions.is_empty());
    let how = match by_itself {
        Some(server) => format!("the server was started again and {}", program::end(server)),
        None => format!("the server was started again: {}", program::undone(record)),
    };
    finding(&format!("{how}, beside"), restart)
        .with_all(server.map(program::of_process))
        .usually(Pattern::NotStartedAgain.usually())
        .shows(Root::ServerNotStartedAgain)
}

/// `… 2 sockets of its last life (FIN_WAIT2, TIME_WAIT)`.
fn finding(what: &str, restart: &Restart<'_>) -> Finding {
    let sockets = program::count(restart.left.len(), "socket");
    let shown = restart.left.iter().take(SHOWN_SOCKETS);
    let evidence = shown.map(|row| {
        Evidence::sockets(format!(
            "before the new start: {} ← {}: {}",
            row.local, row.remote, row.state
        ))
    });
    let states: BTreeSet<_> = restart
        .left
        .iter()
        .map(|row| row.state.to_string())
        .collect();
    let states = Vec::from_iter(states).join(", ");
    Finding::from(format!("{what} {sockets} of its last life ({states})")).with_all(evidence)
}
