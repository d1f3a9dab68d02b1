//! `sequence`: what a rubric says must happen on a connection, in that order.
//!
//! Events are matched one after the other on each connection, in the order of frames. A payload event is the first match of
//! its regex in its sender's stream after the event before: in the same direction from where that match ended, in the other
//! from the first byte of a later frame. There `^` stands; `$` stands at the end of the whole stream. `not` must not match between the two, in the same direction.

mod script;
mod search;

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::each::Outcome;
use super::{Cause, Evidence, Finding, Verdict, absence, each, program};
use crate::diagnosis::Pattern;
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection};
use crate::spec::Selection;
use script::{Event, What};
use search::{Miss, Search};

pub(super) const CHECK: Check = Check {
    id: "sequence",
    title: "what the rubric lists happens in that order",
    requirement: Requirement {
        quote: "the listed events come in this order on the connection",
        source: "the rubric",
    },
    precondition: "the capture is whole",
    needs: &[Need::Wire],
    parameters: &[ParameterDoc {
        name: "events",
        meaning: "tables in order, each { from = \"client\" or \"server\", payload = \"REGEX\" }, { fin = \"client\" or \"server\" } or \
                  { rst = … }; with not = \"REGEX\", what that side must not send between the event before and this one. \
                  ^ stands right behind the event before, $ at the end of all that the side sends",
    }],
    bind: |parameters| {
        Ok(Box::new(Sequence {
            events: script::read(parameters)?,
        }))
    },
};

#[derive(Debug)]
struct Sequence {
    events: Vec<Event>,
}

impl Judge for Sequence {
    fn expected(&self) -> String {
        let events: Vec<_> = self.events.iter().map(ToString::to_string).collect();
        format!("in this order: {}", events.join(", "))
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(
            observation,
            selection,
            |connection| self.follow(observation, connection),
            |connections| {
                let count = program::count(connections.len(), "connection");
                let events = program::count(self.events.len(), "event");
                format!("{events} in order on {count}")
            },
        );
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

impl Sequence {
    fn follow(&self, observation: &Observation, connection: &ObservedConnection) -> Outcome {
        let mut search = Search::new(observation, connection);
        let mut frames = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            match search.next(event) {
                Ok(frame) => frames.push(frame),
                Err(miss) => return missed(observation, connection, (index, event), miss),
            }
        }
        let told: Vec<_> = frames.iter().map(ToString::to_string).collect();
        let finding = Finding::from(format!("events in frames {}", told.join(", ")));
        Outcome::Holds(finding.with(Evidence::frames("the events", connection.wire.id, frames)))
    }
}

/// A side that never closed said no wrong words.
fn pattern(connection: &ObservedConnection, event: &Event) -> Pattern {
    match event.what {
        What::Fin if connection.wire.sent_by(event.by).fin.is_none() => Pattern::NeverClosed,
        What::Fin | What::Payload(_) | What::Rst => Pattern::OutOfScript,
    }
}

fn missed(
    observation: &Observation,
    connection: &ObservedConnection,
    (index, event): (usize, &Event),
    miss: Miss,
) -> Outcome {
    let (number, id) = (index + 1, connection.wire.id);
    let pattern = pattern(connection, event);
    let finding = |saw: String| Finding::from(saw).usually(pattern.usually());
    match miss {
        Miss::Forbidden { frame, text } => Outcome::Violated(
            finding(format!(
                "before event {number}, {event}: “{text}” (frame {frame})"
            ))
            .with(Evidence::frames("what must not come there", id, [frame])),
        ),
        Miss::Absent {
            searched,
            nearest,
            why,
        } => absence::fails(
            observation,
            finding(format!(
                "event {number}, {event}, did not come in frames {}–{}{why}",
                searched.0, searched.1
            ))
            .with(Evidence::Missing {
                what: event.to_string(),
                connection: Some(id),
                searched,
                nearest,
            }),
        ),
        Miss::Unkept => Outcome::Unknown(
            Cause::Harness,
            format!("event {number}, {event}, was not found in the payload that is kept").into(),
        ),
    }
}
