//! `served-concurrently`: several clients open *and answered* at the same time.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::catalogue::{Check, Judge, ParameterDoc, Requirement};
use super::service::{Given, Kind, Standing, explained, standing, unconnected};
use super::{Cause, Evidence, Finding, Root, Verdict, absence, program};
use crate::diagnosis::Pattern;
use crate::flow::ConnectionId;
use crate::manifest::{Need, Role, StepOutcome};
use crate::observation::{Observation, ObservedConnection};
use crate::pcap::FrameNumber;
use crate::spec::{ClientNumber, Selection};

pub(super) const CHECK: Check = Check {
    id: "served-concurrently",
    title: "several clients are served at once",
    requirement: Requirement {
        quote: "serving at least 5 clients at a time",
        source: "Installation 1, item 3",
    },
    precondition: "enough clients take part, each with a request, and a reply can be told from a banner",
    needs: &[Need::Wire],
    parameters: &[ParameterDoc {
        name: "at_least",
        meaning: "how many clients must be open and answered at the same time (required)",
    }],
    bind: |parameters| {
        let at_least = parameters.count("at_least")?;
        Ok(Box::new(ServedConcurrently { at_least }))
    },
};

#[derive(Debug)]
struct ServedConcurrently {
    at_least: NonZeroU32,
}

/// One client and how its requests fared.
struct Client {
    number: ClientNumber,
    standing: Standing,
}

impl Client {
    fn has_failed(&self) -> bool {
        matches!(self.standing, Standing::Failed { .. })
    }
}

/// From the first frame to the one before `end`, on a connection.
#[derive(Clone, Copy)]
struct Life {
    connection: ConnectionId,
    start: FrameNumber,
    end: FrameNumber,
}

impl Judge for ServedConcurrently {
    fn expected(&self) -> String {
        format!("{} answered while all of them were open", self.at_least)
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let Some(numbers) = observation.selected_clients(&selection.clients) else {
            let saw = "a capture made elsewhere does not say which connection is whose";
            return Verdict::undecided(Cause::Harness, saw);
        };
        let wanted = self.at_least.get() as usize;
        if numbers.len() < wanted {
            let saw = format!("only {} took part", program::count(numbers.len(), "client"));
            return Verdict::undecided(Cause::Harness, saw);
        }
        self.decide(observation, &numbers)
    }
}

impl ServedConcurrently {
    fn decide(&self, observation: &Observation, numbers: &[ClientNumber]) -> Verdict {
        let wanted = self.at_least.get() as usize;
        let clients: Vec<_> = numbers
            .iter()
            .filter_map(|&number| client(observation, number))
            .collect();
        let unserved = clients.iter().filter(|client| client.has_failed()).count();
        let is_possible = numbers.len() - unserved >= wanted;
        if is_possible && clients.len() < wanted {
            return unasked(observation, &clients);
        }
        let served = most_at_once(&served_lives(observation, &clients));
        if served.len() >= wanted {
            return absence::passes(observation, served_finding(&served));
        }
        let open = most_at_once(&open_lives(observation, numbers));
        let finding = shortfall(observation, &clients, (&open, served.len()));
        if !is_possible && is_strange_to_all(observation, &clients) {
            let saw = format!(
                "{}; a `reply` in the target can say what an answer is",
                finding.saw
            );
            return Verdict::Inconclusive {
                cause: Cause::Program,
                finding: Finding { saw, ..finding },
            };
        }
        if !is_possible {
            let finding = finding.usually(cause(&clients, served.len()));
            return Verdict::Fail(finding.shows(Root::ClientNotServed));
        }
        let cause = clients.iter().find_map(|client| match client.standing {
            Standing::Undecided { cause, .. } => Some(cause),
            Standing::Answered(_) | Standing::Failed { .. } => None,
        });
        let mut numbers = clients.iter().map(|client| client.number);
        let saw = match numbers.find_map(|number| holds_nothing(observation, number)) {
            Some(why) => format!("{why}: {}", finding.saw),
            None if cause.is_none() => {
                format!("{}; the others not while these were open", finding.saw)
            }
            None => finding.saw,
        };
        Verdict::Inconclusive {
            cause: cause.unwrap_or(Cause::Harness),
            finding: Finding { saw, ..finding },
        }
    }
}

/// Whether nobody got what the lone client got: nobody was preferred, and the reply may be another now.
fn is_strange_to_all(observation: &Observation, clients: &[Client]) -> bool {
    let is_strange = |client: &Client| {
        matches!(
            client.standing,
            Standing::Failed {
                kind: Kind::TurnedAway,
                ..
            }
        )
    };
    observation.setting.replies.are_learnt() && clients.iter().all(is_strange)
}

/// Too few clients were to ask for something while all held their connections.
fn unasked(observation: &Observation, clients: &[Client]) -> Verdict {
    let mut steps = (1..=observation.setting.clients)
        .flat_map(|number| observation.steps_of(ClientNumber(number)));
    if let Some(unsupported) = steps.find(|it| it.outcome == StepOutcome::Unsupported) {
        let why = program::undone(unsupported);
        return Verdict::Skipped { why };
    }
    let saw = format!(
        "the steps let only {} ask for something",
        program::count(clients.len(), "client")
    );
    Verdict::undecided(Cause::Harness, saw)
}

/// Why a client that was served need not have been so at the same time as the others.
fn holds_nothing(observation: &Observation, client: ClientNumber) -> Option<String> {
    if observation.is_one_shot(client) {
        return Some(format!(
            "client {client} is a process for each step, which holds no connection open between them"
        ));
    }
    observation.dials_again_and_again(client).then(|| {
        format!("client {client} has one connection after another, and holds none open between its requests")
    })
}

/// A client that was to ask for something, or could not even connect to.
fn client(observation: &Observation, number: ClientNumber) -> Option<Client> {
    let requests = observation.held_requests_of(number);
    let standings = requests.map(|request| standing(observation, number, request));
    let standing = standings
        .reduce(decisive)
        .or_else(|| unconnected(observation, number))?;
    Some(Client { number, standing })
}

/// Which of two requests tells whether the client was served: one that was not, or else the last answer.
fn decisive(earlier: Standing, later: Standing) -> Standing {
    match (&earlier, &later) {
        (Standing::Failed { .. }, _) | (Standing::Answered(_), Standing::Undecided { .. }) => {
            earlier
        }
        (
            Standing::Answered(_) | Standing::Undecided { .. },
            Standing::Answered(_) | Standing::Failed { .. },
        )
        | (Standing::Undecided { .. }, Standing::Undecided { .. }) => later,
    }
}

/// From each client's answer to the first FIN or RST of either side.
fn served_lives(observation: &Observation, clients: &[Client]) -> Vec<Life> {
    clients
        .iter()
        .filter_map(|client| answer(&client.standing))
        .filter_map(|given| {
            let connection = observation.connection(given.connection)?;
            Some(Life {
                connection: given.connection,
                start: given.at.frame,
                end: end(observation, connection),
            })
        })
        .collect()
}

/// An answer in time, or a late one: it counts from when it came.
fn answer(standing: &Standing) -> Option<Given> {
    match standing {
        Standing::Answered(given) => Some(*given),
        Standing::Failed { late, .. } | Standing::Undecided { late, .. } => *late,
    }
}

/// The first frame in which a connection is no longer open for certain.
fn end(observation: &Observation, connection: &ObservedConnection) -> FrameNumber {
    let after_last = FrameNumber(observation.last_frame().0 + 1);
    let ending = connection.first_ending_frame();
    let stop = observation.stop;
    [ending, stop]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(after_last)
}

/// The largest set of lives that share a frame, in the order of their beginnings; the earliest such set.
fn most_at_once(lives: &[Life]) -> Vec<Life> {
    let sharing = |frame: FrameNumber| {
        let mut sharing: Vec<_> = lives
            .iter()
            .filter(|life| life.start <= frame && frame < life.end)
            .copied()
            .collect();
        sharing.sort_by_key(|life| life.start);
        sharing
    };
    let mut starts: Vec<_> = lives.iter().map(|life| life.start).collect();
    starts.sort_unstable();
    starts
        .into_iter()
        .map(sharing)
        .reduce(|best, next| if next.len() > best.len() { next } else { best })
        .unwrap_or_default()
}

fn served_finding(served: &[Life]) -> Finding {
    let frame = served.last().map_or(FrameNumber(0), |life| life.start);
    Finding::from(format!(
        "{} open and answered at frame {frame}",
        program::count(served.len(), "connection")
    ))
    .with_all(
        served
            .iter()
            .map(|life| Evidence::frames("answered", life.connection, [life.start])),
    )
}

/// Which were open at once, how many of them answered, and what became of the others.
fn shortfall(
    observation: &Observation,
    clients: &[Client],
    (open, served): (&[Life], usize),
) -> Finding {
    let at = open.last().map(|life| format!(" (frame {})", life.start));
    let mut parts = vec![
        format!(
            "{} open{}",
            program::count(open.len(), "connection"),
            at.unwrap_or_default()
        ),
        format!("{served} answered"),
    ];
    parts.extend(counts(clients));
    let late = second_answer(observation, clients);
    Finding::from(parts.join(", ") + &late.unwrap_or_default())
        .with_all(
            open.iter()
                .map(|life| Evidence::frames("SYN-ACK", life.connection, [life.start])),
        )
        .with_all(clients.iter().flat_map(shown))
}

fn open_lives(observation: &Observation, numbers: &[ClientNumber]) -> Vec<Life> {
    let is_selected = |client| numbers.contains(&client);
    observation
        .connections
        .iter()
        .filter(|connection| connection.client.is_some_and(is_selected))
        .filter_map(|connection| {
            Some(Life {
                connection: connection.wire.id,
                start: connection.wire.setup.syn_ack?.frame,
                end: end(observation, connection),
            })
        })
        .collect()
}

/// `5 never accepted (no server-side socket)`, a part for each way.
fn counts(clients: &[Client]) -> Vec<String> {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut undecided = 0;
    for client in clients {
        match &client.standing {
            Standing::Failed { kind, .. } => *kinds.entry(*kind).or_default() += 1,
            Standing::Undecided { .. } => undecided += 1,
            Standing::Answered(_) => {}
        }
    }
    let undecided = (undecided > 0).then(|| format!("{undecided} undecided"));
    kinds
        .into_iter()
        .map(|(kind, count)| format!("{count} {}", kind.phrase()))
        .chain(undecided)
        .collect()
}

fn shown(client: &Client) -> Vec<Evidence> {
    match &client.standing {
        Standing::Answered(_) => Vec::new(),
        Standing::Failed { finding, .. } | Standing::Undecided { finding, .. }
            if finding.evidence.is_empty() =>
        {
            let role = Role::Client(client.number.0);
            vec![Evidence::process(role, finding.saw.clone())]
        }
        Standing::Failed { finding, .. } | Standing::Undecided { finding, .. } => {
            finding.evidence.clone()
        }
    }
}

/// `; the 2nd answer is frame 61, 0.200 ms after connection 0 closed (58)`.
fn second_answer(observation: &Observation, clients: &[Client]) -> Option<String> {
    let mut answers: Vec<_> = clients
        .iter()
        .filter_map(|client| answer(&client.standing))
        .collect();
    answers.sort_by_key(|given| given.at.frame);
    let [first, second, ..] = answers.as_slice() else {
        return None;
    };
    let before = observation.connection(first.connection)?;
    let closed = before.first_ending_frame()?;
    let closed_at = [before.wire.by_initiator.fin, before.wire.by_responder.fin]
        .into_iter()
        .flatten()
        .map(|fin| fin.sent)
        .find(|sent| sent.frame == closed)?;
    (closed < second.at.frame).then(|| {
        format!(
            "; the 2nd answer is frame {}, {} after connection {} closed ({closed})",
            second.at.frame,
            second.at.at.since(closed_at.at),
            first.connection,
        )
    })
}

/// The causes that fit what was seen most, where so many were served at once.
fn cause(clients: &[Client], served: usize) -> Vec<crate::diagnosis::Usually> {
    let failures = clients.iter().filter_map(|client| match &client.standing {
        Standing::Failed { kind, finding, .. } => Some((*kind, finding)),
        Standing::Answered(_) | Standing::Undecided { .. } => None,
    });
    let Some((kind, finding)) = failures.min_by_key(|(kind, _)| *kind) else {
        return Vec::new();
    };
    match (kind, served) {
        (Kind::NeverAccepted | Kind::Unread | Kind::Silent, 2..) => Pattern::WorkersTaken.usually(),
        (Kind::Unread | Kind::Silent, 1) => Pattern::ServedOneAfterAnother.usually(),
        (kind, _) => explained(kind, finding.clone()).usually,
    }
}
