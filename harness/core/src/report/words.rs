//! The words that several renderers use.

use std::collections::BTreeSet;

use super::{
    CauseName, CheckReport, ConnectionRow, ItemReport, Look, Points, Report, ResultName, Stage,
};
use crate::text::{counted, grouped};

/// A result as people read it.
pub(super) fn result_word(result: ResultName) -> &'static str {
    match result {
        ResultName::Pass => "Pass",
        ResultName::Fail => "Fail",
        ResultName::Flaky => "Flaky",
        ResultName::Inconclusive => "Inconclusive",
        ResultName::Skipped => "Skipped",
    }
}

/// An item's result with what qualifies it: `Pass (under Wine 8.0; not scored)`.
pub(super) fn item_result(item: &ItemReport) -> String {
    let unscored = (!item.scored).then_some("not scored");
    let remarks: Vec<&str> = item.remark.as_deref().into_iter().chain(unscored).collect();
    match remarks.as_slice() {
        [] => result_word(item.result).to_owned(),
        remarks => format!("{} ({})", result_word(item.result), remarks.join("; ")),
    }
}

/// Whose doing an inconclusive check is, as a sentence.
pub(super) fn cause_words(cause: CauseName) -> &'static str {
    match cause {
        CauseName::Harness => "synfin could not look: this is not the program's fault",
        CauseName::Machine => {
            "this machine did not let synfin look: this is not the program's fault"
        }
        CauseName::Program => "the program kept it from being seen",
    }
}

/// Whether a result needs explaining.
pub(super) fn needs_explaining(result: ResultName) -> bool {
    match result {
        ResultName::Fail | ResultName::Flaky | ResultName::Inconclusive => true,
        ResultName::Pass | ResultName::Skipped => false,
    }
}

/// The checks that explain an item's result, each with its item.
pub(super) fn unpassed(report: &Report) -> Vec<(&ItemReport, &CheckReport)> {
    report
        .items
        .iter()
        .flat_map(|item| item.checks.iter().map(move |check| (item, check)))
        .filter(|(_, check)| needs_explaining(check.result))
        .collect()
}

/// What was graded and how, in parts to be joined by `·`.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let connections: usize = report.recordings.iter().map(|r| r.connections.len()).sum();
    let mut parts = vec![
        report.target.clone(),
        format!(
            "{}, {}",
            recorded(report),
            counted(connections as u64, "connection")
        ),
        report.level.clone(),
        captures(report),
    ];
    parts.extend(report.wall_ms.map(seconds));
    parts.extend(report.slowness_percent.map(slowness));
    parts.retain(|part| !part.is_empty());
    parts
}

/// `4 scenarios`; `4 scenarios in 20 recordings` if some were recorded more than once.
fn recorded(report: &Report) -> String {
    let all = &report.recordings;
    let names: BTreeSet<&str> = all.iter().map(|it| it.scenario.as_str()).collect();
    let scenarios = counted(names.len() as u64, "scenario");
    if names.len() == all.len() {
        return scenarios;
    }
    format!("{scenarios} in {}", counted(all.len() as u64, "recording"))
}

/// `captures whole: 1,204 frames, 0 dropped`.
fn captures(report: &Report) -> String {
    let all = &report.recordings;
    let frames: u64 = all.iter().map(|r| r.capture.frames).sum();
    let dropped = all
        .iter()
        .try_fold(0_u64, |sum, r| Some(sum.saturating_add(r.capture.dropped?)));
    let torn = all.iter().filter(|r| !r.capture.whole).count();
    let health = match (all.len(), torn) {
        (0, _) => return "no captures".to_owned(),
        (_, 0) => "captures whole".to_owned(),
        (total, torn) => format!(
            "{torn} of {} not known to be whole",
            counted(total as u64, "capture")
        ),
    };
    let dropped = dropped.map_or_else(
        || "drops not counted".to_owned(),
        |frames| format!("{} dropped", grouped(frames)),
    );
    format!("{health}: {}, {dropped}", counted(frames, "frame"))
}

/// `9 of 10 points; 1 item skipped; 2 need review`.
pub(super) fn points_words(points: Points) -> String {
    let possible = counted(u64::from(points.possible), "point");
    let remarks = [
        (points.skipped_items, "skipped"),
        (points.needs_review, "to review"),
    ];
    let mut words = vec![format!("{} of {possible}", points.reached)];
    words.extend(
        remarks
            .into_iter()
            .filter(|&(items, _)| items > 0)
            .map(|(items, what)| format!("{} {what}", counted(u64::from(items), "item"))),
    );
    words.join("; ")
}

/// `SYN 3, SYN-ACK 4, ACK 5`; a dash for nothing. No line breaks between a stage and its frame.
pub(super) fn stages(stages: &[Stage]) -> String {
    match stages {
        [] => "–".to_owned(),
        stages => stages
            .iter()
            .map(|stage| format!("{}{NO_BREAK}{}", stage.what, stage.frame))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// A space at which no line breaks (U+00A0); renderers put a plain one in its place at last.
pub(super) const NO_BREAK: char = '\u{a0}';

/// Payload bytes each way.
pub(super) fn bytes_words(row: &ConnectionRow) -> String {
    format!(
        "{} → {} ←",
        grouped(row.initiator_bytes),
        grouped(row.responder_bytes)
    )
}

/// A command that opens Wireshark where there is something to see.
pub(super) fn wireshark(look: &Look, path: &str) -> String {
    let filter = shell_word(&look.filter);
    format!(
        "wireshark -r {} -Y {filter} -g {}",
        shell_word(path),
        look.frame
    )
}

/// `machine slow ×2.3`.
fn slowness(percent: u32) -> String {
    format!("machine slow ×{}.{}", percent / 100, percent % 100 / 10)
}

/// `4.1 s`.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

/// One word of a POSIX shell.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@+,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_any_file_name_as_one_word() {
        assert_eq!(shell_word("captures/a-1.pcap"), "captures/a-1.pcap");
        assert_eq!(shell_word("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(shell_word("-w"), "'-w'");
        assert_eq!(shell_word(""), "''");
    }
}
