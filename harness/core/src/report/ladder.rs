//! A connection's story as a ladder: time runs down, each rung an arrow between the two ends.

use super::page::{Page, columns_of, labelled, push_right};
use super::row::ending_words;
use super::visible::harmless;
use crate::diagnosis::{Finding, Usually};
use crate::flow::Side;
use crate::story::{Control, LeftOut, Phase, Row, Story};
use crate::text::{counted, grouped};

/// One connection as a ladder, and what there is to say of it.
pub fn ladder(story: &Story, findings: &[Finding], page: &Page) -> String {
    let lanes = Lanes::fit(story, page.width());
    let mut text = heading(story, page);
    text.push(lanes.heading());
    for (index, row) in story.rows.iter().enumerate() {
        let left_out = story.rows.left_out().filter(|left| left.before == index);
        text.extend(left_out.map(left_out_line));
        let before = index.checked_sub(1).map(|index| story.rows[index].phase);
        text.extend(lanes.rung(row, &notes(row, before)));
    }
    text.extend(folded(story));
    for finding in findings {
        text.extend(told(finding, page.width()));
    }
    let trimmed: Vec<&str> = text.iter().map(|line| line.trim_end()).collect();
    harmless(&(trimmed.join("\n") + "\n"))
}

fn left_out_line(left: LeftOut) -> String {
    format!(
        " … {} (frames {} to {}) left out: --rows N draws more of them, --frames A-B a part",
        counted(left.rows, "row"),
        left.first,
        left.last
    )
}

/// What was seen, and what usually causes it.
fn told(finding: &Finding, width: usize) -> Vec<String> {
    let mut lines = labelled(" saw       ", &finding.saw, width);
    for (index, usually) in finding.usually.iter().enumerate() {
        let label = if index == 0 {
            " usually   "
        } else {
            " or        "
        };
        lines.extend(cause(label, usually, width));
    }
    lines
}

fn cause(label: &str, usually: &Usually, width: usize) -> Vec<String> {
    let mut lines = labelled(label, &usually.cause, width);
    let mut remedy = labelled("           → ", &usually.remedy, width);
    push_right(&mut remedy, &usually.source, width);
    lines.extend(remedy);
    lines
}

fn heading(story: &Story, page: &Page) -> Vec<String> {
    let connection = &story.connection;
    let who = format!(
        "connection {}   {} → {}",
        connection.id, connection.initiator, connection.responder
    );
    let how = format!(
        "{}     completeness {} · {} · {}",
        ending_words(connection.ending()),
        connection.completeness(),
        connection.conn_state(),
        connection.history(),
    );
    let one_line = format!("{who}     {how}");
    let lines = if columns_of(&one_line) <= page.width() {
        vec![one_line]
    } else {
        vec![who, format!("   {how}")]
    };
    lines.iter().map(|line| page.colour.bold(line)).collect()
}

fn folded(story: &Story) -> Option<String> {
    let acks = (story.folded_acks > 0).then(|| counted(story.folded_acks, "pure ACK"))?;
    Some(format!(" ({acks} folded)"))
}

/// Where everything stands in a line, in columns.
struct Lanes {
    frame: usize,
    time: usize,
    /// Between the two lifelines.
    lane: usize,
    page: usize,
}

/// The columns kept for the phase and what is odd, beside the ladder.
const NOTE_COLUMNS: usize = 24;

/// A lane wider than this only tears the two ends apart.
const WIDEST_LANE: usize = 60;

impl Lanes {
    fn fit(story: &Story, page_columns: usize) -> Self {
        let longest = |text: fn(&Row) -> String, least: usize| {
            let lengths = story.rows.iter().map(|row| columns_of(&text(row)));
            lengths.chain([least]).max().unwrap_or(least)
        };
        let frame = longest(|row| row.at.frame.to_string(), "frame".len()) + 1;
        let time = longest(milliseconds, 7);
        let left = frame + time + 3;
        let lane = page_columns.saturating_sub(left + 2 + NOTE_COLUMNS + 2);
        Self {
            frame,
            time,
            lane: lane.clamp(24, WIDEST_LANE),
            page: page_columns,
        }
    }

    fn heading(&self) -> String {
        let gap = self.lane.saturating_sub("initiator".len());
        format!(
            "{:>frame$} {:>time$}  initiator{:gap$}responder",
            "frame",
            "ms",
            "",
            frame = self.frame,
            time = self.time,
        )
    }

    /// A row's line, and more where its notes do not fit beside it.
    fn rung(&self, row: &Row, notes: &str) -> Vec<String> {
        let line = format!(
            "{:>frame$} {:>time$}  │{}│  ",
            row.at.frame.to_string(),
            milliseconds(row),
            arrow(row.from, &label(row), self.lane),
            frame = self.frame,
            time = self.time,
        );
        labelled(&line, notes, self.page)
    }
}

/// `0.031`: milliseconds since the connection's first frame.
fn milliseconds(row: &Row) -> String {
    let text = row.since_start.to_string();
    text.trim_end_matches(" ms").to_owned()
}

/// The phase where it begins, and what is odd.
fn notes(row: &Row, before: Option<Phase>) -> String {
    let phase = (before != Some(row.phase)).then(|| row.phase.to_string());
    let odd = row.anomalies.iter().map(ToString::to_string);
    phase.into_iter().chain(odd).collect::<Vec<_>>().join(" · ")
}

/// `SYN-ACK`, `1:41 (40 bytes) "LIST\n"`, `41:46 (5 bytes) + FIN`. Numbers are relative, as tcpdump's: the first byte
/// is 1.
fn label(row: &Row) -> String {
    let control = control_word(row.control);
    if row.offsets.is_empty() {
        return control.to_owned();
    }
    let (start, end) = (row.offsets.start + 1, row.offsets.end + 1);
    let bytes = counted(row.payload_bytes(), "byte");
    let frames = match row.frames {
        1 => String::new(),
        frames => format!(" in {} frames", grouped(frames)),
    };
    let and = match row.control {
        Control::Ack => String::new(),
        Control::Syn | Control::SynAck | Control::Fin | Control::Rst => format!(" + {control}"),
    };
    let excerpt = row.excerpt.iter().map(|text| format!(" \"{text}\""));
    format!(
        "{start}:{end} ({bytes}{frames}){and}{}",
        excerpt.collect::<String>()
    )
}

fn control_word(control: Control) -> &'static str {
    match control {
        Control::Ack => "ACK",
        Control::Syn => "SYN",
        Control::SynAck => "SYN-ACK",
        Control::Fin => "FIN",
        Control::Rst => "RST",
    }
}

/// An arrow of exactly so many columns with its label in it.
fn arrow(from: Side, label: &str, columns: usize) -> String {
    let label = cut(label, columns.saturating_sub(8));
    let shaft = "─".repeat(columns.saturating_sub(columns_of(&label) + 7));
    match from {
        Side::Initiator => format!("──── {label} {shaft}►"),
        Side::Responder => format!("◄─── {label} {shaft}─"),
    }
}

/// A text of at most so many columns; what was cut is told by `…`.
fn cut(text: &str, columns: usize) -> String {
    if columns_of(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        let next = format!("{kept}{c}");
        if columns_of(&next) + 1 > columns {
            break;
        }
        kept = next;
    }
    kept + "…"
}
