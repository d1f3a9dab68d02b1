//! The rows that did not pass, explained: what was seen, what was expected, what usually causes it, where to look.

use super::page::{Page, columns_of, labelled, push_right};
use super::visible::{harmless, visible, with_text};
use super::words::{cause_words, result_word, unpassed, wireshark};
use super::{CheckReport, ItemReport, Look, Report, ResultName, Usually};

/// One block a check that failed, wavered or could not be decided; empty if there is none.
pub fn failures(report: &Report, page: &Page) -> String {
    let report = with_text(report, visible);
    let blocks: Vec<String> = unpassed(&report)
        .into_iter()
        .map(|(item, check)| block(item, check, page))
        .collect();
    harmless(&blocks.join("\n"))
}

fn block(item: &ItemReport, check: &CheckReport, page: &Page) -> String {
    let width = page.width();
    let mut lines = heading(item, check, page);
    if check.result == ResultName::Inconclusive {
        let why = check.cause.map_or("", cause_words);
        lines.extend(labelled("   why       ", why, width));
    }
    lines.extend(labelled("   saw       ", &check.saw, width));
    for (index, evidence) in check.evidence.iter().enumerate() {
        let label = if index == 0 {
            "   evidence  "
        } else {
            "             "
        };
        lines.extend(labelled(label, evidence, width));
    }
    lines.extend(parting(check, width));
    lines.extend(sourced(
        "   expected  ",
        &check.expected,
        &check.source,
        width,
    ));
    for (index, usually) in check.usually.iter().enumerate() {
        lines.extend(cause(index, usually, width));
    }
    lines.extend(
        check
            .look
            .iter()
            .enumerate()
            .map(|(index, look)| look_line(index, look, page)),
    );
    lines.join("\n") + "\n"
}

/// `3  serves-five-clients: served-concurrently in five-at-once          Fail`.
fn heading(item: &ItemReport, check: &CheckReport, page: &Page) -> Vec<String> {
    let number = format!("{:<2} ", item.number);
    let what = format!("{}: {} in {}", item.id, check.check, check.scenario);
    let word = result_word(check.result);
    let mut lines = labelled(&number, &what, page.width() - columns_of(word) - 2);
    push_right(&mut lines, word, page.width());
    lines
        .iter()
        .map(|line| page.colour.result(check.result, line))
        .collect()
}

/// Where a repetition that passed and one that failed part.
fn parting(check: &CheckReport, width: usize) -> Vec<String> {
    let repetitions = check.repetitions.as_ref();
    let parting = repetitions.and_then(|repetitions| repetitions.parting.as_deref());
    parting.map_or_else(Vec::new, |text| labelled("   parts     ", text, width))
}

/// Text with its source flush right.
fn sourced(label: &str, text: &str, source: &str, width: usize) -> Vec<String> {
    let mut lines = labelled(label, text, width);
    push_right(&mut lines, source, width);
    lines
}

fn cause(index: usize, usually: &Usually, width: usize) -> Vec<String> {
    let label = if index == 0 {
        "   usually   "
    } else {
        "   or        "
    };
    let mut lines = labelled(label, &usually.cause, width);
    lines.extend(sourced(
        "             → ",
        &usually.remedy,
        &usually.source,
        width,
    ));
    lines
}

/// Never wrapped: it is there to be copied.
fn look_line(index: usize, look: &Look, page: &Page) -> String {
    let label = if index == 0 {
        "   look      "
    } else {
        "             "
    };
    let path = visible(&page.capture_path(&look.capture));
    format!("{label}{}", wireshark(look, &path))
}
