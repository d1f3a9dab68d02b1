//! `lifecycle-in-order`: setup, then transfer, then teardown.

use super::catalogue::{Check, Judge, Requirement};
use super::each::Outcome;
use super::{
    Evidence, Finding, Verdict, absence, close, each, handshake_completes, orderly_close, program,
};
use crate::diagnosis::Pattern;
use crate::flow::{Milestone, Side};
use crate::manifest::{Need, StepOutcome};
use crate::observation::{Observation, ObservedConnection};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Selection};

pub(super) const CHECK: Check = Check {
    id: "lifecycle-in-order",
    title: "setup, transfer and teardown come in order",
    requirement: Requirement {
        quote: "A connection progresses through a series of states during its lifetime.",
        source: "RFC 9293 3.3.2",
    },
    precondition: "the capture begins before the connection and is whole",
    needs: &[Need::Wire],
    parameters: &[],
    bind: |_| Ok(Box::new(LifecycleInOrder)),
};

#[derive(Debug)]
struct LifecycleInOrder;

/// What this check says, for those that ask for it and more.
pub(super) fn judge(observation: &Observation, selection: &Selection) -> Verdict {
    LifecycleInOrder.judge(observation, selection)
}

impl Judge for LifecycleInOrder {
    fn expected(&self) -> String {
        "last frame of setup, then first to last payload, then the frame that acknowledges the second FIN".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(
            observation,
            selection,
            |connection| life(observation, connection),
            |connections| {
                let first = connections.first().map(|first| in_words(first));
                format!(
                    "{} in order, the first: {}",
                    program::count(connections.len(), "connection"),
                    first.unwrap_or_default()
                )
            },
        );
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

fn life(observation: &Observation, connection: &ObservedConnection) -> Outcome {
    let setup = handshake_completes::handshake(observation, connection);
    let (Outcome::Holds(_), Some(ack)) = (&setup, connection.wire.setup.ack) else {
        return each::following(setup);
    };
    let torn_down = orderly_close::closed_by_both(observation, connection);
    let (Outcome::Holds(_), Some(end)) = (&torn_down, close::end(connection)) else {
        return torn_down;
    };
    let Some((first, last)) = payload(connection) else {
        return without_payload(observation, connection);
    };
    let frames = [ack, first, last, end].map(|it| it.frame);
    let finding = |saw: String| {
        Finding::from(saw).with(Evidence::frames(
            "setup done, first payload, last payload, teardown done",
            connection.wire.id,
            frames,
        ))
    };
    if first.frame < ack.frame && !is_on_a_syn(connection, first.frame) {
        return Outcome::Violated(finding(format!(
            "payload (frame {}) before the handshake was complete (frame {})",
            first.frame, ack.frame
        )));
    }
    if last.frame >= end.frame {
        return Outcome::Violated(finding(format!(
            "payload (frame {}) after both FINs were acknowledged (frame {})",
            last.frame, end.frame
        )));
    }
    Outcome::Holds(finding(in_words(connection)))
}

/// First and last payload of either side.
fn payload(connection: &ObservedConnection) -> Option<(Milestone, Milestone)> {
    let halves = [Side::Initiator, Side::Responder].map(|side| connection.wire.sent_by(side));
    let first = halves.iter().filter_map(|half| half.first_payload).min()?;
    let last = halves.iter().filter_map(|half| half.last_payload).max()?;
    Some((first, last))
}

/// Data on the SYN or SYN-ACK is TCP Fast Open (RFC 7413), and legal.
fn is_on_a_syn(connection: &ObservedConnection, frame: FrameNumber) -> bool {
    let setup = &connection.wire.setup;
    [setup.syn, setup.syn_ack]
        .into_iter()
        .flatten()
        .any(|syn| syn.frame == frame)
}

/// No payload is a failure unless the client's steps asked for none, or all that they asked for passed on its others.
fn without_payload(observation: &Observation, connection: &ObservedConnection) -> Outcome {
    let asked_for_none = connection
        .client
        .is_some_and(|client| observation.requests_of(client).next().is_none());
    let finding = Finding::from("it carried no payload").with(Evidence::frames(
        "all of it",
        connection.wire.id,
        [connection.wire.first.frame, connection.wire.last.frame],
    ));
    if asked_for_none
        || connection
            .client
            .is_some_and(|it| has_asked(observation, it))
    {
        Outcome::Holds(finding)
    } else {
        absence::fails(observation, finding.usually(Pattern::NoPayload.usually()))
    }
}

/// Whether payload passed on some connection of the client's, and no request of its steps was missed.
fn has_asked(observation: &Observation, client: ClientNumber) -> bool {
    let has_payload = |connection: &ObservedConnection| payload(connection).is_some();
    observation.sessions_of(client).any(has_payload)
        && observation
            .requests_of(client)
            .all(|record| record.began_at.is_none() || record.outcome == StepOutcome::Done)
}

fn in_words(connection: &ObservedConnection) -> String {
    let frame =
        |it: Option<Milestone>| it.map_or_else(|| "–".to_owned(), |it| it.frame.to_string());
    let payload = payload(connection).map_or_else(
        || "no payload".to_owned(),
        |(first, last)| format!("payload {}–{}", first.frame, last.frame),
    );
    format!(
        "setup {}–{}, {payload}, teardown done {}",
        frame(connection.wire.setup.syn),
        frame(connection.wire.setup.ack),
        frame(close::end(connection)),
    )
}
