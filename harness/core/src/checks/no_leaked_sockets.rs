//! `no-leaked-sockets`: the server lets go of clients that are gone.

mod unlisted;

use super::catalogue::{Check, Judge, Requirement};
use super::each::{self, Outcome};
use super::{Cause, Evidence, Finding, Verdict, not_spinning, program, server_end};
use crate::diagnosis::Pattern;
use crate::flow::Side;
use crate::manifest::{Need, Role, SampleReason, SocketRow, SocketSample, SocketState};
use crate::observation::{Observation, ObservedConnection};
use crate::spec::{ClientNumber, Clients, Selection};

pub(super) const CHECK: Check = Check {
    id: "no-leaked-sockets",
    title: "the server closes the sockets of clients that are gone",
    requirement: Requirement {
        quote: "CLOSE-WAIT - represents waiting for a connection termination request from the local user.",
        source: "RFC 9293 3.3.2",
    },
    precondition: "the socket table was sampled before we stopped anything, after the client had gone and with the server \
                   running and idle; by default clients that a fault step touched are looked at too",
    needs: &[Need::SocketTable, Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(NoLeakedSockets)),
};

#[derive(Debug)]
struct NoLeakedSockets;

impl Judge for NoLeakedSockets {
    fn expected(&self) -> String {
        "no server-side socket in CLOSE_WAIT or ESTABLISHED of a client that is gone, and no more descriptors of sockets \
         without a connection than before the first client, when nothing is left to do"
            .to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let sample = match last_sample(observation) {
            Ok(sample) => sample,
            Err((cause, why)) => return Verdict::undecided(cause, why),
        };
        let connections = observation.selected(&with_everybody(selection));
        let gone: Vec<_> = connections
            .into_iter()
            .filter_map(|connection| {
                Some((connection, departure(observation, connection, sample)?))
            })
            .collect();
        if gone.is_empty() {
            return Verdict::undecided(
                Cause::Harness,
                "no client was gone when the socket table was last sampled",
            );
        }
        let outcomes = gone
            .iter()
            .map(|&(connection, left)| let_go(observation, connection, sample, left))
            .chain(unlisted::kept(observation, sample));
        each::together(outcomes, || {
            let clients = program::count(gone.len(), "connection");
            format!("no socket left of {clients} whose clients were gone")
        })
    }
}

/// What a fault step leaves behind is what is asked for.
fn with_everybody(selection: &Selection) -> Selection {
    let clients = match &selection.clients {
        Clients::Untouched => Clients::Numbered {
            from: ClientNumber(1),
            to: None,
        },
        numbered @ Clients::Numbered { .. } => numbered.clone(),
    };
    Selection {
        clients,
        ..selection.clone()
    }
}

/// The sample taken before our first stop action.
fn last_sample(observation: &Observation) -> Result<&SocketSample, (Cause, &'static str)> {
    let recorded = observation
        .recorded()
        .ok_or((Cause::Harness, "only a recorded manifest knows the sockets"))?;
    let mut samples = recorded.socket_samples.iter().rev();
    let sample = samples
        .find(|sample| sample.reason == SampleReason::Stop)
        .ok_or((
            Cause::Harness,
            "the socket table was not sampled before the stop",
        ))?;
    if server_end::by_itself(observation).is_some() {
        let why = "the server had ended: its kernel had closed every socket";
        return Err((Cause::Program, why));
    }
    Ok(sample)
}

/// How a client went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Departure {
    /// Its program had ended, and the server's kernel had acknowledged its FIN.
    Said,
    /// Its program had ended, and no FIN of it was acknowledged.
    Unsaid,
}

/// How a connection's client had gone by the time of a sample; `None` if it had not.
fn departure(
    observation: &Observation,
    connection: &ObservedConnection,
    sample: &SocketSample,
) -> Option<Departure> {
    let client = connection.client?;
    let exited_at = observation.process(Role::Client(client.0))?.exited_at?;
    let fin = connection.wire.sent_by(Side::Initiator).fin;
    let acknowledged = fin.and_then(|fin| fin.acknowledged);
    let is_said = acknowledged.is_some_and(|at| at.at.as_nanos() <= sample.at);
    (exited_at <= sample.at).then_some(if is_said {
        Departure::Said
    } else {
        Departure::Unsaid
    })
}

fn let_go(
    observation: &Observation,
    connection: &ObservedConnection,
    sample: &SocketSample,
    left: Departure,
) -> Outcome {
    let held = observation
        .server_socket(connection, sample)
        .filter(|row| is_held(row, left));
    let Some(row) = held else {
        return Outcome::Holds("no socket left".into());
    };
    while_idle(observation, sample, leak(connection, row, left))
}

/// What is held while the server runs it may be about to close, unless it runs in circles.
fn while_idle(observation: &Observation, sample: &SocketSample, finding: Finding) -> Outcome {
    let unsure = |cause, why: &str| {
        let saw = format!("{}, but {why}", finding.saw);
        Outcome::Unknown(
            cause,
            Finding {
                saw,
                ..finding.clone()
            },
        )
    };
    match sample.server_runs {
        Some(true) if not_spinning::spins_at(observation, sample.at) => Outcome::Violated(finding),
        Some(true) => unsure(Cause::Machine, "the server was still running"),
        None => unsure(
            Cause::Harness,
            "it is not known whether the server was running",
        ),
        Some(false) => Outcome::Violated(finding),
    }
}

/// Whether the program still holds a socket that leads to nobody. One that it never accepted it cannot close.
fn is_held(row: &SocketRow, left: Departure) -> bool {
    let is_accepted = row.inode != 0;
    match (row.state, left) {
        (SocketState::CloseWait, _) | (SocketState::Established, Departure::Unsaid) => is_accepted,
        (
            SocketState::Established
            | SocketState::SynSent
            | SocketState::SynReceived
            | SocketState::FinWait1
            | SocketState::FinWait2
            | SocketState::TimeWait
            | SocketState::Closed
            | SocketState::LastAck
            | SocketState::Listen
            | SocketState::Closing
            | SocketState::NewSynReceived,
            _,
        ) => false,
    }
}

fn leak(connection: &ObservedConnection, row: &SocketRow, left: Departure) -> Finding {
    let id = connection.wire.id;
    let who = connection
        .client
        .map_or_else(String::new, |client| format!(" (client {client})"));
    let state = if row.state == SocketState::CloseWait {
        "CLOSE_WAIT"
    } else {
        "ESTABLISHED, half-open"
    };
    let unread = program::count(row.receive_queue, "unread byte");
    let socket = format!("inode {}, {unread}", row.inode);
    let fin = connection.wire.sent_by(Side::Initiator).fin;
    let frames = fin.into_iter().flat_map(|fin| {
        let acknowledged = fin.acknowledged.map(|at| at.frame);
        std::iter::once(fin.sent.frame).chain(acknowledged)
    });
    let pattern = match left {
        Departure::Said => Pattern::LeakedSocket,
        Departure::Unsaid => Pattern::HalfOpen,
    };
    Finding::from(format!(
        "connection {id}{who}: the client is gone, and the server still holds its socket in {state} ({socket})"
    ))
    .with(Evidence::frames("the client's FIN and its ACK", id, frames))
    .with(Evidence::sockets(format!("{} ← {}: {state}, {socket}", row.local, row.remote)))
    .usually(pattern.usually())
}
