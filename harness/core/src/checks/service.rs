//! Whether a client was served, and why not: connected is not served.

use super::absence;
use super::each::{Outcome, no_syn};
use super::{Cause, Evidence, Finding, program};
use crate::diagnosis::Pattern;
use crate::flow::{ConnectionId, Ending, Milestone, Side};
use crate::manifest::{Role, StepOutcome, StepRecord};
use crate::observation::{Answer, Observation, ObservedConnection, OwnClose, Service};
use crate::spec::ClientNumber;
use crate::text::Foreign;

/// How one request of one client fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was answered within its step.
    Answered(Given),
    /// It was not, and that is the program's doing.
    Failed {
        /// In what way.
        kind: Kind,
        /// What shows it.
        finding: Finding,
        /// An answer that came after the step was given up.
        late: Option<Given>,
    },
    /// It was not, and nothing proves whose doing that is.
    Undecided {
        /// Whose it may be.
        cause: Cause,
        /// What shows it.
        finding: Finding,
        /// An answer that came after the step was given up.
        late: Option<Given>,
    },
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// On this connection.
    pub(super) connection: ConnectionId,
    /// Its last frame.
    pub(super) at: Milestone,
}

/// A way of not serving a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It was never accepted.
    NeverAccepted,
    /// Its request lies unread while the server sleeps.
    Unread,
    /// Its request was read, and the server sleeps.
    Silent,
    /// The server closed without an answer.
    Closed,
    /// It got something else than an answer.
    TurnedAway,
    /// Its SYN was answered by RST.
    Refused,
    /// Its SYN was not answered.
    SynUnanswered,
    /// It sent no SYN, or no request.
    NotAsked,
}

impl Kind {
    /// As part of a count: `5 never accepted (no server-side socket)`.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::NeverAccepted => "never accepted (no server-side socket)",
            Self::Unread => "accepted with the request lying unread while the server slept",
            Self::Silent => "read and not answered while the server slept",
            Self::Closed => "closed by the server without an answer",
            Self::TurnedAway => "turned away",
            Self::Refused => "refused",
            Self::SynUnanswered => "without an answer to their SYN",
            Self::NotAsked => "without a request",
        }
    }

    /// What is known of it.
    pub(super) fn pattern(self) -> Pattern {
        match self {
            Self::NeverAccepted => Pattern::NeverAccepted,
            Self::Unread | Self::Silent => Pattern::RequestIgnored,
            Self::Closed | Self::TurnedAway => Pattern::TurnedAway,
            Self::Refused => Pattern::Refused,
            Self::SynUnanswered => Pattern::SynUnanswered,
            Self::NotAsked => Pattern::NoSyn,
        }
    }
}

/// How a request of a client fared.
pub(super) fn standing(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
) -> Standing {
    let reached = match record.outcome {
        StepOutcome::NotReached => observation.first_undone(client).unwrap_or(record),
        StepOutcome::Done
        | StepOutcome::TimedOut { .. }
        | StepOutcome::ProgramEnded
        | StepOutcome::Obstructed { .. }
        | StepOutcome::Unsupported => record,
    };
    if let Some(unconnected) = unconnected(observation, client) {
        return unconnected;
    }
    match observation.answer(client, reached) {
        Answer::Given { connection, at } => {
            given(observation, client, reached, Given { connection, at })
        }
        Answer::Other {
            connection,
            at,
            beginning,
        } => other(observation, client, connection, at, &beginning),
        Answer::Missing {
            connection,
            request,
            is_request_acknowledged,
        } => {
            let what = format!("client {client}'s request (frame {})", request.frame);
            if is_request_acknowledged {
                unanswered(observation, client, reached, (connection, what), None)
            } else {
                undecided(Cause::Machine, format!("{what} was not acknowledged"))
            }
        }
        Answer::Unrecognisable { request, .. } => undecided(
            Cause::Program,
            format!(
                "what followed client {client}'s request (frame {}) may be an answer: the target has no `reply`, and a lone \
                 client got none to compare with",
                request.frame
            ),
        ),
        Answer::NotAsked => not_asked(observation, client, reached),
    }
}

/// The client that has no connection to be served on.
fn unconnected(observation: &Observation, client: ClientNumber) -> Option<Standing> {
    let own = |connection: &&ObservedConnection| connection.client == Some(client);
    let Some(connection) = observation.connections.iter().find(own) else {
        let outcome = absence::fails(observation, no_syn(observation, client));
        return Some(from_outcome(Kind::NotAsked, outcome));
    };
    let id = connection.wire.id;
    let syn = connection.wire.setup.syn.map(|syn| syn.frame);
    let is_open = connection.wire.setup.syn_ack.is_some();
    match connection.wire.ending() {
        Ending::Refused => Some(failed(
            Kind::Refused,
            Finding::from(format!("client {client}'s SYN was answered by RST"))
                .with(Evidence::frames("SYN, answered by RST", id, syn)),
        )),
        _ if is_open => None,
        Ending::Orderly { .. }
        | Ending::HalfClosed { .. }
        | Ending::Reset { .. }
        | Ending::Unanswered
        | Ending::StillOpen => {
            let finding = Finding::from(format!("client {client}'s SYN was not answered"))
                .with(Evidence::frames("SYN, never answered", id, syn))
                .with_all(overflows(observation));
            let outcome = absence::fails(observation, finding);
            Some(from_outcome(Kind::SynUnanswered, outcome))
        }
    }
}

fn overflows(observation: &Observation) -> Option<Evidence> {
    let last = observation.recorded()?.socket_samples.last()?;
    (last.listen_overflows > 0).then(|| {
        let times = last.listen_overflows;
        Evidence::sockets(format!("the accept queue overflowed {times} times"))
    })
}

fn given(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
    given: Given,
) -> Standing {
    let is_in_time = observation
        .window(record)
        .is_some_and(|window| given.at.frame <= window.to);
    if is_in_time {
        return Standing::Answered(given);
    }
    let what = format!(
        "client {client}'s request was answered only after its step was given up (frame {})",
        given.at.frame
    );
    unanswered(
        observation,
        client,
        record,
        (given.connection, what),
        Some(given),
    )
}

/// Bytes that are no answer: certain by the target's pattern, or where the server then left.
fn other(
    observation: &Observation,
    client: ClientNumber,
    connection: ConnectionId,
    at: Milestone,
    beginning: &Foreign,
) -> Standing {
    let finding = Finding::from(format!(
        "client {client} got “{beginning}” (frame {}), which is not what a served client gets",
        at.frame
    ))
    .with(Evidence::frames("not an answer", connection, [at.frame]));
    let has_left = observation
        .connection(connection)
        .is_some_and(|connection| server_left_first(observation, connection));
    if has_left {
        failed(Kind::TurnedAway, finding)
    } else {
        Standing::Undecided {
            cause: Cause::Program,
            finding,
            late: None,
        }
    }
}

/// An acknowledged request without an answer in time: stuck or slow, as the socket table says.
fn unanswered(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
    (connection, what): (ConnectionId, String),
    late: Option<Given>,
) -> Standing {
    let Some(connection) = observation.connection(connection) else {
        return undecided(Cause::Harness, what);
    };
    if server_left_first(observation, connection) && late.is_none() {
        let finding = Finding::from(format!("{what}: the server closed without an answer")).with(
            Evidence::frames(
                "the server's FIN or RST",
                connection.wire.id,
                connection.first_ending_frame(),
            ),
        );
        return failed(Kind::Closed, finding);
    }
    let sample = observation.sample_after(client, record.entry);
    let service = sample.and_then(|sample| observation.service(connection, sample));
    let runs = sample.and_then(|sample| sample.server_runs);
    let (kind, shows) = match (service, runs) {
        (None, _) => {
            return undecided(
                Cause::Harness,
                format!("{what}: no socket sample tells why"),
            );
        }
        (Some(_), Some(true)) => {
            return Standing::Undecided {
                cause: Cause::Machine,
                finding: format!("{what}: slow, the server was still running").into(),
                late,
            };
        }
        (Some(Service::NeverAccepted), Some(false) | None) => (
            Kind::NeverAccepted,
            "no server-side socket: the connection waits in the accept queue".to_owned(),
        ),
        (Some(Service::Unread { bytes }), Some(false)) => (
            Kind::Unread,
            format!("{bytes} bytes lie unread while no server thread runs"),
        ),
        (Some(Service::Read), Some(false)) => (
            Kind::Silent,
            "everything was read, and no server thread runs".to_owned(),
        ),
        (Some(Service::Unread { .. } | Service::Read), None) => {
            let saw = format!("{what}: it is not known whether the server was running");
            return Standing::Undecided {
                cause: Cause::Harness,
                finding: saw.into(),
                late,
            };
        }
    };
    Standing::Failed {
        kind,
        finding: Finding::from(format!("{what}: {shows}")).with(Evidence::sockets(shows)),
        late,
    }
}

/// Whether the server closed or reset a connection, by itself and before the client did.
fn server_left_first(observation: &Observation, connection: &ObservedConnection) -> bool {
    let first = |side| {
        let half = connection.wire.sent_by(side);
        half.fin
            .map(|fin| fin.sent)
            .into_iter()
            .chain(half.resets.first().map(|reset| reset.sent))
            .min()
    };
    let Some(left) = first(Side::Responder) else {
        return false;
    };
    let is_first = first(Side::Initiator).is_none_or(|client| left < client);
    is_first && observation.own_close(Some(Role::Server), left) != OwnClose::AfterStop
}

/// The client never came to ask.
fn not_asked(observation: &Observation, client: ClientNumber, record: &StepRecord) -> Standing {
    let what = format!(
        "client {client} sent no request: {}",
        program::undone(record)
    );
    let own = observation
        .connections
        .iter()
        .rfind(|connection| connection.client == Some(client));
    let waits_for_server = matches!(record.outcome, StepOutcome::TimedOut { .. });
    match own {
        Some(connection) if waits_for_server => unanswered(
            observation,
            client,
            record,
            (connection.wire.id, what),
            None,
        ),
        Some(_) | None => failed(
            Kind::NotAsked,
            Finding::from(what).with_all(program::record(observation, Role::Client(client.0))),
        ),
    }
}

fn failed(kind: Kind, finding: Finding) -> Standing {
    Standing::Failed {
        kind,
        finding,
        late: None,
    }
}

fn undecided(cause: Cause, saw: String) -> Standing {
    Standing::Undecided {
        cause,
        finding: saw.into(),
        late: None,
    }
}

fn from_outcome(kind: Kind, outcome: Outcome) -> Standing {
    match outcome {
        Outcome::Holds(finding) | Outcome::Violated(finding) => failed(kind, finding),
        Outcome::Unknown(cause, finding) => Standing::Undecided {
            cause,
            finding,
            late: None,
        },
    }
}
