//! What a client's death does to the server later: a watchdog that finds it out, a buffer that is flushed to nobody.

use std::time::Duration;

use synfin_core::manifest::{StepOutcome, StepRecord};
use synfin_core::spec::{Fault, StepEntry};
use synfin_core::time::Timestamp;
use tokio::time::{Instant, timeout_at};

use crate::clock;
use crate::drive::Stage;

/// So long after a client died its server is left running: background threads that look after clients do so every second.
const AFTERMATH: Duration = Duration::from_secs(2);

/// Leaves a server that a client's death met alone until it ends by itself or has lived on for long enough.
pub(super) async fn watch_the_server(stage: &Stage) {
    let Some(last) = last_death(stage) else {
        return;
    };
    let passed = Duration::from_nanos(clock::now().since(last).as_nanos());
    let deadline = Instant::now() + AFTERMATH.saturating_sub(passed);
    // Whether it ended stands in its record.
    let _ = timeout_at(deadline, stage.server_gone()).await;
}

/// When the last client died of a step.
fn last_death(stage: &Stage) -> Option<Timestamp> {
    let log = stage.log();
    let steps = log.steps.iter().flat_map(|client| &client.steps);
    let deaths = steps.filter(|step| is_death(step));
    deaths
        .filter_map(|step| step.ended_at)
        .max()
        .map(Timestamp::from_nanos)
}

fn is_death(record: &StepRecord) -> bool {
    let entry = record.step.parse::<StepEntry>();
    let is_end = |fault: &Fault| matches!(fault, Fault::Kill { .. } | Fault::Reset { .. });
    record.outcome == StepOutcome::Done
        && entry.is_ok_and(|entry| entry.step.fault().is_some_and(is_end))
}
