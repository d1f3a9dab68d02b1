//! `runs-on-windows`: both programs are Windows executables, and do their work as such.

use super::catalogue::{Check, Judge, Requirement};
use super::{Cause, Evidence, Finding, Verdict, lifecycle_in_order, program, transfer_intact};
use crate::diagnosis::Pattern;
use crate::manifest::{Need, Recorded};
use crate::observation::Observation;
use crate::spec::Selection;

pub(super) const CHECK: Check = Check {
    id: "runs-on-windows",
    title: "server and client run on Windows",
    requirement: Requirement {
        quote: "running the client and server programs in windows OS",
        source: "Installation 1, item 4",
    },
    precondition: "a recording made on Windows, or with our Wine",
    needs: &[Need::Wire, Need::Programs, Need::WinePrefix],
    parameters: &[],
    bind: |_| Ok(Box::new(RunsOnWindows)),
};

#[derive(Debug)]
struct RunsOnWindows;

impl Judge for RunsOnWindows {
    fn expected(&self) -> String {
        "every program a Windows executable (PE image), run by Windows or Wine; lifecycle and transfer pass".to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let Some(recorded) = observation.recorded() else {
            let saw = "only a recorded manifest knows what ran the programs";
            return Verdict::undecided(Cause::Harness, saw);
        };
        if recorded.processes.is_empty() {
            let saw = "there is no record of any program";
            return Verdict::undecided(Cause::Harness, saw);
        }
        if let Some(foreign) = not_windows(recorded) {
            return Verdict::Fail(foreign);
        }
        if !is_windows(observation, recorded) {
            let saw = "neither Windows nor Wine ran the programs";
            return Verdict::undecided(Cause::Harness, saw);
        }
        let lifecycle = lifecycle_in_order::judge(observation, selection);
        let transfer = transfer_intact::judge(observation, selection);
        both(lifecycle, transfer)
    }
}

fn is_windows(observation: &Observation, recorded: &Recorded) -> bool {
    match &recorded.runner {
        Some(runner) => runner.starts_with("wine"),
        None => observation.setting.os == "windows",
    }
}

fn not_windows(recorded: &Recorded) -> Option<Finding> {
    let stranger = recorded.processes.iter().find(|process| !process.is_pe)?;
    let command = stranger.argv.join(" ");
    let saw = format!(
        "the {}'s program is no Windows executable: {}",
        stranger.role,
        program::quoted(&command)
    );
    Some(
        Finding::from(saw.clone())
            .with(Evidence::process(stranger.role, saw))
            .usually(Pattern::NotWindows.usually()),
    )
}

/// The worse of the two; both findings if both passed.
fn both(lifecycle: Verdict, transfer: Verdict) -> Verdict {
    match (lifecycle, transfer) {
        (Verdict::Pass(one), Verdict::Pass(other)) => Verdict::Pass(
            Finding::from(format!("{}; {}", one.saw, other.saw))
                .with_all(one.evidence)
                .with_all(other.evidence),
        ),
        (fail @ Verdict::Fail(_), _) | (_, fail @ Verdict::Fail(_)) => fail,
        (open @ Verdict::Inconclusive { .. }, _) | (_, open @ Verdict::Inconclusive { .. }) => open,
        (skipped @ Verdict::Skipped { .. }, _) | (_, skipped @ Verdict::Skipped { .. }) => skipped,
    }
}
