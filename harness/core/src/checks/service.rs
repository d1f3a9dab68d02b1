//! Whether a client was served, and why not: connected is not served.

mod kind;
mod unanswered;
mod unasked;

use super::absence;
use super::each::{Outcome, without_syn};
use super::{Cause, Evidence, Finding, Link, close, program};
use crate::diagnosis::Pattern;
use crate::flow::{ConnectionId, Ending, Milestone, Side};
use crate::manifest::{Role, StepOutcome, StepRecord};
use crate::observation::{Answer, Observation, ObservedConnection, OwnClose};
use crate::spec::ClientNumber;

pub(super) use kind::Kind;
use unanswered::unanswered;
use unasked::not_asked;

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
        | StepOutcome::ServerEnded { .. }
        | StepOutcome::Disconnected
        | StepOutcome::Obstructed { .. }
        | StepOutcome::CameTooLate
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
        } if is_in_time(observation, reached, at) => {
            let got = format!("client {client} got “{beginning}” (frame {})", at.frame);
            strange(observation, reached, connection, (at, got))
        }
        Answer::Other { connection, at, .. } => {
            let what = format!(
                "client {client} got nothing until its step was given up (then frame {})",
                at.frame
            );
            unanswered(observation, client, reached, (connection, what), None)
        }
        Answer::Missing {
            connection,
            request,
            is_request_acknowledged,
        } => {
            let request = format!("client {client}'s request (frame {})", request.frame);
            let has_left = has_left(observation, connection, reached);
            // What meets a closed socket is reset, not acknowledged.
            if is_request_acknowledged || has_left {
                let what = format!("{request} got no answer");
                unanswered(observation, client, reached, (connection, what), None)
            } else {
                undecided(Cause::Machine, format!("{request} was not acknowledged"))
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

/// A failure with what usually causes it: what was found out, or else what its kind tells.
pub(super) fn explained(kind: Kind, finding: Finding) -> Finding {
    if finding.usually.is_empty() {
        finding.usually(kind.pattern().usually())
    } else {
        finding
    }
}

/// What did not come to be, `consequence`, because a client's step failed: the failure follows from what kept that step.
pub(super) fn hindered(
    observation: &Observation,
    client: ClientNumber,
    undone: &StepRecord,
    consequence: &str,
) -> Outcome {
    if let Some(cut_off) = cut_off(observation, client, undone) {
        return cut_off.map(|finding| Finding {
            saw: format!("{consequence}: {}", finding.saw),
            ..finding
        });
    }
    let step = program::undone(undone);
    let because = |finding: Finding| Finding {
        saw: format!("{consequence}: {}", finding.saw),
        ..finding
    };
    let record = || program::record(observation, Role::Client(client.0));
    match standing(observation, client, undone) {
        Standing::Undecided { cause, finding, .. } => Outcome::Unknown(cause, because(finding)),
        Standing::Failed { kind, finding, .. } => {
            let finding = explained(kind, because(finding));
            let link = kind.root().map(Link::FollowsFrom);
            absence::fails(observation, Finding { link, ..finding })
        }
        Standing::Answered(given) => {
            let saw = format!(
                "client {client}'s {step}, though the server answered (frame {})",
                given.at.frame
            );
            let finding = because(saw.into()).with_all(record());
            absence::fails(
                observation,
                finding.usually(Pattern::StuckAfterReply.usually()),
            )
        }
    }
}

/// A transfer whose bytes were still crossing when its step was given up. Slow is not wrong.
pub(super) fn cut_off(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
) -> Option<Outcome> {
    let last = observation.cut_off(client, record)?;
    let connections = observation.sessions_of(client);
    let ids = connections.map(|connection| connection.wire.id);
    let finding = Finding::from(format!(
        "client {client}'s {}, and bytes were still crossing when the step was given up (frame {})",
        program::undone(record),
        last.frame
    ))
    .with_all(
        ids.last()
            .map(|id| Evidence::frames("the last of them", id, [last.frame])),
    );
    Some(Outcome::Unknown(Cause::Machine, finding))
}

/// The client that has no connection to be served on.
pub(super) fn unconnected(observation: &Observation, client: ClientNumber) -> Option<Standing> {
    let Some(connection) = observation.sessions_of(client).next() else {
        let outcome = without_syn(observation, client);
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
        let times = program::count(times, "time");
        Evidence::sockets(format!("the accept queue overflowed {times}"))
    })
}

/// Whether the server said it before the step was given up.
fn is_in_time(observation: &Observation, record: &StepRecord, at: Milestone) -> bool {
    observation
        .window(record)
        .is_some_and(|window| at.frame <= window.to)
}

fn given(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
    given: Given,
) -> Standing {
    // A step that was done was not given up: a client that speaks by itself asked once more as it ended.
    if is_in_time(observation, record, given.at) || record.outcome == StepOutcome::Done {
        return Standing::Answered(given);
    }
    let what = format!(
        "client {client}'s request was answered too late (frame {}, after its step was given up)",
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

fn has_left(observation: &Observation, connection: ConnectionId, record: &StepRecord) -> bool {
    observation
        .connection(connection)
        .is_some_and(|connection| server_left_upon(observation, connection, record))
}

/// By what a reply was found to be none.
fn unlike(observation: &Observation, record: &StepRecord) -> &'static str {
    let step = observation.step(record);
    if step.is_some_and(|step| observation.setting.replies.are_told(step)) {
        "which is not what a served client gets"
    } else {
        "which is not what a lone client got, and the target has no `reply` that tells"
    }
}

/// Bytes that are no answer: certain where the server then left.
fn strange(
    observation: &Observation,
    record: &StepRecord,
    connection: ConnectionId,
    (at, got): (Milestone, String),
) -> Standing {
    let unlike = unlike(observation, record);
    let not_an_answer = Evidence::frames("not an answer", connection, [at.frame]);
    let finding = Finding::from(format!("{got}, {unlike}")).with(not_an_answer);
    if has_left(observation, connection, record) {
        return failed(Kind::TurnedAway, finding);
    }
    Standing::Undecided {
        cause: Cause::Program,
        finding,
        late: None,
    }
}

/// Whether the server closed or reset a connection upon a step, by itself and before the client did. Who was heard again after
/// the step was not turned away by it: the server left upon something later, such as a goodbye.
fn server_left_upon(
    observation: &Observation,
    connection: &ObservedConnection,
    record: &StepRecord,
) -> bool {
    let step = observation.window(record);
    let is_later_word = |frame| step.is_some_and(|step| step.to < frame);
    let is_upon_step = |left: &Milestone| {
        let mut said = connection.by_initiator.pieces().iter();
        !said.any(|piece| is_later_word(piece.at.frame) && piece.at.frame < left.frame)
    };
    close::left_first(connection, Side::Responder)
        .filter(is_upon_step)
        .is_some_and(|left| observation.own_close(Some(Role::Server), left) != OwnClose::AfterStop)
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
