//! Judges connections one by one and puts the outcomes together.

use super::{Cause, Evidence, Finding, Link, Verdict, absence, program};
use crate::diagnosis::Pattern;
use crate::manifest::Role;
use crate::observation::{Dialler, Elsewhere, Observation, ObservedConnection};
use crate::spec::{ClientNumber, Selection, ServerState};

/// How many connections a finding speaks of one by one.
const SHOWN: usize = 2;

/// What one connection, client or file shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The requirement holds here.
    Holds(Finding),
    /// It does not.
    Violated(Finding),
    /// It could not be decided here.
    Unknown(Cause, Finding),
}

impl Outcome {
    /// The outcome with its finding changed.
    pub(super) fn map(self, change: impl FnOnce(Finding) -> Finding) -> Self {
        match self {
            Self::Holds(finding) => Self::Holds(change(finding)),
            Self::Violated(finding) => Self::Violated(change(finding)),
            Self::Unknown(cause, finding) => Self::Unknown(cause, change(finding)),
        }
    }
}

/// Judges every selected connection; a selected client without one fails. `passed` puts the pass in words.
pub(super) fn connection(
    observation: &Observation,
    selection: &Selection,
    judge: impl Fn(&ObservedConnection) -> Outcome,
    passed: impl FnOnce(&[&ObservedConnection]) -> String,
) -> Verdict {
    let mut connections = observation.selected(selection);
    connections.retain(|connection| !went_elsewhere(observation, connection));
    let without = without_connection(observation, selection, &connections);
    if connections.is_empty() && without.is_empty() {
        let saw = format!("no connection to {} was selected", observation.server);
        return Verdict::undecided(Cause::Harness, saw);
    }
    let outcomes = connections
        .iter()
        .map(|connection| prefixed(connection, judge(connection)))
        .chain(without);
    together(outcomes, || passed(&connections))
}

/// Any violation fails, else anything unknown is inconclusive, else it passes.
pub(super) fn together(
    outcomes: impl IntoIterator<Item = Outcome>,
    passed: impl FnOnce() -> String,
) -> Verdict {
    let (mut held, mut violated, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Outcome::Holds(finding) => held.push(finding),
            Outcome::Violated(finding) => violated.push(finding),
            Outcome::Unknown(cause, finding) => unknown.push((cause, finding)),
        }
    }
    let cause = unknown.first().map(|(cause, _)| *cause);
    match (violated.is_empty(), cause) {
        (false, _) => Verdict::Fail(joined(violated)),
        (true, Some(cause)) => Verdict::Inconclusive {
            cause,
            finding: joined(unknown.into_iter().map(|(_, finding)| finding).collect()),
        },
        (true, None) => Verdict::Pass(Finding {
            saw: passed(),
            ..joined(held)
        }),
    }
}

/// The outcome for a check that is there for something else: it follows from a root that another check shows.
pub(super) fn following(outcome: Outcome) -> Outcome {
    let follow = |finding: Finding| match finding.link {
        Some(Link::Shows(root)) => finding.follows_from(root),
        Some(Link::FollowsFrom(_)) | None => finding,
    };
    match outcome {
        violated @ Outcome::Violated(_) => violated.map(follow),
        outcome @ (Outcome::Holds(_) | Outcome::Unknown(..)) => outcome,
    }
}

/// One finding of several: the first few in full, the rest counted; causes of the first.
fn joined(findings: Vec<Finding>) -> Finding {
    let more = findings.len().saturating_sub(SHOWN);
    let usually = findings.first().map(|first| first.usually.clone());
    let link = joined_link(&findings);
    let mut saw = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    for finding in findings.into_iter().take(SHOWN) {
        saw.push(finding.saw);
        for one in finding.evidence {
            if !evidence.contains(&one) {
                evidence.push(one);
            }
        }
    }
    if more > 0 {
        saw.push(format!("and {more} more"));
    }
    Finding {
        saw: saw.join("; "),
        evidence,
        usually: usually.unwrap_or_default(),
        link,
        ..Finding::default()
    }
}

/// What shows a root shows it in any company; several together follow from one only if each does.
fn joined_link(findings: &[Finding]) -> Option<Link> {
    let links = || findings.iter().map(|finding| finding.link);
    let shown = links().find(|link| matches!(link, Some(Link::Shows(_))));
    let first = links().next().flatten();
    shown
        .flatten()
        .or_else(|| first.filter(|_| links().all(|link| link == first)))
}

fn prefixed(connection: &ObservedConnection, outcome: Outcome) -> Outcome {
    let name = match connection.client {
        Some(client) => format!("connection {} (client {client})", connection.wire.id),
        None => format!("connection {}", connection.wire.id),
    };
    let named = |finding: Finding| Finding {
        saw: format!("{name}: {}", finding.saw),
        ..finding
    };
    outcome.map(named)
}

/// Whether it is the connection of a client that dialled another address than the server's, and was not taken there.
fn went_elsewhere(observation: &Observation, connection: &ObservedConnection) -> bool {
    let elsewhere = |client| observation.dialled_elsewhere(client);
    let is_taken = connection.wire.setup.syn_ack.is_some();
    !is_taken && connection.client.and_then(elsewhere).is_some()
}

/// The selected clients that never sent a SYN. Where others have connections, those that had no reason to dial do not matter.
fn without_connection(
    observation: &Observation,
    selection: &Selection,
    connections: &[&ObservedConnection],
) -> Vec<Outcome> {
    observation
        .selected_clients(&selection.clients)
        .unwrap_or_default()
        .into_iter()
        .filter(|&client| {
            !connections
                .iter()
                .any(|connection| connection.client == Some(client))
        })
        .filter(|&client| connections.is_empty() || !observation.is_asked_for_nothing(client))
        .map(|client| without_syn(observation, client))
        .collect()
}

/// A client that sent no SYN: what the program does not do is a failure, unless it was given nothing to do.
pub(super) fn without_syn(observation: &Observation, client: ClientNumber) -> Outcome {
    if !observation.is_asked_for_nothing(client) {
        return absence::fails(observation, no_syn(observation, client));
    }
    let saw = format!(
        "client {client} sent no SYN when it was started, and no step asks it for anything: if it dials on request, the \
         scenario needs a request, such as `list`, after `connect`"
    );
    let record = program::record(observation, Role::Client(client.0));
    Outcome::Unknown(Cause::Harness, Finding::from(saw).with_all(record))
}

/// A client that sent the server no SYN, with its record.
fn no_syn(observation: &Observation, client: ClientNumber) -> Finding {
    let role = Role::Client(client.0);
    let unstarted = observation
        .process(role)
        .filter(|it| it.start_error.is_some());
    if let Some(process) = unstarted {
        return Finding::from(format!("client {client} {}", program::end(process)))
            .with_all(program::record(observation, role))
            .usually(Pattern::NoSuchProgram.usually());
    }
    if let Some(elsewhere) = observation.dialled_elsewhere(client) {
        return dialled_elsewhere(observation, client, elsewhere);
    }
    let undone = observation
        .first_undone(client)
        .map(|record| format!(": {}", program::undone(record)))
        .unwrap_or_default();
    Finding::from(format!("client {client} sent no SYN{undone}"))
        .with_all(program::record(observation, Role::Client(client.0)))
        .usually(Pattern::NoSyn.usually())
}

/// A client whose SYN went to another address than the server's.
fn dialled_elsewhere(
    observation: &Observation,
    client: ClientNumber,
    elsewhere: Elsewhere<'_>,
) -> Finding {
    let (dialled, wire) = (elsewhere.address(), &elsewhere.connection.wire);
    let frame = wire.first.frame;
    let saw = match (elsewhere.dialler, observation.setting.server) {
        (Dialler::Client, ServerState::Up) => format!(
            "client {client} dialled {dialled} (frame {frame}), and the server's address is {}",
            observation.server
        ),
        (Dialler::Client, ServerState::Down) => format!(
            "client {client} dialled {dialled} (frame {frame}), and not {}",
            observation.server
        ),
        (Dialler::ClientOrServer, ServerState::Up | ServerState::Down) => format!(
            "client {client} sent no SYN to the server at {}; when it was to connect, a SYN went to {dialled} (frame {frame})",
            observation.server
        ),
    };
    Finding::from(saw)
        .with(Evidence::frames(
            "a SYN to another address, and what came of it",
            wire.id,
            [frame, wire.last.frame],
        ))
        .with_all(program::record(observation, Role::Client(client.0)))
        .usually(Pattern::DialsElsewhere.usually())
}
