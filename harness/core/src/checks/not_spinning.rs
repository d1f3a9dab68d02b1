//! `not-spinning`: with nothing to do, every thread of the server sleeps.

use super::catalogue::{Check, Judge, Requirement};
use super::{Cause, Evidence, Finding, Verdict, program, server_end};
use crate::diagnosis::Pattern;
use crate::manifest::{Need, ProcessRecord, Role, Supervision, ThreadSample};
use crate::observation::Observation;
use crate::spec::Selection;
use crate::time::{Span, Timestamp};

/// So long a thread must have been seen running, and never asleep, nanoseconds.
const SPINNING_NS: u64 = 2_000_000_000;

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
        let watches: Vec<_> = observation
            .processes(Role::Server)
            .flat_map(|process: &ProcessRecord| &process.supervision)
            .flat_map(|watch| watch.threads.iter().map(move |thread| (watch, thread)))
            .filter(|(watch, thread)| thread.samples > 0 && !is_broken(observation, watch))
            .collect();
        let awake: Vec<_> = watches
            .iter()
            .filter(|(_, thread)| thread.running == thread.samples)
            .collect();
        let spinning = awake.iter().find(|(watch, _)| length(watch) >= SPINNING_NS);
        match (spinning, awake.first()) {
            (Some((watch, thread)), _) => Verdict::Fail(spins(watch, thread)),
            (None, _) if server_end::by_itself(observation).is_some() => {
                let saw = "the server ended: nothing of it was left to be idle";
                Verdict::undecided(Cause::Program, saw)
            }
            (None, _) if watches.is_empty() => {
                Verdict::undecided(Cause::Harness, "the server's threads were never watched")
            }
            (None, Some((watch, thread))) => Verdict::undecided(
                Cause::Machine,
                format!("{}, too short to tell", watched(watch, thread)),
            ),
            (None, None) => Verdict::pass(format!(
                "{} seen asleep",
                program::count(watches.len(), "thread")
            )),
        }
    }
}

/// No time is graded across a pause.
fn is_broken(observation: &Observation, watch: &Supervision) -> bool {
    let [from, to] = [watch.from, watch.to].map(Timestamp::from_nanos);
    observation.is_paused_within(from, to)
}

fn length(watch: &Supervision) -> u64 {
    watch.to.saturating_sub(watch.from)
}

fn watched(watch: &Supervision, thread: &ThreadSample) -> String {
    let span: Span = Timestamp::from_nanos(watch.to).since(Timestamp::from_nanos(watch.from));
    format!(
        "thread {} {} was running in all {} samples of {span}, using {} ms of processor time",
        thread.tid,
        program::quoted(&thread.name),
        thread.samples,
        thread.cpu_ms
    )
}

fn spins(watch: &Supervision, thread: &ThreadSample) -> Finding {
    let saw = watched(watch, thread);
    Finding::from(format!("{saw}, while wire and input were idle"))
        .with(Evidence::process(Role::Server, saw))
        .usually(Pattern::Spinning.usually())
}
