//! The matrix checks × programs: what each check concluded about each program, and what of that is wrong.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use synfin_core::checks::CATALOGUE;

use super::row::Row;
use super::wrong::Wrong;

/// What the self-test came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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

/// A program that was not tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkippedProgram {
    /// Its name.
    pub name: String,
    /// The tool that it needs.
    pub missing: &'static str,
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

    /// Takes in a round; from the second on it must equal the first, but for what is left open.
    pub(super) fn add_round(&mut self, round: u32, rows: Vec<Row>) {
        for row in &rows {
            self.wrong.extend(row.wrong.iter().cloned());
        }
        if self.rows.is_empty() {
            self.rows = rows;
            return;
        }
        for (first, again) in self.rows.iter().zip(&rows) {
            let changed = again.changed_since(first).map(|check| Wrong::Changed {
                program: first.name.clone(),
                check: check.clone(),
                round,
            });
            self.wrong.extend(changed);
        }
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
}
