//! What may be concluded from something not being in a capture.

use super::each::Outcome;
use super::{Cause, Finding, Verdict};
use crate::observation::{Observation, Wholeness};

/// Whose doing it is that a capture is not whole: a recording that was lossy twice is the program's.
pub(super) fn loss_cause(observation: &Observation) -> Cause {
    let is_second_try = observation
        .recorded()
        .is_some_and(|recorded| recorded.attempt > 1);
    if is_second_try {
        Cause::Program
    } else {
        Cause::Harness
    }
}

/// A failure that stands on something missing: it needs a capture that is proven whole.
pub(super) fn fails(observation: &Observation, finding: Finding) -> Outcome {
    match observation.health.wholeness() {
        Wholeness::Proven => Outcome::Violated(finding),
        Wholeness::Uncontradicted | Wholeness::Broken => Outcome::Unknown(
            loss_cause(observation),
            Finding {
                saw: format!("{}, but {}", finding.saw, observation.health.summary()),
                ..finding
            },
        ),
    }
}

/// A pass that stands on something missing: it needs a capture that nothing contradicts, and says if that is all.
pub(super) fn passes(observation: &Observation, finding: Finding) -> Verdict {
    let with_health = |finding: Finding| Finding {
        saw: format!("{} ({})", finding.saw, observation.health.summary()),
        ..finding
    };
    match observation.health.wholeness() {
        Wholeness::Proven => Verdict::Pass(finding),
        Wholeness::Uncontradicted => Verdict::Pass(with_health(finding)),
        Wholeness::Broken => Verdict::undecided(loss_cause(observation), with_health(finding)),
    }
}
