use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{code, stderr, stdout, synfin, synfin_fed, told};
use crate::segments::{TALK, pcap, shots, two_connections};

/// A recording that is committed.
const SAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../captures/sample/five-at-once.pcap"
);

#[test]
fn the_table_lists_the_connections_of_a_capture() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    assert_snapshot!(told(&synfin(folder.path(), &["flows", &capture])));
}

#[test]
fn a_filter_and_an_order_hold_for_every_format() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    for (format, lines) in [("table", 6), ("jsonl", 1), ("csv", 2)] {
        let choice = ["--filter", "ending=reset", "--format", format];
        let output = synfin(folder.path(), &[&["flows", &capture], &choice[..]].concat());
        let lines_told = told(&output).lines().count();
        assert_eq!(lines_told, lines, "{}", stdout(&output));
    }
    let sorted = ["--sort", "connection:desc", "--format", "jsonl"];
    let output = synfin(folder.path(), &[&["flows", &capture], &sorted[..]].concat());
    assert_eq!(numbers(told(&output)), [1, 0]);
}

fn numbers(lines: &str) -> Vec<u64> {
    lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|connection| connection["connection"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_lines_are_the_connections_of_the_document() {
    let document = synfin(Path::new("."), &["flows", SAMPLE, "--format", "json"]);
    let document: Value = serde_json::from_str(told(&document)).unwrap();
    let lines = synfin(Path::new("."), &["flows", SAMPLE, "--format", "jsonl"]);
    let mut lines: Vec<Value> = told(&lines)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    lines.sort_by_key(|connection| connection["connection"].as_u64());
    assert_eq!(document["schema"], 1);
    assert_eq!(document["connections"], Value::Array(lines));
    assert_eq!(document["capture"]["frames"], 180);
    assert_eq!(document["capture"]["connections"], 6);
}

#[test]
fn what_a_filter_leaves_out_is_counted_in_the_capture() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    let arguments = [
        "flows",
        &capture,
        "--format",
        "json",
        "--filter",
        "port=51702",
    ];
    let output = synfin(folder.path(), &arguments);
    let document: Value = serde_json::from_str(told(&output)).unwrap();
    assert_eq!(document["capture"]["connections"], 2);
    assert_eq!(document["connections"].as_array().unwrap().len(), 1);
}

#[test]
fn standard_input_is_a_capture_too() {
    let bytes = pcap(&shots(51702, 0, &TALK));
    let output = synfin_fed(&bytes, &["flows", "-", "--format", "jsonl"]);
    assert_eq!(numbers(told(&output)), [0]);
}

#[test]
fn a_misspelt_field_is_shown_where_it_stands() {
    let output = synfin(Path::new("."), &["flows", SAMPLE, "--filter", "prot=1"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert_snapshot!(stderr(&output));
}

#[test]
fn one_document_cannot_be_followed() {
    let output = synfin(
        Path::new("."),
        &["flows", SAMPLE, "--follow", "--format", "json"],
    );
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert_eq!(
        stderr(&output),
        "synfin: --format json is one document, which ends with the capture: with --follow take jsonl\n"
    );
}
