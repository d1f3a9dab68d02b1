//! One check on one recording, or on a scenario of which there is none.

use std::collections::BTreeSet;

use super::evidence;
use super::recording::Recording;
use crate::checks::{Bound, Cause, Finding, Link, Root, Verdict};
use crate::manifest::{Exit, LimitHit, NotRecorded};
use crate::report::{CauseName, CheckReport, ResultName, Usually};
use crate::spec::ClientNumber;
use crate::text::Foreign;

/// Characters of a line that a program printed.
const SHOWN_CHARS: usize = 120;

/// A check's report, and how its failure stands to others.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) report: CheckReport,
    pub(super) link: Option<Link>,
    /// What ran the programs, if not the operating system: `wine-8.0`.
    pub(super) runner: Option<String>,
    /// The capture that was judged.
    pub(super) capture: Option<String>,
    /// The clients that its evidence speaks of.
    pub(super) clients: BTreeSet<ClientNumber>,
}

/// Judges one call on one recording.
pub(super) fn judge(bound: &Bound, recording: &Recording) -> Judged {
    let verdict = bound.judge(&recording.observation);
    let mut judged = from_verdict(bound, &verdict);
    let found = verdict
        .finding()
        .map_or(&[][..], |finding| &finding.evidence);
    judged.report.look = evidence::looks(recording, found);
    judged.capture = Some(recording.file.clone());
    judged.clients = evidence::clients(&recording.observation, found);
    if let Some(recorded) = recording.observation.recorded() {
        judged.runner.clone_from(&recorded.runner);
    }
    judged
}

/// The report of a call whose scenario has no recording.
pub(super) fn not_recorded(bound: &Bound, why: Option<&NotRecorded>) -> Judged {
    let undecided = |saw: String| Verdict::Inconclusive {
        cause: Cause::Harness,
        finding: saw.into(),
    };
    let skipped = |why: &str| Verdict::Skipped {
        why: why.to_owned(),
    };
    let verdict = match why {
        None => undecided("the run has no recording of this scenario".to_owned()),
        Some(NotRecorded::NoWindowsTarget) => {
            skipped("no Windows programs given: synfin run --windows-target FILE")
        }
        Some(NotRecorded::NotSelected) => skipped("left out by --only"),
        Some(NotRecorded::Interrupted) => {
            undecided("interrupted before it was recorded".to_owned())
        }
        Some(NotRecorded::Harness { why }) => undecided(format!("not recorded: {why}")),
        Some(NotRecorded::BuildFailed {
            command,
            exit,
            last_lines,
            limit_hit,
            log: _,
        }) => Verdict::Fail(build_failed(command, *exit, *limit_hit, last_lines)),
    };
    from_verdict(bound, &verdict)
}

fn build_failed(
    command: &[String],
    exit: Exit,
    limit_hit: Option<LimitHit>,
    last_lines: &[String],
) -> Finding {
    let how = match (limit_hit, exit) {
        (Some(limit), _) => format!("reached its limit, {limit}, and was ended"),
        (None, Exit::Code { code }) => format!("exited with code {code}"),
        (None, Exit::Signal { signal }) => format!("was ended by signal {signal}"),
    };
    let lines: Vec<_> = last_lines
        .iter()
        .map(|line| format!("“{}”", Foreign::new(line, SHOWN_CHARS)))
        .collect();
    Finding {
        saw: format!(
            "the build failed: `{}` {how}: {}",
            command.join(" "),
            lines.join(" / ")
        ),
        link: Some(Link::FollowsFrom(Root::BuildFailed)),
        ..Finding::default()
    }
}

fn from_verdict(bound: &Bound, verdict: &Verdict) -> Judged {
    let nothing = Finding::default();
    let finding = verdict.finding().unwrap_or(&nothing);
    let (result, cause) = result(verdict);
    let saw = match verdict {
        Verdict::Skipped { why } => why.clone(),
        Verdict::Pass(_) | Verdict::Fail(_) | Verdict::Inconclusive { .. } => finding.saw.clone(),
    };
    Judged {
        report: CheckReport {
            check: bound.check.id.to_owned(),
            scenario: bound.scenario.clone(),
            result,
            cause,
            saw,
            expected: bound.expected(),
            source: bound.check.requirement.source.to_owned(),
            evidence: evidence::lines(&finding.evidence),
            usually: finding.usually.iter().map(usually).collect(),
            look: Vec::new(),
            repetitions: None,
        },
        link: finding.link,
        runner: None,
        capture: None,
        clients: BTreeSet::new(),
    }
}

fn result(verdict: &Verdict) -> (ResultName, Option<CauseName>) {
    match verdict {
        Verdict::Pass(_) => (ResultName::Pass, None),
        Verdict::Fail(_) => (ResultName::Fail, None),
        Verdict::Inconclusive { cause, .. } => (
            ResultName::Inconclusive,
            Some(match cause {
                Cause::Harness => CauseName::Harness,
                Cause::Machine => CauseName::Machine,
                Cause::Program => CauseName::Program,
            }),
        ),
        Verdict::Skipped { .. } => (ResultName::Skipped, None),
    }
}

fn usually(cause: &crate::diagnosis::Usually) -> Usually {
    Usually {
        cause: cause.cause.clone(),
        remedy: cause.remedy.clone(),
        source: cause.source.clone(),
    }
}
