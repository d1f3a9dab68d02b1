//! A class: one row a submission, as a table for the terminal and as CSV for a spreadsheet.

use std::collections::BTreeMap;

use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::page::{Page, wrapped};
use super::table::trimmed;
use super::visible::{harmless, visible};
use super::words::{needs_explaining, result_word};
use super::{Report, ResultName, Status};

/// All submissions, graded by one rubric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The rubric's items, by id, in its order.
    pub items: Vec<String>,
    /// The submissions, by name.
    pub rows: Vec<ClassRow>,
}

/// One submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRow {
    /// Its folder's name.
    pub submission: String,
    /// What it came to.
    pub status: Status,
    /// Points reached, and of how many; absent if it could not be graded.
    pub points: Option<(u32, u32)>,
    /// Each item's result, by id; none if it could not be graded.
    pub results: BTreeMap<String, ResultName>,
    /// What the first item that did not pass says, or why there is no report.
    pub words: String,
    /// Wall time of its recordings, milliseconds.
    pub wall_ms: Option<u64>,
    /// What was graded, as its target calls it; absent if it could not be.
    pub target: Option<String>,
    /// How its programs were isolated and recorded, in words; absent if they were not.
    pub level: Option<String>,
    /// Of what was handed in and by what it was to be graded, hexadecimal; absent if it could not be read.
    pub digest: Option<String>,
}

impl ClassRow {
    /// The row of a submission that was graded.
    pub fn of_report(submission: &str, report: &Report) -> Self {
        let first = report
            .items
            .iter()
            .find(|item| needs_explaining(item.result));
        Self {
            submission: submission.to_owned(),
            status: report.status,
            points: Some((report.points.reached, report.points.possible)),
            results: report
                .items
                .iter()
                .map(|item| (item.id.clone(), item.result))
                .collect(),
            words: first.map_or_else(String::new, |item| {
                format!("{}: {}", item.id, item.evidence)
            }),
            wall_ms: report.wall_ms,
            target: Some(report.target.clone()),
            level: Some(report.level.clone()),
            digest: None,
        }
    }

    /// The row of a submission that could not be graded.
    pub fn ungraded(submission: &str, status: Status, why: &str) -> Self {
        Self {
            submission: submission.to_owned(),
            status,
            points: None,
            results: BTreeMap::new(),
            words: why.to_owned(),
            wall_ms: None,
            target: None,
            level: None,
            digest: None,
        }
    }

    /// The same, of the submission that has this digest.
    #[must_use]
    pub fn with_digest(self, digest: String) -> Self {
        Self {
            digest: Some(digest),
            ..self
        }
    }

    /// How many items came to one of these; nothing if it could not be graded.
    fn count(&self, results: &[ResultName]) -> String {
        let is_counted = |result: &&ResultName| results.contains(result);
        let count = self.results.values().filter(is_counted).count();
        self.points.map_or_else(String::new, |_| count.to_string())
    }

    fn result(&self, item: &str) -> String {
        let result = self.results.get(item);
        result.map_or_else(String::new, |result| result_word(*result).to_owned())
    }
}

/// Columns of `class.csv` before those of the items, and after them.
const BEFORE: [&str; 6] = [
    "submission",
    "result",
    "points",
    "of",
    "failed",
    "to review",
];
const AFTER: [&str; 5] = ["first failing", "wall seconds", "target", "level", "digest"];

/// `class.csv` (RFC 4180): a row a submission, each item's result in a column of its own.
pub fn class_csv(class: &Class) -> String {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let items = class.items.iter().cloned();
    let headings = BEFORE.map(str::to_owned).into_iter().chain(items);
    push(&mut rows, headings.chain(AFTER.map(str::to_owned)));
    for row in &class.rows {
        let results = class.items.iter().map(|item| row.result(item));
        push(
            &mut rows,
            before(row).into_iter().chain(results).chain(after(row)),
        );
    }
    let bytes = rows.into_inner().expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("the cells are UTF-8")
}

fn before(row: &ClassRow) -> [String; BEFORE.len()] {
    let points = |which: fn((u32, u32)) -> u32| {
        row.points
            .map_or_else(String::new, |it| which(it).to_string())
    };
    [
        row.submission.clone(),
        status_word(row.status).to_owned(),
        points(|(reached, _)| reached),
        points(|(_, possible)| possible),
        row.count(&[ResultName::Fail, ResultName::Flaky]),
        row.count(&[ResultName::Inconclusive]),
    ]
}

fn after(row: &ClassRow) -> [String; AFTER.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        row.words.clone(),
        seconds(row.wall_ms),
        text(&row.target),
        text(&row.level),
        text(&row.digest),
    ]
}

fn push(rows: &mut csv::Writer<Vec<u8>>, cells: impl Iterator<Item = String>) {
    rows.write_record(cells.map(|cell| inert(&cell)))
        .expect("writing to memory does not fail, and all rows have the same cells");
}

/// What makes a cell a formula (OWASP, "CSV Injection"), as some keyboards write it too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A cell that no spreadsheet takes for a formula, not even behind blanks that it drops, no CI runner for a command, and in which
/// nothing is invisible.
fn inert(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with(FORMULA) || cell.starts_with(['\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    harmless(&format!("{guard}{}", visible(cell)))
}

fn seconds(milliseconds: Option<u64>) -> String {
    milliseconds.map_or_else(String::new, |all| {
        format!("{}.{:03}", all / 1000, all % 1000)
    })
}

/// Columns that the words of a submission take at least.
const WORDS_MIN: usize = 24;

/// The class as a table: a letter an item (`P`ass, `F`ail, fla`k`y, `?` undecided, `-` skipped).
pub fn class_table(class: &Class, page: &Page) -> String {
    let widest = class
        .rows
        .iter()
        .map(|row| row.submission.chars().count())
        .max();
    let fixed = widest.unwrap_or(0).max(10) + class.items.len() + 40;
    let words = page.width().saturating_sub(fixed).max(WORDS_MIN);
    let mut builder = Builder::default();
    builder.push_record([
        "Submission",
        "Result",
        "Points",
        "Items",
        "First failing",
        "s",
    ]);
    for row in &class.rows {
        builder.push_record([
            visible(&row.submission),
            status_word(row.status).to_owned(),
            row.points.map_or_else(
                || "–".to_owned(),
                |(reached, of)| format!("{reached} of {of}"),
            ),
            class.items.iter().map(|item| letter(row, item)).collect(),
            wrapped(&visible(&row.words), words).join("\n"),
            row.wall_ms.map_or_else(String::new, |all| {
                format!("{}.{}", all / 1000, all % 1000 / 100)
            }),
        ]);
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(1, 1, 0, 0));
    harmless(&(trimmed(&table.to_string()) + "\n"))
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Passed => "Pass",
        Status::Failed => "Fail",
        Status::Inconclusive => "Inconclusive",
    }
}

fn letter(row: &ClassRow, item: &str) -> char {
    match row.results.get(item) {
        Some(ResultName::Pass) => 'P',
        Some(ResultName::Fail) => 'F',
        Some(ResultName::Flaky) => 'k',
        Some(ResultName::Inconclusive) | None => '?',
        Some(ResultName::Skipped) => '-',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class() -> Class {
        let graded = ClassRow {
            submission: "anna".to_owned(),
            status: Status::Failed,
            points: Some((1, 2)),
            results: BTreeMap::from([
                ("runs".to_owned(), ResultName::Pass),
                ("closes".to_owned(), ResultName::Fail),
            ]),
            words: "closes: \"no\" FIN, s.pcap".to_owned(),
            wall_ms: Some(1234),
            target: Some("anna".to_owned()),
            level: Some("rootless namespaces".to_owned()),
            digest: Some("5f0c".to_owned()),
        };
        let hostile = ClassRow::ungraded(
            "=cmd|'/C calc'!A0",
            Status::Inconclusive,
            "+1\u{1b}[2J\n::error::x",
        );
        Class {
            items: vec!["runs".to_owned(), "closes".to_owned()],
            rows: vec![graded, hostile],
        }
    }

    #[test]
    fn the_csv_has_a_column_an_item_and_no_cell_that_is_a_formula() {
        let expected = "submission,result,points,of,failed,to review,runs,closes,first failing,wall seconds,target,level,digest\n\
            anna,Fail,1,2,1,0,Pass,Fail,\"closes: \"\"no\"\" FIN, s.pcap\",1.234,anna,rootless namespaces,5f0c\n\
            '=cmd|'/C calc'!A0,Inconclusive,,,,,,,'+1\\x1b[2J ::error::x,,,,\n";
        assert_eq!(class_csv(&class()), expected);
    }

    #[test]
    fn every_beginning_of_a_formula_is_guarded() {
        for start in ["=", "+", "-", "@", "\t", "\r", " =", "\n@", "＝"] {
            assert!(inert(&format!("{start}1")).starts_with('\''), "{start:?}");
        }
        assert_eq!(inert("1=2"), "1=2");
        assert_eq!(inert("::error::x ##[error]y"), "\\::error::x #\\#[error]y");
    }

    #[test]
    fn the_table_has_a_letter_an_item() {
        let table = class_table(&class(), &Page::plain(100));
        let line = |start: &str| {
            let mut lines = table.lines();
            lines
                .find(|line| line.trim_start().starts_with(start))
                .unwrap()
        };
        assert!(line("anna").contains(" PF "), "{table}");
        assert!(line("=cmd").contains(" ?? "), "{table}");
        assert!(!table.contains('\u{1b}'));
    }
}
