//! `docs/attacks.md` and the tests tell of the same attempts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::workspace;

const FAMILIES: [&str; 7] = [
    "files",
    "level_2",
    "network",
    "output",
    "processes",
    "reading",
    "wire",
];

#[test]
fn each_attempt_has_a_test_and_a_row() {
    let tests: BTreeSet<String> = FAMILIES
        .iter()
        .flat_map(|family| tests_of(family))
        .collect();
    assert!(!tests.is_empty());
    let text = fs::read_to_string(workspace().join("docs/attacks.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    let named = |row: &str| row.split('`').rev().nth(1).unwrap_or(row).to_owned();
    let rows: BTreeSet<String> = rows.map(named).collect();
    assert_eq!(rows, tests);
}

/// The tests of a family, as `family::name`.
fn tests_of(family: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let source = fs::read_to_string(folder.join(format!("{family}.rs"))).unwrap();
    let lines: Vec<&str> = source.lines().collect();
    let after_attribute = lines
        .windows(2)
        .filter(|pair| matches!(pair[0], "#[test]" | "#[tokio::test]"));
    let name = |pair: &[&str]| {
        let declared = pair[1]
            .trim_start_matches("async ")
            .trim_start_matches("fn ");
        let name = declared.split_once('(').unwrap().0;
        format!("{family}::{name}")
    };
    after_attribute.map(name).collect()
}
