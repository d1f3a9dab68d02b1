//! `stops-on-sigterm`: SIGTERM is enough to end the server.

use super::catalogue::{Check, Judge, Requirement};
use super::{Cause, Evidence, Finding, Verdict, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Exit, Need, ProcessRecord, Role, SignalSent};
use crate::observation::Observation;
use crate::spec::Selection;
use crate::time::Timestamp;

pub(super) const CHECK: Check = Check {
    id: "stops-on-sigterm",
    title: "the server stops on SIGTERM",
    requirement: Requirement {
        quote: "SIGTERM: Termination signal",
        source: "POSIX.1-2017, <signal.h>",
    },
    precondition: "a recorded manifest, and a server that was there to be sent SIGTERM and ended by nothing else",
    needs: &[Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(StopsOnSigterm)),
};

/// The process that was started left others behind, as a daemon does: only what still runs is sent a signal.
const DAEMON: &str =
    "the first process ended by itself with code 0; those it left behind ended after SIGTERM";

/// What ended in parts.
const LEFT_BEHIND: &str = "the server's first process ended, but what it had started did not after SIGTERM: SIGKILL was needed";

/// As signal(7) numbers it everywhere.
const SIGTERM: i32 = 15;

#[derive(Debug)]
struct StopsOnSigterm;

impl Judge for StopsOnSigterm {
    fn expected(&self) -> String {
        "the server ends after SIGTERM, within the grace and without SIGKILL".to_owned()
    }

    fn judge(&self, observation: &Observation, _: &Selection) -> Verdict {
        let Some(server) = observation.process(Role::Server) else {
            return Verdict::undecided(
                Cause::Harness,
                "there is no record of the server's process",
            );
        };
        let at = |signal| {
            server
                .stop_actions
                .iter()
                .find(|stop| stop.signal == signal)
                .map(|stop| stop.at)
        };
        match (at(SignalSent::Term), at(SignalSent::Kill), server.exited_at) {
            (Some(term), Some(kill), Some(exited_at)) if (term..kill).contains(&exited_at) => {
                Verdict::Fail(
                    finding(observation, LEFT_BEHIND.to_owned())
                        .usually(Pattern::LeavesChildren.usually()),
                )
            }
            (Some(_), Some(_), _) => Verdict::Fail(
                finding(
                    observation,
                    "SIGTERM did not end the server, SIGKILL was needed".to_owned(),
                )
                .usually(Pattern::IgnoresSigterm.usually()),
            ),
            (Some(term), None, Some(exited_at)) if exited_at >= term => {
                let finding = finding(observation, stopped(server, term, exited_at));
                match server.exit {
                    Some(Exit::Signal { signal }) if signal != SIGTERM => unasked(finding),
                    Some(Exit::Signal { .. } | Exit::Code { .. }) | None => Verdict::Pass(finding),
                }
            }
            (Some(_), None, Some(_)) if server.exit == Some(Exit::Code { code: 0 }) => {
                Verdict::Pass(finding(observation, DAEMON.to_owned()))
            }
            (Some(_), None, None) => {
                Verdict::undecided(Cause::Harness, "the server's end was not seen")
            }
            (_, _, Some(_)) if ended_before(server) => unasked(finding(
                observation,
                format!(
                    "the server {} before SIGTERM was sent",
                    program::end(server)
                ),
            )),
            (_, _, _) => Verdict::undecided(Cause::Harness, "the server was not sent SIGTERM"),
        }
    }
}

/// The server's end shows nothing of what SIGTERM does.
fn unasked(finding: Finding) -> Verdict {
    Verdict::Inconclusive {
        cause: Cause::Program,
        finding,
    }
}

fn ended_before(server: &ProcessRecord) -> bool {
    let first_stop = server.stop_actions.iter().map(|stop| stop.at).min();
    match (server.exited_at, first_stop) {
        (Some(exited_at), Some(stop)) => exited_at < stop,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn stopped(server: &ProcessRecord, term: u64, exited_at: u64) -> String {
    let span = Timestamp::from_nanos(exited_at).since(Timestamp::from_nanos(term));
    match server.exit {
        Some(Exit::Signal { signal }) => {
            format!("ended by signal {signal}, {span} after SIGTERM")
        }
        Some(Exit::Code { code }) => {
            format!("exited with code {code}, {span} after SIGTERM")
        }
        None => format!("ended {span} after SIGTERM"),
    }
}

fn finding(observation: &Observation, saw: String) -> Finding {
    let record = program::record(observation, Role::Server);
    Finding::from(saw.clone())
        .with_all(record.or_else(|| Some(Evidence::process(Role::Server, saw))))
}
