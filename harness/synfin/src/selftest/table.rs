//! The matrix as a person reads it.

use std::fmt::Write;

use synfin_core::report::ResultName;

use super::matrix::{Matrix, SkippedProgram};
use super::row::Row;

impl Matrix {
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
