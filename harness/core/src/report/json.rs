//! `report.json`.

use super::Report;
use crate::text::is_hostile;

/// The report as indented JSON: the same report gives the same bytes, and reading it back gives the same report.
pub fn json(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report has string keys only");
    escaped(&text) + "\n"
}

/// What a terminal or a CI log would act on stands as `\u001b`. Outside strings pretty JSON has line breaks only.
pub(super) fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find(|c| c != '\n' && is_hostile(c)) {
        let (plain, from) = rest.split_at(at);
        let mut chars = from.chars();
        safe += plain;
        safe.extend(chars.next().map(utf16_escape));
        rest = chars.as_str();
    }
    safe += rest;
    if safe.contains("##") {
        safe.replace("##", "#\\u0023")
    } else {
        safe
    }
}

/// RFC 8259, 7.
fn utf16_escape(c: char) -> String {
    let mut units = [0; 2];
    let escapes: Vec<String> = c
        .encode_utf16(&mut units)
        .iter()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    escapes.concat()
}
