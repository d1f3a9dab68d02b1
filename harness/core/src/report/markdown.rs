//! The report as GitHub-flavoured Markdown: a step summary, a comment, a page.

use super::connections::{HEADINGS, cells, health};
use super::visible::{harmless, visible, with_text};
use super::words::{
    NO_BREAK, cause_words, item_result, points_words, result_word, summary, unpassed, wireshark,
};
use super::{CheckReport, ConnectionRow, ItemReport, RecordingReport, Report};

/// Rubric table, failing rows, connection tables.
pub fn markdown(report: &Report) -> String {
    let looks = with_text(report, visible);
    let report = with_text(report, escaped);
    let recordings: String = report.recordings.iter().map(recording).collect();
    format!(
        "# {}\n\n{}\n\n{}\n**{}**\n{}\n## Connections\n{recordings}",
        report.title,
        summary(&report).join(" · "),
        rubric(&report.items),
        points_words(report.points),
        failing(&report, &looks),
    )
}

/// Text that Markdown shows as it is: no markup, no link, no mention, no cell border.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe
}

fn rubric(items: &[ItemReport]) -> String {
    let rows: String = items.iter().map(rubric_row).collect();
    format!("| # | Fail (0) | Pass (1) | Result | Evidence |\n|--:|---|---|---|---|\n{rows}")
}

fn rubric_row(item: &ItemReport) -> String {
    let result = item_result(item);
    format!(
        "| {} | {} | {} | **{result}** | {} |\n",
        item.number, item.fail, item.pass, item.evidence
    )
}

/// The checks that did not pass; `looks` is the same report unescaped, for what stands in code.
fn failing(report: &Report, looks: &Report) -> String {
    let blocks: String = unpassed(report)
        .into_iter()
        .zip(unpassed(looks))
        .map(|((item, check), (_, raw))| block(item, check, raw))
        .collect();
    match blocks.as_str() {
        "" => String::new(),
        blocks => format!("\n## What did not pass\n{blocks}"),
    }
}

fn block(item: &ItemReport, check: &CheckReport, raw: &CheckReport) -> String {
    let mut lines = vec![
        String::new(),
        format!(
            "### {} {}: {} in {}: {}",
            item.number,
            item.id,
            check.check,
            check.scenario,
            result_word(check.result)
        ),
        String::new(),
    ];
    lines.extend(
        check
            .cause
            .map(|cause| format!("- **why** {}", cause_words(cause))),
    );
    lines.push(format!("- **saw** {}", check.saw));
    let parting = check.repetitions.as_ref();
    if let Some(parting) = parting.and_then(|repetitions| repetitions.parting.as_ref()) {
        lines.push(format!("- **parts** {parting}"));
    }
    lines.extend(
        check
            .evidence
            .iter()
            .map(|line| format!("- **evidence** {line}")),
    );
    lines.push(format!(
        "- **expected** {} ({})",
        check.expected, check.source
    ));
    for usually in &check.usually {
        lines.push(format!(
            "- **usually** {} → {} ({})",
            usually.cause, usually.remedy, usually.source
        ));
    }
    lines.extend(
        raw.look
            .iter()
            .map(|look| fenced(&harmless(&wireshark(look, &look.capture)))),
    );
    lines.join("\n") + "\n"
}

/// A code block whose fence is longer than any in the text.
fn fenced(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}sh\n{code}\n{fence}")
}

fn recording(recording: &RecordingReport) -> String {
    let capture = &recording.capture;
    let notes: Vec<String> = capture
        .notes
        .iter()
        .map(|note| format!("\n- {note}"))
        .collect();
    let rows: String = recording.connections.iter().map(connection_row).collect();
    format!(
        "\n### {}\n\n{}\n{}\n\n| {} |\n|--:|---|---|---|---|---|---|\n{rows}",
        capture.file,
        health(capture),
        notes.concat(),
        HEADINGS.join(" | ")
    )
}

fn connection_row(row: &ConnectionRow) -> String {
    format!("| {} |\n", cells(row).join(" | ").replace(NO_BREAK, " "))
}
