//! `replies-within`: the server begins its replies in time.

use std::num::NonZeroU32;

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::each::{self, Outcome};
use super::{Cause, Evidence, Finding, Verdict, program};
use crate::diagnosis::Pattern;
use crate::manifest::{Need, StepRecord};
use crate::observation::{Answer, Observation, Turn};
use crate::spec::{ClientNumber, Selection};
use crate::time::Span;

pub(super) const CHECK: Check = Check {
    id: "replies-within",
    title: "the server begins its replies in time",
    requirement: Requirement {
        quote: "the reply begins within `ms` of the request's end",
        source: "the rubric",
    },
    precondition: "a recorded manifest, a request that was answered, and no pause of the recording across a slow reply",
    needs: &[Need::Wire, Need::Programs],
    parameters: &[ParameterDoc {
        name: "ms",
        meaning: "milliseconds from a request's last byte to its reply's first byte, by the capture's clock; required. \
                  So many times longer on a slow machine, as the recording says",
    }],
    bind: |parameters| {
        let ms = parameters.count("ms")?;
        Ok(Box::new(RepliesWithin { ms }))
    },
};

#[derive(Debug)]
struct RepliesWithin {
    ms: NonZeroU32,
}

impl RepliesWithin {
    /// The longest that a reply may take on the recording's machine.
    fn limit(&self, observation: &Observation) -> Span {
        const NANOS_PER_HUNDREDTH_MS: u64 = 10_000;
        let hundredths = u64::from(self.ms.get()) * slowness_percent(observation);
        Span::from_nanos(hundredths * NANOS_PER_HUNDREDTH_MS)
    }

    fn judge_step(
        &self,
        observation: &Observation,
        (client, record): (ClientNumber, &StepRecord),
    ) -> Outcome {
        let name = format!("client {client}'s `{}`", record.step);
        let turns = observation.turns(client, record);
        let limit = self.limit(observation);
        if let Some(turn) = slowest(turns.iter().filter(|turn| turn.took() > limit)) {
            return late(observation, &name, turn);
        }
        let Some(turn) = slowest(turns.iter()) else {
            let saw = format!("{name} was not answered: there is no time to measure");
            return Outcome::Unknown(Cause::Program, saw.into());
        };
        if let Answer::Missing { request, .. } = observation.answer(client, record) {
            let saw = format!(
                "{name}: the request of frame {} was not answered: there is no time to measure",
                request.frame
            );
            return Outcome::Unknown(Cause::Program, saw.into());
        }
        Outcome::Holds(told(&name, turn))
    }

    /// The slowest reply of all and how much the limit was stretched.
    fn passed(
        &self,
        observation: &Observation,
        requests: &[(ClientNumber, &StepRecord)],
    ) -> String {
        let turns: Vec<_> = requests
            .iter()
            .flat_map(|&(client, record)| observation.turns(client, record))
            .collect();
        let slowest = slowest(turns.iter()).map_or_else(String::new, |turn| {
            format!(
                ", the slowest after {} (frames {}–{})",
                turn.took(),
                turn.request.frame,
                turn.reply.frame
            )
        });
        format!(
            "{}, each reply begun within {}{}{slowest}",
            program::count(turns.len(), "exchange"),
            self.limit(observation),
            slowness(observation)
        )
    }
}

impl Judge for RepliesWithin {
    fn expected(&self) -> String {
        format!(
            "each reply begun within {} ms after the last byte of its request, or longer on a slow machine",
            self.ms
        )
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let Some(clients) = observation.selected_clients(&selection.clients) else {
            let saw = "only a recorded manifest knows the steps";
            return Verdict::undecided(Cause::Harness, saw);
        };
        let during = selection.during.as_deref();
        let requests: Vec<_> = clients
            .iter()
            .flat_map(|&client| {
                let records = observation.requests_of(client);
                records.map(move |record| (client, record))
            })
            .filter(|(_, record)| {
                let step = observation.step(record);
                during.is_none_or(|name| step.is_some_and(|step| step.name() == name))
            })
            .collect();
        if requests.is_empty() {
            return Verdict::undecided(Cause::Harness, "no step asks the server for anything");
        }
        let outcomes = requests
            .iter()
            .map(|&request| self.judge_step(observation, request));
        each::together(outcomes, || self.passed(observation, &requests))
    }
}

/// How slow the recording's machine was, percent; never below 100: a fast machine makes no rubric stricter.
fn slowness_percent(observation: &Observation) -> u64 {
    let recorded = observation.recorded();
    let measured = recorded.and_then(|recorded| recorded.slowness_percent);
    measured.unwrap_or(100).max(100).into()
}

/// ` (machine slow ×2.5)`, if it was.
fn slowness(observation: &Observation) -> String {
    match slowness_percent(observation) {
        100 => String::new(),
        percent => format!(" (machine slow ×{}.{})", percent / 100, percent % 100 / 10),
    }
}

fn slowest<'a>(turns: impl Iterator<Item = &'a Turn>) -> Option<Turn> {
    turns.copied().max_by_key(Turn::took)
}

/// A late reply, unless we held the programs meanwhile.
fn late(observation: &Observation, name: &str, turn: Turn) -> Outcome {
    let finding = told(name, turn);
    if observation.is_paused_within(turn.request.at, turn.reply.at) {
        let saw = format!("{}, but the programs were paused meanwhile", finding.saw);
        return Outcome::Unknown(Cause::Harness, Finding { saw, ..finding });
    }
    Outcome::Violated(finding.usually(Pattern::SlowReply.usually()))
}

fn told(name: &str, turn: Turn) -> Finding {
    let (request, reply) = (turn.request.frame, turn.reply.frame);
    Finding::from(format!(
        "{name}: {} from the request's last byte (frame {request}) to the reply's first (frame {reply})",
        turn.took()
    ))
    .with(Evidence::frames(
        "end of the request, beginning of the reply",
        turn.connection,
        [request, reply],
    ))
}
