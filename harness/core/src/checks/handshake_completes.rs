//! `handshake-completes`: SYN, SYN-ACK, ACK.

use super::catalogue::{Check, Judge, Requirement};
use super::each::Outcome;
use super::{Cause, Evidence, Finding, Root, Verdict, absence, each, program};
use crate::diagnosis::Pattern;
use crate::flow::{Ending, Roles};
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection};
use crate::spec::Selection;

pub(super) const CHECK: Check = Check {
    id: "handshake-completes",
    title: "every handshake completes",
    requirement: Requirement {
        quote: "The \"three-way handshake\" is the procedure used to establish a connection.",
        source: "RFC 9293 3.5",
    },
    precondition: "the capture begins before the connection",
    needs: &[Need::Wire],
    parameters: &[],
    bind: |_| Ok(Box::new(HandshakeCompletes)),
};

#[derive(Debug)]
struct HandshakeCompletes;

impl Judge for HandshakeCompletes {
    fn expected(&self) -> String {
        "SYN, SYN-ACK and the ACK that covers it, on every connection".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        each::connection(
            observation,
            selection,
            |connection| handshake(observation, connection),
            |connections| {
                let first = connections.first().and_then(|first| {
                    let setup = first.wire.setup;
                    Some((setup.syn?.frame, setup.syn_ack?.frame, setup.ack?.frame))
                });
                let frames = first.map_or_else(String::new, |(syn, syn_ack, ack)| {
                    format!(", the first SYN {syn} → SYN-ACK {syn_ack} → ACK {ack}")
                });
                format!(
                    "{} completed{frames}",
                    program::count(connections.len(), "handshake")
                )
            },
        )
    }
}

/// Whether one handshake completed.
pub(super) fn handshake(observation: &Observation, connection: &ObservedConnection) -> Outcome {
    let wire = &connection.wire;
    let (syn, syn_ack, ack) = (wire.setup.syn, wire.setup.syn_ack, wire.setup.ack);
    let seen = [syn, syn_ack, ack].into_iter().flatten().map(|it| it.frame);
    let evidence = Evidence::frames("the handshake", wire.id, seen);
    let is_from_the_start = match wire.roles {
        Roles::Syn => true,
        Roles::SynAck | Roles::Guessed => false,
    };
    let finding = |saw: &str| Finding::from(saw).with(evidence.clone());
    match (syn_ack, ack) {
        _ if !is_from_the_start => Outcome::Unknown(
            Cause::Harness,
            finding("the capture begins in the middle of it"),
        ),
        (Some(_), Some(_)) => Outcome::Holds(finding("SYN, SYN-ACK, ACK")),
        (Some(_), None) => absence::fails(observation, finding("no ACK followed the SYN-ACK")),
        (None, _) if wire.ending() == Ending::Refused => Outcome::Violated(
            finding("the SYN was answered by RST")
                .usually(Pattern::Refused.usually())
                .shows(Root::ClientNotServed),
        ),
        (None, _) => absence::fails(
            observation,
            finding("the SYN was not answered")
                .usually(Pattern::SynUnanswered.usually())
                .shows(Root::ClientNotServed),
        ),
    }
}
