//! `not-spinning`: with nothing to do, every thread of the server sleeps.

use super::catalogue::{Check, Judge, Requirement};
use super::{Cause, Evidence, Finding, Verdict, program, server_end};
use crate::diagnosis::Pattern;
use crate::flow::Side;
use crate::manifest::{Need, ProcessRecord, Role, Supervision, ThreadSample};
use crate::observation::{Observation, Piece};
use crate::spec::Selection;
use crate::time::{Span, Timestamp};

/// For so long a thread must have had a processor, and never been seen asleep, milliseconds. What a runtime does for itself,
/// such as compiling a server that has just been used for the first time, is done sooner.
const SPINNING_MS: u64 = 2_000;

pub(super) const CHECK: Check = Check {
    id: "not-spinning",
    title: "no server thread spins",
    requirement: Requirement {
        quote: "On success, the number of bytes read is returned (zero indicates end of file)",
        source: "read(2), RETURN VALUE",
    },
    precondition: "the server's threads were watched while wire and input were idle",
    needs: &[Need::Wire, Need::Programs],
    parameters: &[],
    bind: |_| Ok(Box::new(NotSpinning)),
};

#[derive(Debug)]
struct NotSpinning;

impl Judge for NotSpinning {
    fn expected(&self) -> String {
        "every server thread seen asleep at least once while wire and input are idle".to_owned()
    }

    fn judge(&self, observation: &Observation, _: &Selection) -> Verdict {
        let watches = watches(observation);
        let spinning = watches.iter().find(|(_, thread)| is_spinning(thread));
        let awake = watches.iter().find(|(_, thread)| is_awake(thread));
        match (spinning, awake) {
            (Some((watch, thread)), _) => Verdict::Fail(spins(observation, watch, thread)),
            (None, _) if server_end::by_itself(observation).is_some() => {
                let saw = "the server ended: nothing of it was left to be idle";
                Verdict::undecided(Cause::Program, saw)
            }
            (None, _) if watches.is_empty() => never_watched(observation),
            (None, Some((watch, thread))) => Verdict::undecided(
                Cause::Machine,
                format!("{}, too little to tell", watched(watch, thread)),
            ),
            (None, None) => Verdict::pass(format!(
                "{} seen asleep",
                program::count(watches.len(), "thread")
            )),
        }
    }
}

/// Whether a thread of the server spun at this moment, nanoseconds: it is busy, and will not be done with anything.
pub(super) fn spins_at(observation: &Observation, at_ns: u64) -> bool {
    watches(observation)
        .iter()
        .any(|(watch, thread)| is_spinning(thread) && watch.from <= at_ns)
}

/// The looks at each of the server's threads while wire and input were idle.
fn watches(observation: &Observation) -> Vec<(&Supervision, &ThreadSample)> {
    observation
        .processes(Role::Server)
        .flat_map(|process: &ProcessRecord| &process.supervision)
        .flat_map(|watch| watch.threads.iter().map(move |thread| (watch, thread)))
        .filter(|(watch, thread)| thread.samples > 0 && !is_broken(observation, watch))
        .collect()
}

fn is_spinning(thread: &ThreadSample) -> bool {
    is_awake(thread) && thread.cpu_ms >= SPINNING_MS
}

fn is_awake(thread: &ThreadSample) -> bool {
    thread.running == thread.samples
}

/// No look at the threads found wire and input idle: because of the server, if it was the one that went on and on.
fn never_watched(observation: &Observation) -> Verdict {
    let mut watches = observation
        .processes(Role::Server)
        .flat_map(|process| &process.supervision);
    let sent = watches.find_map(|watch| {
        let bytes = unasked_bytes(observation, watch);
        (length_ms(watch) >= SPINNING_MS && bytes > 0).then(|| (span(watch), bytes))
    });
    match sent {
        Some((span, bytes)) => {
            let bytes = program::count(bytes, "byte");
            let saw = format!(
                "the server was never idle: it sent {bytes} within {span}, and no client asked for anything"
            );
            Verdict::undecided(Cause::Program, saw)
        }
        None => Verdict::undecided(Cause::Harness, "the server's threads were never watched"),
    }
}

/// Payload that the server sent during a watch in which no client sent any.
fn unasked_bytes(observation: &Observation, watch: &Supervision) -> u64 {
    let sent_bytes = |side| -> u64 {
        let connections = observation.connections.iter();
        let pieces = connections.flat_map(|connection| connection.sent_by(side).pieces());
        pieces
            .filter(|piece| (watch.from..watch.to).contains(&piece.at.at.as_nanos()))
            .map(Piece::len_bytes)
            .sum()
    };
    match sent_bytes(Side::Initiator) {
        0 => sent_bytes(Side::Responder),
        _ => 0,
    }
}

fn span(watch: &Supervision) -> Span {
    Timestamp::from_nanos(watch.to).since(Timestamp::from_nanos(watch.from))
}

/// No time is graded across a pause.
fn is_broken(observation: &Observation, watch: &Supervision) -> bool {
    let [from, to] = [watch.from, watch.to].map(Timestamp::from_nanos);
    observation.is_paused_within(from, to)
}

fn length_ms(watch: &Supervision) -> u64 {
    watch.to.saturating_sub(watch.from) / 1_000_000
}

fn watched(watch: &Supervision, thread: &ThreadSample) -> String {
    let span = span(watch);
    format!(
        "thread {} {} was running in all {} samples of {span}, using {} ms of processor time",
        thread.tid,
        program::quoted(&thread.name),
        thread.samples,
        thread.cpu_ms
    )
}

fn spins(observation: &Observation, watch: &Supervision, thread: &ThreadSample) -> Finding {
    let saw = watched(watch, thread);
    let meanwhile = match unasked_bytes(observation, watch) {
        0 => "while wire and input were idle".to_owned(),
        bytes => format!(
            "and the server sent {}, though no client asked for anything",
            program::count(bytes, "byte")
        ),
    };
    Finding::from(format!("{saw}, {meanwhile}"))
        .with(Evidence::process(Role::Server, saw))
        .usually(Pattern::Spinning.usually())
}
