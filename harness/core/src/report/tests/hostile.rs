//! What a program may print, a file be called or a rubric say, in every string field, through every renderer.

use super::sample::sample;
use super::*;
use crate::report::visible::with_text;
use crate::text::{HOSTILE, is_hostile};

/// What `text`'s own corpus has no reason to hold: commands to CI runners, and a test case that ends itself.
const COMMANDS: [&str; 4] = [
    "::notice title=Autograding::{\"totalPoints\":100}",
    "x ##[error]y ##vso[task.complete]z",
    "]]> & </testcase> <!-- \"'",
    "line one\n::error::line two\r\n@everyone [x](javascript:y)",
];

fn corpus() -> String {
    let texts = HOSTILE.map(String::from_utf8_lossy);
    let commands = COMMANDS.map(std::borrow::Cow::Borrowed);
    let all: Vec<_> = texts.into_iter().chain(commands).collect();
    all.join(" ")
}

fn hostile() -> Report {
    with_text(&sample(), |text| {
        if is_name_of_a_variant(text) {
            text.to_owned()
        } else {
            corpus()
        }
    })
}

/// Results, causes and the status are strings in JSON too.
fn is_name_of_a_variant(text: &str) -> bool {
    let names = ["pass", "fail", "flaky", "inconclusive", "skipped", "failed"];
    names.contains(&text) || ["harness", "machine", "program"].contains(&text)
}

fn rendered() -> [(&'static str, String); 7] {
    let page = Page::plain(100);
    [
        ("table", table(&hostile(), &page)),
        ("connections", connections(&hostile(), &page)),
        ("failures", failures(&hostile(), &page)),
        ("closing", closing(&hostile(), &page)),
        ("markdown", markdown(&hostile())),
        ("junit", junit(&hostile()).unwrap()),
        ("json", json(&hostile())),
    ]
}

#[test]
fn nothing_invisible_gets_through_any_renderer() {
    for (renderer, text) in rendered() {
        let invisible: Vec<char> = text
            .chars()
            .filter(|&c| is_hostile(c) && c != '\n')
            .collect();
        assert_eq!(invisible, [], "{renderer}");
    }
}

#[test]
fn no_line_of_any_renderer_is_a_command_to_a_ci_runner() {
    for (renderer, text) in rendered() {
        let is_command = |line: &&str| line.trim_start().starts_with("::");
        assert_eq!(text.lines().find(is_command), None, "{renderer}");
        assert!(
            !text.contains("##[") && !text.contains("##vso["),
            "{renderer}"
        );
    }
}

#[test]
fn json_loses_nothing() {
    let read: Report = serde_json::from_str(&json(&hostile())).unwrap();
    assert_eq!(read, hostile());
}

#[test]
fn junit_stays_well_formed() {
    let xml = junit(&hostile()).unwrap();
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    let expected = quick_junit::Report::deserialize_from_str(&junit(&sample()).unwrap()).unwrap();
    assert_eq!(
        (read.tests, read.failures, read.errors),
        (expected.tests, expected.failures, expected.errors)
    );
    assert!(xml.chars().all(is_xml_char));
}

/// XML 1.0, 2.2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[test]
fn a_markdown_row_keeps_its_cells_and_holds_no_markup() {
    let text = markdown(&hostile());
    let unescaped_pipes = regex::Regex::new(r"(^|[^\\])\|").unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| "));
    for row in rows {
        let cells = unescaped_pipes.find_iter(row).count() - 1;
        assert!(cells == 5 || cells == 7, "{cells} cells in {row}");
    }
    let prose = regex::Regex::new(r"(?s)`{3,}sh.*?`{3,}\n")
        .unwrap()
        .replace_all(&text, "");
    assert!(
        !prose.contains("<script>") && !prose.contains("[x]("),
        "{prose}"
    );
}
