//! The matrix checks × programs: what each check concluded about each program, and what of that is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use synfin_core::checks::CATALOGUE;
use synfin_core::report::ResultName;

use super::catalogue::{Duty, Entry, Fault, Leeway};
use super::trial::Conclusion;

/// The check that is skipped where no Windows programs are given.
const NEEDS_WINDOWS: &str = "runs-on-windows";

/// What the self-test came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// Version of this format, 1.
    pub schema: u32,
    /// Every check, in the order of its columns.
    pub checks: Vec<&'static str>,
    /// A row a program, as the first round showed it.
    pub rows: Vec<Row>,
    /// Programs whose tools are not here.
    pub skipped: Vec<SkippedProgram>,
    /// What is not as it must be; empty if the self-test passed.
    pub wrong: Vec<Wrong>,
}

/// What all checks concluded about one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The programs that it has of its own, and the scenario.
    pub name: String,
    /// The check that must fail it; none for a sound program.
    pub fails: Option<String>,
    /// The conclusions, by check.
    pub results: BTreeMap<String, ResultName>,
    /// What is not as it must be.
    #[serde(skip)]
    pub(super) wrong: Vec<Wrong>,
}

/// A program that was not tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedProgram {
    /// Its name.
    pub name: String,
    /// The tool that it needs.
    pub missing: &'static str,
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "wrong")]
pub enum Wrong {
    /// The check that must fail a broken program did not.
    LetLive {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// What it said instead.
        saw: String,
    },
    /// A check failed a program that it has nothing to say against.
    FailedToo {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// What it saw.
        saw: String,
    },
    /// A check did not pass a sound program.
    NotPassed {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// What it saw.
        saw: String,
    },
    /// No program that was tried was failed by the check that it was broken for.
    NeverKilled {
        /// The check.
        check: String,
    },
    /// A conclusion that was another in an earlier round.
    Changed {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// In which round, from 1 on.
        round: u32,
    },
}

impl Matrix {
    pub(super) fn new(skipped: Vec<SkippedProgram>) -> Self {
        Self {
            schema: 1,
            checks: CATALOGUE.iter().map(|check| check.id).collect(),
            rows: Vec::new(),
            skipped,
            wrong: Vec::new(),
        }
    }

    /// Takes in a round; from the second on it must equal the first.
    pub(super) fn add_round(&mut self, round: u32, rows: Vec<Row>) {
        for row in &rows {
            self.wrong.extend(row.wrong.iter().cloned());
        }
        if self.rows.is_empty() {
            self.rows = rows;
            return;
        }
        let changed = self
            .rows
            .iter()
            .zip(&rows)
            .flat_map(|(first, again)| changes(first, again));
        self.wrong
            .extend(changed.map(|(program, check)| Wrong::Changed {
                program,
                check,
                round,
            }));
    }

    /// Finds the checks that failed nothing that was broken for them, but for those for which nothing can be.
    pub(super) fn find_checks_without_a_kill(&mut self, impossible: &[String]) {
        let killed: BTreeSet<&str> = self.rows.iter().filter_map(Row::killed_by).collect();
        let is_alive = |check: &&&str| {
            !killed.contains(**check) && !impossible.iter().any(|one| one == **check)
        };
        let alive = self.checks.iter().filter(is_alive);
        self.wrong.extend(alive.map(|check| Wrong::NeverKilled {
            check: (*check).to_owned(),
        }));
    }

    /// Whether everything is as it must be.
    pub fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    /// The document: a JSON object with its line end.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("a matrix has text keys") + "\n"
    }

    /// The table, and what is wrong.
    pub fn text(&self) -> String {
        let (broken, sound): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().partition(|row| row.fails.is_some());
        let mut text = String::from("✗ failed   · passed   ? undecided   blank: not asked\n\n");
        let width = self
            .rows
            .iter()
            .map(|row| row.name.chars().count())
            .max()
            .unwrap_or(0);
        text += &self.heading(width);
        for row in &broken {
            text += &self.line(&row.name, width, |check| row.cell(check));
        }
        if !broken.is_empty() {
            text += &self.line("killed", width, |check| count(kills(&broken, check)));
        }
        for row in &sound {
            text += &self.line(&row.name, width, |check| row.cell(check));
        }
        if !sound.is_empty() {
            text += &self.line("false positives", width, |check| {
                count(failures(&sound, check))
            });
        }
        text + "\n" + &self.remarks(broken.len(), sound.len())
    }

    fn heading(&self, width: usize) -> String {
        let mut text = String::new();
        for (place, check) in self.checks.iter().enumerate() {
            let _ = writeln!(text, "{:width$}  {}{check}", "", "│  ".repeat(place));
        }
        text
    }

    fn line(&self, name: &str, width: usize, cell: impl Fn(&str) -> String) -> String {
        let mut cells = String::new();
        for check in &self.checks {
            let _ = write!(cells, "{:3}", cell(check));
        }
        format!("{name:>width$}  {}\n", cells.trim_end())
    }

    fn remarks(&self, broken: usize, sound: usize) -> String {
        let mut text = String::new();
        for SkippedProgram { name, missing } in &self.skipped {
            let _ = writeln!(text, "skipped: {name}: {missing} is not installed");
        }
        for wrong in &self.wrong {
            let _ = writeln!(text, "wrong: {wrong}");
        }
        let skipped = self.skipped.len();
        let wrong = self.wrong.len();
        let _ = writeln!(
            text,
            "{broken} broken and {sound} sound programs, {skipped} skipped; {wrong} wrong"
        );
        text
    }
}

/// The cells in which two rows of the same program differ.
fn changes(first: &Row, again: &Row) -> Vec<(String, String)> {
    let checks: BTreeSet<&String> = first.results.keys().chain(again.results.keys()).collect();
    let differ = |check: &&String| first.results.get(*check) != again.results.get(*check);
    let differing = checks.into_iter().filter(differ);
    differing
        .map(|check| (first.name.clone(), check.clone()))
        .collect()
}

fn kills(rows: &[&Row], check: &str) -> usize {
    rows.iter()
        .filter(|row| row.killed_by() == Some(check))
        .count()
}

fn failures(rows: &[&Row], check: &str) -> usize {
    rows.iter().filter(|row| row.is_failed_by(check)).count()
}

fn count(number: usize) -> String {
    number.to_string()
}

impl Row {
    pub(super) fn new(entry: &Entry, conclusions: BTreeMap<String, Conclusion>) -> Self {
        let name = entry.title();
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
            wrong,
        }
    }

    /// The check that was to fail it, if it did.
    fn killed_by(&self) -> Option<&str> {
        let check = self.fails.as_deref()?;
        self.is_failed_by(check).then_some(check)
    }

    fn is_failed_by(&self, check: &str) -> bool {
        matches!(
            self.results.get(check),
            Some(ResultName::Fail | ResultName::Flaky)
        )
    }

    fn cell(&self, check: &str) -> String {
        let sign = match self.results.get(check) {
            Some(ResultName::Fail | ResultName::Flaky) => "✗",
            Some(ResultName::Pass) => "·",
            Some(ResultName::Inconclusive) => "?",
            Some(ResultName::Skipped) | None => "",
        };
        sign.to_owned()
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
        ResultName::Fail => leeway.otherwise.contains(check),
        ResultName::Flaky => false,
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

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::LetLive {
                program,
                check,
                saw,
            } => {
                write!(f, "{program}: {check} let it live ({saw})")
            }
            Self::FailedToo {
                program,
                check,
                saw,
            } => {
                write!(f, "{program}: {check} fails it as well ({saw})")
            }
            Self::NotPassed {
                program,
                check,
                saw,
            } => {
                write!(f, "{program}: {check} does not pass it ({saw})")
            }
            Self::NeverKilled { check } => write!(f, "{check}: no broken program was failed by it"),
            Self::Changed {
                program,
                check,
                round,
            } => {
                write!(f, "{program}: {check} says something else in round {round}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selftest::catalogue;

    /// The row of an entry about which checks concluded so.
    fn row(program: &str, results: &[(&str, ResultName)]) -> Row {
        let [entry] = &catalogue::entries(&[program.to_owned()]).unwrap()[..] else {
            panic!("{program} is not one entry");
        };
        let conclusion = |&(check, result): &(&str, ResultName)| {
            let saw = "…".to_owned();
            (check.to_owned(), Conclusion { result, saw })
        };
        Row::new(entry, results.iter().map(conclusion).collect())
    }

    fn said(rows: &[Row]) -> Vec<String> {
        rows.iter()
            .flat_map(|row| &row.wrong)
            .map(Wrong::to_string)
            .collect()
    }

    const MUTANT: &str = "never_closes";
    const SOUND: &str = "server_selects";

    #[test]
    fn a_mutant_must_be_failed_by_its_check_and_may_be_by_those_beside_it() {
        use ResultName::{Fail, Pass};
        let killed = [
            ("orderly-close", Fail),
            ("lifecycle-in-order", Fail),
            ("no-reset", Pass),
        ];
        assert_eq!(said(&[row(MUTANT, &killed)]), [""; 0]);
        assert_eq!(
            said(&[row(MUTANT, &[("orderly-close", Pass), ("no-reset", Fail)])]),
            [
                "broken.never_closes (life): orderly-close let it live (…)",
                "broken.never_closes (life): no-reset fails it as well (…)",
            ]
        );
        assert_eq!(
            said(&[row(MUTANT, &[])]),
            ["broken.never_closes (life): orderly-close let it live (it was not asked)"]
        );
    }

    #[test]
    fn a_sound_program_must_pass_everything_but_what_windows_programs_are_needed_for() {
        use ResultName::{Inconclusive, Pass, Skipped};
        let passed = [("no-reset", Pass), ("runs-on-windows", Skipped)];
        assert_eq!(said(&[row(SOUND, &passed)]), [""; 0]);
        assert_eq!(
            said(&[row(
                SOUND,
                &[("survives", Inconclusive), ("no-reset", Skipped)]
            )]),
            [
                "unusual.server_selects: no-reset does not pass it (…)",
                "unusual.server_selects: survives does not pass it (…)",
            ]
        );
    }

    #[test]
    fn a_round_that_differs_from_the_first_is_told() {
        let mut matrix = Matrix::new(Vec::new());
        let round = |result| {
            vec![row(
                MUTANT,
                &[("orderly-close", ResultName::Fail), ("survives", result)],
            )]
        };
        matrix.add_round(1, round(ResultName::Pass));
        matrix.add_round(2, round(ResultName::Pass));
        assert!(matrix.is_right());
        matrix.add_round(3, round(ResultName::Inconclusive));
        let wrong: Vec<String> = matrix.wrong.iter().map(Wrong::to_string).collect();
        assert_eq!(
            wrong,
            ["broken.never_closes (life): survives says something else in round 3"]
        );
    }

    #[test]
    fn a_check_that_failed_nothing_of_its_own_is_told() {
        let mut matrix = Matrix::new(Vec::new());
        matrix.checks = vec!["orderly-close", "survives"];
        let fail = ResultName::Fail;
        matrix.add_round(1, vec![row(MUTANT, &[("orderly-close", fail)])]);
        matrix.find_checks_without_a_kill(&[]);
        let wrong: Vec<String> = matrix.wrong.iter().map(Wrong::to_string).collect();
        assert_eq!(wrong, ["survives: no broken program was failed by it"]);
    }
}
