//! A server that ended while clients still needed it: every row that fails after it says so, whatever the row looks at.

use super::program::{self, of_process};
use super::{Evidence, Finding, Verdict, close};
use crate::diagnosis::Pattern;
use crate::flow::Side;
use crate::manifest::{Exit, ProcessRecord, Role, StepOutcome, StepRecord};
use crate::observation::Observation;

/// A client learns of the server's end from its kernel, we learn it from the server's parent, which may be later by so much,
/// nanoseconds.
pub(super) const DEATH_TO_REPORT_NS: u64 = 1_000_000_000;

/// As signal(7) numbers them where programs under test run.
const SIGABRT: i32 = 6;
const SIGBUS: i32 = 7;
const SIGSEGV: i32 = 11;
const SIGPIPE: i32 = 13;

/// Puts the server's end beside what else the verdict stands on, and first among the causes of a failure. A crash is told
/// before all that was seen, and is then the only cause named: what else the wire shows usually follows from it. It is no
/// cause of a client's own RST, which may be what the server crashed of.
pub(super) fn tell(observation: &Observation, verdict: &mut Verdict) {
    let is_failure = match verdict {
        Verdict::Pass(_) | Verdict::Skipped { .. } => return,
        Verdict::Fail(_) => true,
        Verdict::Inconclusive { .. } => false,
    };
    let (Some(server), Some(finding)) = (ended(observation), verdict.finding_mut()) else {
        return;
    };
    if is_shown_by(finding) {
        return;
    }
    finding.evidence.insert(0, of_process(server));
    if is_failure {
        explain(observation, server, finding);
    }
}

/// Whether a finding shows the server's record.
pub(super) fn is_shown_by(finding: &Finding) -> bool {
    let is_servers = |evidence: &Evidence| {
        matches!(
            evidence,
            Evidence::Process {
                role: Role::Server,
                ..
            }
        )
    };
    finding.evidence.iter().any(is_servers)
}

fn explain(observation: &Observation, server: &ProcessRecord, finding: &mut Finding) {
    let causes = pattern(server, Pattern::ServerEnded).usually();
    if !is_crash(server) {
        finding.usually.splice(0..0, causes);
    } else if is_clients_doing(observation, finding) {
        finding.saw = format!("{}; the server {}", finding.saw, program::end(server));
    } else {
        finding.saw = format!("the server {}; {}", program::end(server), finding.saw);
        finding.usually = causes;
    }
}

/// Whether every connection that the finding shows was reset by its client.
fn is_clients_doing(observation: &Observation, finding: &Finding) -> bool {
    let mut shown = finding
        .evidence
        .iter()
        .filter_map(|evidence| match evidence {
            Evidence::Frames { connection, .. } | Evidence::Missing { connection, .. } => {
                *connection
            }
            Evidence::Process { .. } | Evidence::Sockets { .. } | Evidence::File { .. } => None,
        })
        .peekable();
    shown.peek().is_some()
        && shown.all(|id| {
            observation
                .connection(id)
                .and_then(close::harmful_reset)
                .is_some_and(|(side, _)| side == Side::Initiator)
        })
}

/// What is known of such an end: some signals tell it themselves, of others it is what the circumstances say.
pub(super) fn pattern(server: &ProcessRecord, by_circumstances: Pattern) -> Pattern {
    match server.exit {
        Some(Exit::Signal {
            signal: SIGBUS | SIGSEGV,
        }) => Pattern::MemoryFault,
        Some(Exit::Signal { signal: SIGABRT }) => Pattern::Aborted,
        Some(Exit::Signal { signal: SIGPIPE }) => Pattern::BrokenPipe,
        Some(Exit::Signal { .. } | Exit::Code { .. }) | None => by_circumstances,
    }
}

fn is_crash(server: &ProcessRecord) -> bool {
    match server.exit {
        Some(Exit::Signal { .. }) => true,
        Some(Exit::Code { code }) => code != 0,
        None => false,
    }
}

/// The server that ended without our doing and left nobody behind: what it did when idle, or kept open, is not to be known.
pub(super) fn by_itself(observation: &Observation) -> Option<&ProcessRecord> {
    let mut servers = observation.processes(Role::Server);
    servers.find(|server| server.exit.is_some() && server.stop_actions.is_empty())
}

/// The server that ended without our doing before a client had done its steps, or that crashed when one had just done them.
fn ended(observation: &Observation) -> Option<&ProcessRecord> {
    observation
        .processes(Role::Server)
        .filter(|server| server.exit.is_some() && server.stop_actions.is_empty())
        .find(|server| {
            server
                .exited_at
                .is_some_and(|at| was_needed(observation, server, at))
        })
}

/// Whether a client gave up a step at that moment or later; for a crash, whether it was at any step: one may seem done when
/// its connection ends in the middle of it.
fn was_needed(observation: &Observation, server: &ProcessRecord, at: u64) -> bool {
    let recorded = observation.recorded().into_iter();
    let mut steps = recorded
        .flat_map(|recorded| &recorded.client_steps)
        .flat_map(|client| &client.steps);
    steps.any(|step| {
        (is_crash(server) || is_given_up(step))
            && step
                .ended_at
                .is_some_and(|end| end + DEATH_TO_REPORT_NS >= at)
    })
}

fn is_given_up(step: &StepRecord) -> bool {
    match step.outcome {
        StepOutcome::TimedOut { .. }
        | StepOutcome::ProgramEnded
        | StepOutcome::ServerEnded { .. }
        | StepOutcome::Disconnected => true,
        StepOutcome::Done
        | StepOutcome::Obstructed { .. }
        | StepOutcome::CameTooLate
        | StepOutcome::Unsupported
        | StepOutcome::NotReached => false,
    }
}
