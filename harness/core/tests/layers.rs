//! Holds the order of the modules: each names only those that its row allows.
#![expect(clippy::disallowed_methods, reason = "the sources are files")]

#[path = "layers/checker.rs"]
mod checker;

use std::path::Path;

use checker::{ALL_ABOVE, Layers, rows_out_of_order, violations, violations_below};

/// The modules in reading order, and what each may name beside itself.
const LAYERS: &Layers = &[
    ("time", &[]),
    ("text", &[]),
    ("content", &[]),
    ("pcap", &["time"]),
    ("wire", &["time", "pcap"]),
    ("flow", &["time", "pcap", "wire"]),
    ("payload", &["pcap"]),
    ("spec", &["time"]),
    ("manifest", &["time", "text", "pcap", "wire", "spec"]),
    (
        "observation",
        &[
            "time", "text", "content", "pcap", "wire", "flow", "spec", "manifest",
        ],
    ),
    ("record", &["time", "text", "flow", "spec"]),
    (
        "story",
        &["time", "text", "pcap", "wire", "flow", "observation"],
    ),
    ("diagnosis", &["text", "flow", "observation", "story"]),
    ("checks", ALL_ABOVE),
    (
        "baseline",
        &["time", "text", "pcap", "flow", "spec", "observation"],
    ),
    ("report", ALL_ABOVE),
    ("grade", ALL_ABOVE),
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
fn a_name_from_above_is_found_in_every_form_it_can_take() {
    let cases = [
        ("use crate::report::Report;", "wire names report"),
        ("use crate::{pcap::Frame, checks};", "wire names checks"),
        (
            "use crate::{\n    pcap::{Frame, Reader},\n    flow::{Side},\n};",
            "wire names flow",
        ),
        (
            "fn f() -> crate::story::Row { todo!() }",
            "wire names story",
        ),
        ("use crate::nowhere::Thing;", "wire names nowhere"),
        ("use super::super::flow;", "wire names super::super"),
    ];
    for (source, expected) in cases {
        assert_eq!(
            violations(LAYERS, "wire", source),
            [expected],
            "in {source}"
        );
    }
    assert_eq!(
        violations(LAYERS, "unheard_of", ""),
        ["unheard_of is in no row"]
    );
}

#[test]
fn a_name_that_is_allowed_or_only_told_of_is_no_violation() {
    let source = "//! See `crate::report`.\nuse crate::pcap::{Frame, LinkType};\nuse crate::wire::Flags; // crate::flow\n";
    assert_eq!(violations(LAYERS, "wire", source), [""; 0]);
    assert_eq!(
        violations(LAYERS, "checks", "use crate::{story, flow::Side};"),
        [""; 0]
    );
    assert_eq!(
        violations(LAYERS, "checks", "use crate::report::Report;"),
        ["checks names report"]
    );
}
