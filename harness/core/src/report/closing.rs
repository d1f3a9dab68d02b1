//! The end of a long report: what it came to, once more, where the table has scrolled away.

use super::page::{Page, labelled};
use super::visible::{harmless, visible, with_text};
use super::words::{needs_explaining, points_words, result_word};
use super::{ItemReport, Report, ResultName};

/// What is told apart, worst first.
const TOLD: [ResultName; 3] = [
    ResultName::Fail,
    ResultName::Flaky,
    ResultName::Inconclusive,
];

/// The points, and the items that did not pass by number and id; empty if every item passed or was skipped.
pub fn closing(report: &Report, page: &Page) -> String {
    let report = with_text(report, visible);
    if !report
        .items
        .iter()
        .any(|item| needs_explaining(item.result))
    {
        return String::new();
    }
    let mut lines = vec![format!(" {}", points_words(report.points))];
    for result in TOLD {
        let items: Vec<String> = report
            .items
            .iter()
            .filter(|item| item.result == result)
            .map(name)
            .collect();
        if !items.is_empty() {
            let label = format!(" {:<14}", result_word(result));
            lines.extend(labelled(&label, &items.join(", "), page.width()));
        }
    }
    harmless(&(lines.join("\n") + "\n"))
}

/// `3 serves-five-clients`.
fn name(item: &ItemReport) -> String {
    format!("{} {}", item.number, item.id)
}
