//! `connection-accepted`: the program took the connection up; a finished handshake alone is the kernel's doing.

use super::catalogue::{Check, Judge, Requirement};
use super::each::Outcome;
use super::{Cause, Evidence, Finding, Root, Verdict, each, handshake_completes, program};
use crate::diagnosis::Pattern;
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection, Service};
use crate::spec::Selection;

pub(super) const CHECK: Check = Check {
    id: "connection-accepted",
    title: "the server accepts every connection",
    requirement: Requirement {
        quote: "server accepting the incoming connections from the client",
        source: "Installation 1, item 2; accept(2)",
    },
    precondition: "a socket sample has the connection, or the server sent payload on it",
    needs: &[Need::Wire],
    parameters: &[],
    bind: |_| Ok(Box::new(ConnectionAccepted)),
};

#[derive(Debug)]
struct ConnectionAccepted;

impl Judge for ConnectionAccepted {
    fn expected(&self) -> String {
        "a server-side socket, or a payload byte or FIN from the server, on every connection"
            .to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        each::connection(
            observation,
            selection,
            |connection| accepted(observation, connection),
            |connections| {
                format!(
                    "{} accepted",
                    program::count(connections.len(), "connection")
                )
            },
        )
    }
}

fn accepted(observation: &Observation, connection: &ObservedConnection) -> Outcome {
    let id = connection.wire.id;
    if let Some(first) = connection.wire.by_responder.first_payload {
        let saw = format!("accepted: payload from the server, frame {}", first.frame);
        return Outcome::Holds(Finding::from(saw).with(Evidence::frames(
            "first payload of the server",
            id,
            [first.frame],
        )));
    }
    // The kernel resets what nobody accepted when its listener closes: inet_csk_listen_stop() in Linux.
    if let Some(fin) = connection.wire.by_responder.fin {
        let frame = fin.sent.frame;
        let saw = format!("accepted: the server closed it by a FIN, frame {frame}");
        return Outcome::Holds(Finding::from(saw).with(Evidence::frames(
            "FIN of the server",
            id,
            [frame],
        )));
    }
    let services: Vec<_> = observation
        .services(connection)
        .map(|(_, service)| service)
        .collect();
    let has_socket = services
        .iter()
        .any(|&service| service != Service::NeverAccepted);
    match handshake_completes::handshake(observation, connection) {
        Outcome::Holds(_) if has_socket => Outcome::Holds(
            Finding::from("accepted: it has a server-side socket")
                .with(Evidence::sockets("a server-side socket with an inode")),
        ),
        Outcome::Holds(_) if services.is_empty() => Outcome::Unknown(
            Cause::Harness,
            "no payload from the server, and no socket sample has it".into(),
        ),
        Outcome::Holds(handshake) => Outcome::Violated(
            Finding::from("the handshake is complete, and the server never accepted it")
                .with_all(handshake.evidence)
                .with(Evidence::sockets("no server-side socket in any sample"))
                .usually(Pattern::NeverAccepted.usually())
                .shows(Root::ClientNotServed),
        ),
        not_set_up @ (Outcome::Violated(_) | Outcome::Unknown(..)) => each::following(not_set_up),
    }
}
