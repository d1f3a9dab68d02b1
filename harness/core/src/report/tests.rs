//! Every renderer on one report that has a row of every kind, and on one whose every string is hostile.

mod hostile;
mod ladder;
mod sample;

use insta::assert_snapshot;

use super::*;
use sample::sample;

fn page(columns: usize) -> Page {
    Page {
        captures: Some("captures/2026-11-22T14-03-11Z".to_owned()),
        reports: Some("reports/2026-11-22T14-03-11Z".to_owned()),
        ..Page::plain(columns)
    }
}

#[test]
fn the_table_at_80_columns() {
    assert_snapshot!(table(&sample(), &page(80)));
}

#[test]
fn the_table_at_100_columns() {
    assert_snapshot!(table(&sample(), &page(100)));
}

#[test]
fn the_table_at_140_columns() {
    assert_snapshot!(table(&sample(), &page(140)));
}

#[test]
fn the_connection_table() {
    assert_snapshot!(connections(&sample(), &page(100)));
}

#[test]
fn the_connection_table_on_a_narrow_page() {
    assert_snapshot!(connections(&sample(), &page(80)));
}

#[test]
fn the_rows_that_did_not_pass() {
    assert_snapshot!(failures(&sample(), &page(100)));
}

#[test]
fn the_end_of_a_report_repeats_what_did_not_pass() {
    assert_snapshot!(closing(&sample(), &page(60)));
}

#[test]
fn a_report_without_failures_needs_no_end() {
    let mut report = sample();
    report.items.retain(|item| match item.result {
        ResultName::Pass | ResultName::Skipped => true,
        ResultName::Fail | ResultName::Flaky | ResultName::Inconclusive => false,
    });
    assert_eq!(closing(&report, &page(60)), "");
}

#[test]
fn the_markdown() {
    assert_snapshot!(markdown(&sample()));
}

#[test]
fn the_junit_xml() {
    assert_snapshot!(junit(&sample()).unwrap());
}

#[test]
fn the_json() {
    assert_snapshot!(json(&sample()));
}

#[test]
fn the_json_reads_back_as_the_same_report() {
    let read: Report = serde_json::from_str(&json(&sample())).unwrap();
    assert_eq!(read, sample());
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = Page {
        colour: Colour::Ansi,
        ..page(100)
    };
    for render in [table, connections, failures] {
        let text = render(&sample(), &coloured);
        assert_ne!(text, render(&sample(), &page(100)));
        assert_eq!(uncoloured(&text), render(&sample(), &page(100)));
    }
}

#[test]
fn no_line_is_wider_than_its_page_but_those_to_copy() {
    for columns in [80, 100, 140] {
        for render in [table, connections, failures] {
            let text = render(&sample(), &page(columns));
            let wide: Vec<&str> = text
                .lines()
                .filter(|line| line.chars().count() > columns && !line.contains("wireshark -r"))
                .collect();
            assert_eq!(wide, Vec::<&str>::new());
        }
    }
}

/// The text without its colours, and without the blanks at line ends that they may hold.
fn uncoloured(text: &str) -> String {
    let colour = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    let plain = colour.replace_all(text, "");
    let lines: Vec<&str> = plain.split('\n').map(str::trim_end).collect();
    lines.join("\n")
}
