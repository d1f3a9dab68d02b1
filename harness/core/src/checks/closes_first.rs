//! `closes-first`: which side ends the connection.

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::each::Outcome;
use super::{Cause, Evidence, Finding, Verdict, absence, close, each, orderly_close, program};
use crate::diagnosis::Pattern;
use crate::flow::{Ending, Milestone, Side};
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection, OwnClose};
use crate::spec::Selection;

pub(super) const CHECK: Check = Check {
    id: "closes-first",
    title: "the right side closes first",
    requirement: Requirement {
        quote: "When a connection is closed actively, it MUST linger in the TIME-WAIT state for a time 2xMSL",
        source: "RFC 9293 3.6.1",
    },
    precondition: "somebody closed before we stopped the programs, or was asked to",
    needs: &[Need::Wire],
    parameters: &[ParameterDoc {
        name: "by",
        meaning: "whose FIN or RST has to come first, and so who keeps TIME_WAIT: `client` (default) or `server`",
    }],
    bind: |parameters| {
        let words = [("client", Side::Initiator), ("server", Side::Responder)];
        let by = parameters.choice("by", &words)?;
        Ok(Box::new(ClosesFirst { by }))
    },
};

#[derive(Debug)]
struct ClosesFirst {
    by: Side,
}

impl Judge for ClosesFirst {
    fn expected(&self) -> String {
        format!(
            "the FIN or RST of the {} before that of the {}, and before we stopped anything",
            self.by,
            self.by.peer()
        )
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(
            observation,
            selection,
            |connection| closes_first(observation, connection, self.by),
            |connections| {
                let count = program::count(connections.len(), "connection");
                format!("{count} closed first by the {}", self.by)
            },
        );
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

/// How a side began to end a connection.
#[derive(Clone, Copy, Debug)]
struct FirstClose {
    side: Side,
    sent: Milestone,
    by: Segment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    Fin,
    Rst,
}

impl FirstClose {
    fn in_words(self) -> String {
        let (side, frame) = (self.side, self.sent.frame);
        match self.by {
            Segment::Fin => format!("the {side} closed first (FIN: frame {frame})"),
            Segment::Rst => {
                format!(
                    "the {side} aborted the connection by RST (frame {frame}); nobody had closed it"
                )
            }
        }
    }
}

fn first_close(connection: &ObservedConnection) -> Option<FirstClose> {
    let fins = [Side::Initiator, Side::Responder]
        .into_iter()
        .filter_map(|side| {
            let sent = connection.wire.sent_by(side).fin?.sent;
            let by = Segment::Fin;
            Some(FirstClose { side, sent, by })
        });
    let reset = close::harmful_reset(connection).map(|(side, reset)| FirstClose {
        side,
        sent: reset.sent,
        by: Segment::Rst,
    });
    fins.chain(reset).min_by_key(|close| close.sent)
}

fn closes_first(observation: &Observation, connection: &ObservedConnection, by: Side) -> Outcome {
    if connection.wire.ending() == Ending::Refused
        && let Some(reset) = close::harmful_reset(connection)
    {
        let finding = close::reset_finding(connection, reset);
        let saw = format!("{}; nothing was open that could be closed", finding.saw);
        return Outcome::Violated(Finding { saw, ..finding });
    }
    let first = first_close(connection)
        .map(|first| (first, own_close(observation, connection, first)))
        .filter(|(_, own)| *own != OwnClose::AfterStop);
    let Some((first, own)) = first else {
        let finding = Finding::from(format!(
            "the {by} did not close before we stopped the programs"
        ))
        .with(orderly_close::missing(observation, connection))
        .usually(Pattern::NeverClosed.usually());
        return orderly_close::never_closed(observation, connection, finding);
    };
    let finding = Finding::from(first.in_words()).with(Evidence::frames(
        "the first FIN or RST",
        connection.wire.id,
        [first.sent.frame],
    ));
    match own {
        OwnClose::AfterFaultStep => unknown(
            Cause::Harness,
            finding,
            "whose program a step had killed: that proves nothing",
        ),
        OwnClose::Crash => Outcome::Violated(crashed(observation, connection, first, finding)),
        OwnClose::Own | OwnClose::AfterStop if first.side == by => {
            Outcome::Holds(race_won(connection, finding))
        }
        OwnClose::Own | OwnClose::AfterStop if connection.wire.is_closed_simultaneously() => {
            let why = format!("but the FINs crossed: the {by} had not seen it when it closed");
            unknown(Cause::Program, finding, &why)
        }
        OwnClose::Own | OwnClose::AfterStop => {
            Outcome::Violated(finding.usually(wrong_order(first).usually()))
        }
    }
}

fn own_close(
    observation: &Observation,
    connection: &ObservedConnection,
    first: FirstClose,
) -> OwnClose {
    observation.own_close(connection.role(first.side), first.sent)
}

fn unknown(cause: Cause, finding: Finding, why: &str) -> Outcome {
    let saw = format!("{}, {why}", finding.saw);
    Outcome::Unknown(cause, Finding { saw, ..finding })
}

fn crashed(
    observation: &Observation,
    connection: &ObservedConnection,
    first: FirstClose,
    finding: Finding,
) -> Finding {
    let saw = format!("{}: it crashed, and its kernel closed", finding.saw);
    let role = connection.role(first.side);
    Finding { saw, ..finding }
        .with_all(role.and_then(|role| program::record(observation, role)))
        .usually(Pattern::ClosedByDeath.usually())
}

/// The order on the wire counts, and that it was close is said.
fn race_won(connection: &ObservedConnection, finding: Finding) -> Finding {
    if !connection.wire.is_closed_simultaneously() {
        return finding;
    }
    let saw = format!("{}; the FINs crossed", finding.saw);
    Finding { saw, ..finding }
}

fn wrong_order(first: FirstClose) -> Pattern {
    match (first.by, first.side) {
        (Segment::Rst, _) => Pattern::Reset,
        (Segment::Fin, Side::Initiator) => Pattern::ClientClosedFirst,
        (Segment::Fin, Side::Responder) => Pattern::ServerClosedFirst,
    }
}
