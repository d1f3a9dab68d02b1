//! Holds the order of the edge's modules: each names only those left of it in the table at the crate's root.
#![expect(clippy::disallowed_methods, reason = "the sources are files")]

#[path = "../../core/tests/layers/checker.rs"]
mod checker;

use std::path::Path;

use checker::{ALL_ABOVE, Layers, rows_out_of_order, violations, violations_below};

/// The modules in reading order, and what each may name beside itself.
const LAYERS: &Layers = &[
    ("causes", &[]),
    ("guess", &[]),
    ("options", &[]),
    ("clock", &[]),
    ("store", &[]),
    ("sandbox", &["clock", "store"]),
    ("ring", &["clock", "store", "sandbox"]),
    ("launch", &["clock", "store", "sandbox"]),
    ("drive", &["clock", "store", "sandbox", "ring", "launch"]),
    (
        "recording",
        &["clock", "store", "sandbox", "ring", "launch", "drive"],
    ),
    (
        "runner",
        &[
            "causes",
            "options",
            "clock",
            "store",
            "sandbox",
            "ring",
            "launch",
            "drive",
            "recording",
        ],
    ),
    ("grading", &["options", "store"]),
    ("growing", &[]),
    ("selftest", &["options", "store", "runner", "grading"]),
    (
        "batch",
        &["causes", "options", "clock", "store", "runner", "grading"],
    ),
    (
        "matrix",
        &["causes", "options", "clock", "store", "runner", "grading"],
    ),
    ("cli", ALL_ABOVE),
    // Programs beside the main one; what they do is in the library.
    ("bin", &["sandbox"]),
];

#[test]
fn every_module_names_only_those_its_row_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert_eq!(violations_below(&src, LAYERS), [""; 0]);
}

#[test]
fn every_row_names_only_rows_above_it() {
    assert_eq!(rows_out_of_order(LAYERS), [""; 0]);
}

#[test]
fn a_recording_that_names_the_runner_is_found() {
    let source = "use crate::runner::RunEvent;";
    assert_eq!(
        violations(LAYERS, "recording", source),
        ["recording names runner"]
    );
}
