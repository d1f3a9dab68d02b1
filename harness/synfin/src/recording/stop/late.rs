//! Replies that came after their step was given up: who gives them is slow, and who does not is stuck.

use std::time::Duration;

use synfin_core::manifest::{ClientSteps, StepOutcome, StepRecord};
use synfin_core::spec::{ClientNumber, StepEntry};
use synfin_core::time::Timestamp;
use tokio::time::Instant;

use crate::clock;
use crate::drive::{Exchange, Mark, Stage, WireState, is_over};

/// So long after its step began a reply is still waited for, however short the target's `step_within_ms` is: as long as a target
/// that does not say would have waited.
const LATE_WITHIN: Duration = Duration::from_secs(15);

/// A request that was not answered when its step was given up.
#[derive(Clone, Copy, Debug)]
struct Unanswered {
    client: ClientNumber,
    began: Timestamp,
}

/// Looks on until every reply that a step was given up for has come, or none can come any more, or it is too late.
pub(super) async fn wait_for_replies(stage: &Stage) {
    let unanswered = unanswered(stage);
    let Some(last) = unanswered.iter().map(|it| it.began).max() else {
        return;
    };
    let passed = Duration::from_nanos(clock::now().since(last).as_nanos());
    let deadline = Instant::now() + LATE_WITHIN.saturating_sub(passed);
    let nothing_missing = stage.wire.until(deadline, |wire| {
        unanswered
            .iter()
            .all(|it| !is_awaited(wire, *it))
            .then_some(())
    });
    // What does not come is for the checks to judge.
    let _ = nothing_missing.await;
}

fn unanswered(stage: &Stage) -> Vec<Unanswered> {
    let mut requests: Vec<_> = stage.log().steps.iter().filter_map(given_up).collect();
    let wire = stage.wire.now();
    requests.retain(|it| is_awaited(&wire, *it));
    requests
}

fn given_up(client: &ClientSteps) -> Option<Unanswered> {
    let step = client.steps.iter().find(|step| is_given_up(step))?;
    Some(Unanswered {
        client: ClientNumber(client.client),
        began: Timestamp::from_nanos(step.began_at?),
    })
}

fn is_given_up(record: &StepRecord) -> bool {
    let entry = record.step.parse::<StepEntry>();
    let is_request = entry.is_ok_and(|entry| entry.step.is_request());
    is_request && matches!(record.outcome, StepOutcome::TimedOut { .. })
}

/// Whether something was asked for that the server can still answer.
fn is_awaited(wire: &WireState, request: Unanswered) -> bool {
    let exchange = wire.exchange(request.client, Mark::at(request.began));
    let mut connections = wire.connections_of(request.client);
    let can_come = connections.any(|one| !is_over(one) && one.by_responder.fin.is_none());
    exchange == Exchange::Open && can_come
}
