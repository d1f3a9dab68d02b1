//! One program of the self-test: what each check concluded about it, and what of that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use synfin_core::report::ResultName;

use super::catalogue::{Duty, Entry, Fault, Leeway};
use super::trial::Conclusion;
use super::wrong::Wrong;

/// The check that is skipped where no Windows programs are given.
const NEEDS_WINDOWS: &str = "runs-on-windows";

/// What all checks concluded about one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// The programs that it has of its own, and the scenario.
    pub name: String,
    /// The check that must fail it; none for a sound program.
    pub fails: Option<String>,
    /// The conclusions, by check.
    pub results: BTreeMap<String, ResultName>,
    /// Checks that may conclude one thing in one round and another in the next.
    #[serde(skip)]
    open: BTreeSet<String>,
    /// What is not as it must be.
    #[serde(skip)]
    pub(super) wrong: Vec<Wrong>,
}

impl Row {
    pub(super) fn new(entry: &Entry, mut conclusions: BTreeMap<String, Conclusion>) -> Self {
        let name = entry.title();
        conclusions.retain(|check, _| !entry.duty.is_not_asked(check));
        let (fails, wrong) = match &entry.duty {
            Duty::Broken(fault) => (
                Some(fault.fails.clone()),
                wrong_of_broken(&name, fault, &conclusions),
            ),
            Duty::Sound(leeway) => (None, wrong_of_sound(&name, leeway, &conclusions)),
        };
        let results = conclusions
            .into_iter()
            .map(|(check, one)| (check, one.result))
            .collect();
        Self {
            name,
            fails,
            results,
            open: entry.duty.open().cloned().collect(),
            wrong,
        }
    }

    /// The checks that conclude something else about the same program than in this earlier round, and may not.
    pub(super) fn changed_since<'a>(
        &'a self,
        earlier: &'a Row,
    ) -> impl Iterator<Item = &'a String> {
        let checks: BTreeSet<&String> = earlier.results.keys().chain(self.results.keys()).collect();
        checks.into_iter().filter(|&check| {
            !self.open.contains(check) && earlier.results.get(check) != self.results.get(check)
        })
    }

    /// The check that was to fail it, if it did.
    pub(super) fn killed_by(&self) -> Option<&str> {
        let check = self.fails.as_deref()?;
        self.is_failed_by(check).then_some(check)
    }

    pub(super) fn is_failed_by(&self, check: &str) -> bool {
        matches!(
            self.results.get(check),
            Some(ResultName::Fail | ResultName::Flaky)
        )
    }
}

fn wrong_of_broken(
    program: &str,
    fault: &Fault,
    conclusions: &BTreeMap<String, Conclusion>,
) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let named = conclusions.get(&fault.fails);
    if !named.is_some_and(|one| one.result == ResultName::Fail) {
        wrong.push(Wrong::LetLive {
            program: program.to_owned(),
            check: fault.fails.clone(),
            saw: named.map_or("it was not asked".to_owned(), |one| one.saw.clone()),
        });
    }
    for (check, one) in conclusions {
        let may_fail = *check == fault.fails || fault.also.contains(check);
        if one.result == ResultName::Fail && !may_fail {
            wrong.push(Wrong::FailedToo {
                program: program.to_owned(),
                check: check.clone(),
                saw: one.saw.clone(),
            });
        }
    }
    wrong
}

fn wrong_of_sound(
    program: &str,
    leeway: &Leeway,
    conclusions: &BTreeMap<String, Conclusion>,
) -> Vec<Wrong> {
    let passes = |check: &String, one: &Conclusion| match one.result {
        ResultName::Pass => true,
        ResultName::Skipped => check == NEEDS_WINDOWS,
        ResultName::Inconclusive => leeway.undecided.contains(check),
        ResultName::Fail | ResultName::Flaky => false,
    };
    let not_passed = conclusions
        .iter()
        .filter(|(check, one)| !passes(check, one));
    not_passed
        .map(|(check, one)| Wrong::NotPassed {
            program: program.to_owned(),
            check: check.clone(),
            saw: one.saw.clone(),
        })
        .collect()
}
