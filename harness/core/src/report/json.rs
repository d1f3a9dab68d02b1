//! `report.json`.

use super::Report;
use super::visible::is_invisible;

/// The report as indented JSON: the same report gives the same bytes, and reading it back gives the same report.
pub fn json(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report).expect("a report has string keys only");
    escaped(&text) + "\n"
}

/// What a terminal or a CI log would act on stands as `\u001b`. Outside strings pretty JSON has line breaks only.
fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_invisible(c) {
            safe.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    safe.replace("##", "#\\u0023")
}
