//! `orderly-close`: each side says FIN by itself, and the other acknowledges it.

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::close::Close;
use super::each::Outcome;
use super::{Cause, Evidence, Finding, Verdict, absence, close, each, program, service};
use crate::diagnosis::Pattern;
use crate::flow::{Fin, Side};
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection, OwnClose};
use crate::spec::{ClientNumber, Selection, Step};

pub(super) const CHECK: Check = Check {
    id: "orderly-close",
    title: "connections are closed in order",
    requirement: Requirement {
        quote: "CLOSE is an operation meaning \"I have no more data to send.\"",
        source: "RFC 9293 3.6",
    },
    precondition: "the capture is whole, and the client was asked to quit",
    needs: &[Need::Wire],
    parameters: &[ParameterDoc {
        name: "by",
        meaning: "whose close is asked for: `both` (default), `server` or `client`",
    }],
    bind: |parameters| {
        let by = parameters.choice(
            "by",
            &[
                ("both", By::Both),
                ("server", By::Server),
                ("client", By::Client),
            ],
        )?;
        Ok(Box::new(OrderlyClose { by }))
    },
};

#[derive(Debug)]
struct OrderlyClose {
    by: By,
}

/// Whose close is asked for.
#[derive(Clone, Copy, Debug)]
enum By {
    Both,
    Server,
    Client,
}

impl By {
    fn sides(self) -> &'static [Side] {
        match self {
            Self::Both => &[Side::Initiator, Side::Responder],
            Self::Server => &[Side::Responder],
            Self::Client => &[Side::Initiator],
        }
    }
}

impl Judge for OrderlyClose {
    fn expected(&self) -> String {
        let whose = match self.by {
            By::Both => "each side's FIN",
            By::Server => "the server's FIN",
            By::Client => "the client's FIN",
        };
        format!(
            "{whose} acknowledged, no RST before, sent before we stopped anything by a program alive or ended by itself"
        )
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(
            observation,
            selection,
            |connection| closed(observation, connection, self.by.sides()),
            |connections| {
                let last = connections.iter().filter_map(|it| close::end(it)).max();
                let until = last.map_or_else(String::new, |end| {
                    format!(", the last by frame {}", end.frame)
                });
                format!(
                    "{} closed in order{until}",
                    program::count(connections.len(), "connection")
                )
            },
        );
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

/// Whether both sides closed a connection in order.
pub(super) fn closed_by_both(
    observation: &Observation,
    connection: &ObservedConnection,
) -> Outcome {
    closed(observation, connection, By::Both.sides())
}

fn closed(observation: &Observation, connection: &ObservedConnection, sides: &[Side]) -> Outcome {
    if let Some(reset) = reset(observation, connection, sides) {
        return reset;
    }
    let outcomes = sides
        .iter()
        .map(|&side| side_closed(observation, connection, side));
    let mut fins = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Holds(finding) => fins.extend(finding.evidence),
            missing @ (Outcome::Violated(_) | Outcome::Unknown(..)) => return missing,
        }
    }
    Outcome::Holds(Finding::from("closed in order").with_all(fins))
}

/// An RST that took the close's place.
fn reset(
    observation: &Observation,
    connection: &ObservedConnection,
    sides: &[Side],
) -> Option<Outcome> {
    let (side, reset) = close::harmful_reset(connection)?;
    let by = observation.own_close(connection.role(side), reset.sent);
    let finding = close::reset_finding(connection, (side, reset));
    match by {
        OwnClose::Own | OwnClose::Crash if sides.contains(&side) => {
            Some(Outcome::Violated(finding))
        }
        OwnClose::AfterFaultStep => Some(Outcome::Unknown(
            Cause::Harness,
            Finding {
                saw: format!("{}, whose program a step had killed", finding.saw),
                ..finding
            },
        )),
        OwnClose::Own | OwnClose::Crash if !has_closed(connection, sides) => {
            let saw = format!("{}, before the other side could close", finding.saw);
            Some(Outcome::Unknown(Cause::Program, Finding { saw, ..finding }))
        }
        OwnClose::Own | OwnClose::Crash | OwnClose::AfterStop => None,
    }
}

/// Whether each of these sides had its FIN acknowledged.
fn has_closed(connection: &ObservedConnection, sides: &[Side]) -> bool {
    let fins = sides.iter().map(|&side| connection.wire.sent_by(side).fin);
    fins.into_iter()
        .all(|fin| fin.is_some_and(|fin| fin.acknowledged.is_some()))
}

fn side_closed(observation: &Observation, connection: &ObservedConnection, side: Side) -> Outcome {
    match close::of(observation, connection, side) {
        Close::Proven(fin) => Outcome::Holds(fin_finding(connection, fin, "closed")),
        Close::Unacknowledged(fin) => absence::fails(
            observation,
            fin_finding(
                connection,
                fin,
                &format!("the FIN of the {side} was never acknowledged"),
            ),
        ),
        Close::NotOwn(fin, OwnClose::AfterFaultStep) => Outcome::Unknown(
            Cause::Harness,
            fin_finding(
                connection,
                fin,
                &format!("the {side} had been killed by a step: its FIN proves nothing"),
            ),
        ),
        Close::NotOwn(fin, OwnClose::Crash) => Outcome::Violated(
            fin_finding(
                connection,
                fin,
                &format!("the {side} crashed: its FIN is the kernel's"),
            )
            .with_all(
                connection
                    .role(side)
                    .and_then(|role| program::record(observation, role)),
            )
            .usually(Pattern::ClosedByDeath.usually()),
        ),
        Close::NotOwn(fin, OwnClose::AfterStop | OwnClose::Own) => {
            let saw = format!("the {side} sent no FIN before we stopped the programs");
            let finding =
                fin_finding(connection, fin, &saw).usually(Pattern::ClosedByDeath.usually());
            never_closed(observation, connection, finding)
        }
        Close::Missing => {
            let finding = Finding::from(format!("the {side} sent no FIN"))
                .with(missing(observation, connection))
                .usually(Pattern::NeverClosed.usually());
            never_closed(observation, connection, finding)
        }
    }
}

/// A close that never came: a failure, unless nobody asked the client to end its session.
pub(super) fn never_closed(
    observation: &Observation,
    connection: &ObservedConnection,
    finding: Finding,
) -> Outcome {
    let Some(client) = connection.client else {
        return absence::fails(observation, finding);
    };
    if observation.was_asked_to_quit(client) {
        return absence::fails(observation, finding);
    }
    if let Some(undone) = observation.first_undone(client) {
        return service::hindered(observation, client, undone, "never asked to quit")
            .map(|finding| finding.with(missing(observation, connection)));
    }
    let saw = format!("{}, and {}", finding.saw, unasked(observation, client));
    Outcome::Unknown(Cause::Harness, Finding { saw, ..finding })
}

/// Why nobody asked the client to quit.
fn unasked(observation: &Observation, client: ClientNumber) -> String {
    let mut steps = observation.steps_of(client).iter();
    let quit = steps.find(|record| observation.step(record) == Some(&Step::Quit));
    quit.map_or_else(
        || format!("no step asked client {client} to quit"),
        program::undone,
    )
}

/// The window in which no FIN of the program's own came: until we stopped it.
pub(super) fn missing(observation: &Observation, connection: &ObservedConnection) -> Evidence {
    let last = observation.last_frame();
    let until = observation.stop.map_or(last, |stop| stop.min(last));
    Evidence::Missing {
        what: "FIN".to_owned(),
        connection: Some(connection.wire.id),
        searched: (connection.wire.first.frame, until),
        nearest: Some(connection.wire.last.frame.min(until)),
    }
}

fn fin_finding(connection: &ObservedConnection, fin: Fin, saw: &str) -> Finding {
    let acknowledged = fin.acknowledged.map(|it| it.frame);
    let frames = std::iter::once(fin.sent.frame).chain(acknowledged);
    let saw = format!("{saw} (FIN: frame {})", fin.sent.frame);
    Finding::from(saw).with(Evidence::frames(
        "FIN and its ACK",
        connection.wire.id,
        frames,
    ))
}
