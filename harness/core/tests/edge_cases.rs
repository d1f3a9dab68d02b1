//! Holds `docs/edge-cases.md`: each of its rows names a test that there is, and each test of an edge case has its row.
#![expect(
    clippy::disallowed_methods,
    reason = "the document and the sources are files"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const EDGE_CASE_TESTS: &str = "src/flow/edge_case_tests.rs";

/// A row of a table that has a column of ours.
struct Row {
    /// All its cells.
    cells: Vec<String>,
    /// How many columns its table has.
    columns: usize,
}

#[test]
fn every_row_names_tests_that_there_are() {
    let there_are = tests_below(&core().join("src"));
    for row in rows() {
        let named = row.tests();
        assert!(!named.is_empty(), "{:?} names no test", row.cells);
        let absent: Vec<_> = named.difference(&there_are).collect();
        assert!(absent.is_empty(), "{:?} names {absent:?}", row.cells);
    }
}

#[test]
fn every_test_of_an_edge_case_has_its_row() {
    let named: BTreeSet<String> = rows().iter().flat_map(Row::tests).collect();
    let untold: Vec<_> = tests_of(&core().join(EDGE_CASE_TESTS))
        .difference(&named)
        .cloned()
        .collect();
    assert_eq!(untold, [""; 0]);
}

#[test]
fn every_row_has_a_cell_for_every_tool_and_a_case_of_its_own() {
    let rows = rows();
    let cases: BTreeSet<&str> = rows.iter().map(|row| row.cells[0].as_str()).collect();
    assert_eq!(cases.len(), rows.len(), "two rows tell the same case");
    for row in &rows {
        assert_eq!(row.cells.len(), row.columns, "{:?}", row.cells);
        assert!(
            row.cells.iter().all(|cell| !cell.is_empty()),
            "{:?}",
            row.cells
        );
    }
}

impl Row {
    /// The tests that our cell names.
    fn tests(&self) -> BTreeSet<String> {
        let ours = self.cells.last().map_or("", String::as_str);
        ours.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }
}

/// The rows of all tables whose last column is ours.
fn rows() -> Vec<Row> {
    let document = core().join("../../docs/edge-cases.md");
    let text = fs::read_to_string(document).expect("the document is there");
    let mut rows = Vec::new();
    let mut columns = None;
    for line in text.lines() {
        let cells = cells(line);
        match (cells.last().map(String::as_str), columns) {
            (None, _) => columns = None,
            (Some("synfin"), _) => columns = Some(cells.len()),
            (Some(last), Some(columns)) if !last.starts_with("---") => {
                rows.push(Row { cells, columns });
            }
            (Some(_), _) => {}
        }
    }
    assert!(!rows.is_empty(), "the document has tables");
    rows
}

/// The cells of a table's line; none of another.
fn cells(line: &str) -> Vec<String> {
    let inner = line
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'));
    let cells = inner.into_iter().flat_map(|inner| inner.split('|'));
    cells.map(|cell| cell.trim().to_owned()).collect()
}

/// The names of all tests in a folder's sources.
fn tests_below(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the sources are there");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => tests_below(&path),
            false => tests_of(&path),
        })
        .collect()
}

/// The names of a file's tests: of the functions that follow their attribute.
fn tests_of(file: &Path) -> BTreeSet<String> {
    let source = fs::read_to_string(file).expect("a source can be read");
    let after_attribute = source.split("#[test]").skip(1);
    after_attribute
        .filter_map(|text| {
            let (_, name) = text.split_once("fn ")?;
            Some(name.split_once('(')?.0.to_owned())
        })
        .collect()
}

/// The folder of this crate.
fn core() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
