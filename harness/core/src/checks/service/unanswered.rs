//! A client that asked and was not answered in time: stuck or slow, as the wire and the socket table say.

use super::{Given, Kind, Standing, cut_off, failed, from_outcome, server_left_upon, undecided};
use crate::checks::{Cause, Evidence, Finding, close, program};
use crate::flow::{ConnectionId, Side};
use crate::manifest::StepRecord;
use crate::observation::{Observation, ObservedConnection, Service};
use crate::pcap::FrameNumber;
use crate::spec::ClientNumber;
use crate::time::{Span, Timestamp};

/// An acknowledged request without an answer in time.
pub(super) fn unanswered(
    observation: &Observation,
    client: ClientNumber,
    record: &StepRecord,
    (connection, what): (ConnectionId, String),
    late: Option<Given>,
) -> Standing {
    if let Some(cut_off) = cut_off(observation, client, record) {
        return from_outcome(Kind::Silent, cut_off);
    }
    let Some(connection) = observation.connection(connection) else {
        return undecided(Cause::Harness, what);
    };
    if server_left_upon(observation, connection, record) && late.is_none() {
        let finding = Finding::from(format!("{what}: the server closed the connection")).with(
            Evidence::frames(
                "the server's FIN or RST",
                connection.wire.id,
                connection.first_ending_frame(),
            ),
        );
        return failed(Kind::Closed, finding);
    }
    if late.is_some_and(|late| came_by_itself(observation, record, late)) {
        let finding = format!("{what}: {}", slower_than_allowed(record)).into();
        return Standing::Undecided {
            cause: Cause::Machine,
            finding,
            late,
        };
    }
    match why_unanswered(observation, connection, client, record) {
        Ok((kind, shows)) => Standing::Failed {
            kind,
            finding: Finding::from(format!(
                "{what}: {shows}{}",
                waited(observation, record, late)
            ))
            .with(Evidence::sockets(format!("client {client}: {shows}"))),
            late,
        },
        Err((cause, why)) => Standing::Undecided {
            cause,
            finding: format!("{what}: {why}").into(),
            late,
        },
    }
}

/// Whether only time went by before a late answer: who is answered when another client, or it itself, has left was waiting for
/// that, and was not served until then.
fn came_by_itself(observation: &Observation, record: &StepRecord, late: Given) -> bool {
    let began = observation
        .window(record)
        .map_or(FrameNumber(0), |window| window.after);
    let has_left = |connection: &ObservedConnection| {
        connection
            .first_ending_frame()
            .is_some_and(|end| began < end && end < late.at.frame)
    };
    observation.is_before_stop(late.at.frame) && !observation.connections.iter().any(has_left)
}

fn slower_than_allowed(record: &StepRecord) -> String {
    let took = match (record.began_at, record.ended_at) {
        (Some(began), Some(ended)) => span(began, ended).to_string(),
        (None, _) | (_, None) => "its time".to_owned(),
    };
    format!(
        "slower than the target allows, which gave the step {took}: a larger `step_within_ms` lets it be judged"
    )
}

/// How long the client has waited: until its late answer, or until we stopped everything.
fn waited(observation: &Observation, record: &StepRecord, late: Option<Given>) -> String {
    let answered = late.map(|late| late.at.at);
    let until = answered.or_else(|| observation.stopped_at());
    match (record.began_at, until) {
        (Some(began), Some(until)) => {
            format!("; the client waited {}", span(began, until.as_nanos()))
        }
        (None, _) | (_, None) => String::new(),
    }
}

fn span(from: u64, to: u64) -> Span {
    Timestamp::from_nanos(to).since(Timestamp::from_nanos(from))
}

/// What the socket table says of an unanswered client when its step ended; or why that says nothing.
fn why_unanswered(
    observation: &Observation,
    connection: &ObservedConnection,
    client: ClientNumber,
    record: &StepRecord,
) -> Result<(Kind, String), (Cause, &'static str)> {
    let unsampled = match close::left_first(connection, Side::Initiator) {
        Some(_) => (
            Cause::Program,
            "the client had ended the connection by itself",
        ),
        None => (Cause::Harness, "no socket sample tells why"),
    };
    let sample = observation
        .sample_after(client, record.entry)
        .ok_or(unsampled)?;
    let service = observation.service(connection, sample).ok_or(unsampled)?;
    if observation.is_paused_at(Timestamp::from_nanos(sample.at)) {
        return Err((Cause::Harness, "the programs were paused at that moment"));
    }
    let is_owed = is_owed_a_reply(connection, Timestamp::from_nanos(sample.at));
    match (service, sample.server_runs) {
        (_, Some(true)) => Err((Cause::Machine, "slow, the server was still running")),
        (Service::NeverAccepted, Some(false) | None) => Ok((
            Kind::NeverAccepted,
            "its connection was not accepted (no server-side socket)".to_owned(),
        )),
        (Service::Unread { .. } | Service::Read, None) => Err((
            Cause::Harness,
            "it is not known whether the server was running",
        )),
        (Service::Unread { bytes }, Some(false)) => {
            let bytes = program::count(bytes, "byte");
            let shows = format!("{bytes} unread while every server thread slept");
            Ok((Kind::Unread, shows))
        }
        (Service::Read, Some(false)) if is_owed => Ok((
            Kind::Silent,
            "everything was read, and every server thread slept".to_owned(),
        )),
        (Service::Read, Some(false)) if connection.by_responder.pieces().is_empty() => Ok((
            Kind::Waits,
            "its connection was accepted, and every server thread slept".to_owned(),
        )),
        (Service::Read, Some(false)) => Ok((
            Kind::WaitsOn,
            "the server had replied to all that it was sent, and slept".to_owned(),
        )),
    }
}

/// Whether the client had said the last word by then.
fn is_owed_a_reply(connection: &ObservedConnection, by: Timestamp) -> bool {
    let last_word = |side| {
        let said = connection.sent_by(side).pieces().iter();
        said.map(|piece| piece.at).filter(|at| at.at <= by).max()
    };
    last_word(Side::Initiator) > last_word(Side::Responder)
}
