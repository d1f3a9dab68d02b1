//! Connections as a table: frames of setup, transfer and teardown, bytes, ending, and what is odd.

use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::record::{
    AddressRoles, CaptureRecord, ConnectionRecord, EndingName, Moment, SideName, SideRecord,
    TailRecord,
};
use crate::report::page::{Page, columns_of, wrapped};
use crate::report::table::trimmed;
use crate::report::visible::{harmless, visible};
use crate::report::words::NO_BREAK;
use crate::text::{counted, grouped};
use crate::time::Span;

/// A connection's cells; [`FlowsTable`] keeps nothing else of it.
type Cells = [String; COLUMNS];

const COLUMNS: usize = 9;

const HEADINGS: [&str; COLUMNS] = [
    "#",
    "Initiator → responder",
    "ms",
    "Setup",
    "Data",
    "Bytes",
    "Teardown",
    "Ending",
    "Odd",
];

/// Connections that are to be drawn together, so that their columns fit.
#[derive(Clone, Debug, Default)]
pub struct FlowsTable {
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    number: u32,
    cells: Cells,
}

impl FlowsTable {
    /// Adds a connection below those that were added before.
    pub fn push(&mut self, connection: &ConnectionRecord) {
        self.rows.push(Row {
            number: connection.connection,
            cells: cells(connection),
        });
    }

    /// Puts the connections in the order of their numbers.
    pub fn order_by_number(&mut self) {
        self.rows.sort_by_key(|row| row.number);
    }

    /// Draws all of them.
    pub fn drawn(&self, page: &Page) -> String {
        if self.rows.is_empty() {
            return " no connection\n".to_owned();
        }
        let shown = self.columns_shown();
        let widths = self.widths(&shown, page.width());
        let laid_out = |row: &Cells| -> Vec<String> {
            let columns = shown.iter().zip(&widths);
            columns
                .map(|(&column, &width)| wrapped(&row[column], width).join("\n"))
                .collect()
        };
        let mut builder = Builder::default();
        builder.push_record(laid_out(&HEADINGS.map(str::to_owned)));
        for row in &self.rows {
            builder.push_record(laid_out(&row.cells));
        }
        let mut table = builder.build();
        table.with(Style::empty()).with(Padding::new(1, 1, 0, 0));
        harmless(&(trimmed(&table.to_string()).replace(NO_BREAK, " ") + "\n"))
    }

    /// All columns but those that are empty in every row.
    fn columns_shown(&self) -> Vec<usize> {
        let is_used = |column: &usize| self.rows.iter().any(|row| !row.cells[*column].is_empty());
        (0..COLUMNS).filter(is_used).collect()
    }

    /// Widths that fit the page: the widest column that can do so without breaking a word gives until they do, and
    /// after that the widest.
    fn widths(&self, shown: &[usize], page_columns: usize) -> Vec<usize> {
        const GAP: usize = 2;
        let available = page_columns.saturating_sub(shown.len() * GAP);
        let words: Vec<usize> = shown
            .iter()
            .map(|&c| self.widest(c, longest_word))
            .collect();
        let mut widths: Vec<usize> = shown.iter().map(|&c| self.widest(c, columns_of)).collect();
        while widths.iter().sum::<usize>() > available {
            let can_wrap = |&column: &usize| widths[column] > words[column];
            let wraps = (0..widths.len()).filter(can_wrap);
            let widest = wraps.max_by_key(|&column| widths[column]);
            let any = (0..widths.len()).max_by_key(|&column| widths[column]);
            match widest.or(any) {
                Some(column) => widths[column] = widths[column].saturating_sub(1),
                None => break,
            }
        }
        widths
    }

    /// The greatest of what a column's cells measure.
    fn widest(&self, column: usize, measure: fn(&str) -> usize) -> usize {
        let cells = self.rows.iter().map(|row| measure(&row.cells[column]));
        cells.chain([measure(HEADINGS[column])]).max().unwrap_or(0)
    }
}

fn longest_word(cell: &str) -> usize {
    cell.split(' ').map(columns_of).max().unwrap_or(0)
}

/// The capture's file, and what was read of it.
pub fn capture_heading(capture: &CaptureRecord, page: &Page) -> String {
    let mut parts = vec![
        visible(&capture.file),
        counted(capture.frames, "frame"),
        counted(capture.connections, "connection"),
    ];
    parts.extend(
        (capture.malformed_frames > 0)
            .then(|| format!("{} malformed", grouped(capture.malformed_frames))),
    );
    parts.extend(match &capture.tail {
        TailRecord::Whole => None,
        TailRecord::Truncated { .. } => Some("cut off".to_owned()),
    });
    parts.extend(
        (capture.skipped_count > 0)
            .then(|| format!("{} skipped", counted(capture.skipped_count, "place"))),
    );
    let lines = wrapped(&parts.join(" · "), page.width());
    let bold: Vec<String> = lines.iter().map(|line| page.colour.bold(line)).collect();
    harmless(&(bold.join("\n") + "\n"))
}

/// A connection in one line, for connections that are told as they end.
pub fn connection_summary(connection: &ConnectionRecord) -> String {
    let [number, ends, milliseconds, _, _, bytes, _, ending, odd] = cells(connection);
    let frames = format!(
        "frames {}–{}",
        connection.first.frame, connection.last.frame
    );
    let mut parts = vec![
        format!("{number}  {ends}"),
        frames,
        format!("{milliseconds} ms"),
        bytes,
        ending,
        odd,
    ];
    parts.retain(|part| !part.is_empty());
    parts.join("  ").replace(NO_BREAK, " ") + "\n"
}

fn cells(connection: &ConnectionRecord) -> Cells {
    [
        connection.connection.to_string(),
        ends(connection),
        milliseconds(connection.duration_ns),
        setup(connection),
        data(connection),
        bytes(connection),
        teardown(connection),
        ending(connection),
        odd(connection),
    ]
}

fn ends(connection: &ConnectionRecord) -> String {
    let vlans: Vec<String> = connection.vlan_ids.iter().map(u16::to_string).collect();
    let vlans = if vlans.is_empty() {
        String::new()
    } else {
        format!(" VLAN {}", vlans.join("."))
    };
    let guess = match connection.roles {
        AddressRoles::Syn | AddressRoles::SynAck => "",
        AddressRoles::Guessed => " (a guess)",
    };
    format!(
        "{} →{NO_BREAK}{}{vlans}{guess}",
        connection.initiator, connection.responder
    )
}

fn milliseconds(nanoseconds: u64) -> String {
    let text = Span::from_nanos(nanoseconds).to_string();
    text.trim_end_matches(" ms").to_owned()
}

fn setup(connection: &ConnectionRecord) -> String {
    let setup = &connection.setup;
    steps([
        ("SYN", setup.syn.map(frame)),
        ("SYN-ACK", setup.syn_ack.map(frame)),
        ("ACK", setup.ack.map(frame)),
    ])
}

/// `→ 4–8, ← 6–12`: the frames with each side's first and last payload.
fn data(connection: &ConnectionRecord) -> String {
    let sides = sides(connection).into_iter().filter_map(|(arrow, side)| {
        let (first, last) = (side.first_data?.frame, side.last_data?.frame);
        let frames = if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        };
        Some(format!("{arrow}{NO_BREAK}{frames}"))
    });
    sides.collect::<Vec<_>>().join(", ")
}

fn bytes(connection: &ConnectionRecord) -> String {
    let [(_, initiator), (_, responder)] = sides(connection);
    format!(
        "{}{NO_BREAK}→ {}{NO_BREAK}←",
        grouped(initiator.unique_bytes),
        grouped(responder.unique_bytes)
    )
}

/// FINs, the frames that acknowledge them and RSTs, in the order of frames.
fn teardown(connection: &ConnectionRecord) -> String {
    let mut seen: Vec<(u64, String)> = Vec::new();
    for (arrow, side) in sides(connection) {
        let fin = side.fin;
        seen.extend(fin.map(|fin| (fin.frame, format!("{arrow}{NO_BREAK}FIN"))));
        let acknowledged = fin.and_then(|fin| fin.acknowledged);
        seen.extend(acknowledged.map(|at| (at.frame, "ACK".to_owned())));
        let resets = side.rsts.iter();
        seen.extend(resets.map(|rst| (rst.frame, format!("{arrow}{NO_BREAK}RST"))));
    }
    seen.sort_by_key(|(frame, _)| *frame);
    let most = 6;
    let left_out = seen.len().saturating_sub(most);
    let mut steps: Vec<String> = seen
        .iter()
        .take(most)
        .map(|(frame, what)| format!("{what}{NO_BREAK}{frame}"))
        .collect();
    steps.extend((left_out > 0).then(|| format!("{left_out}{NO_BREAK}more")));
    steps.join(", ")
}

fn ending(connection: &ConnectionRecord) -> String {
    format!(
        "{}; {} {}",
        ending_words(connection),
        connection.conn_state,
        connection.history
    )
}

fn ending_words(connection: &ConnectionRecord) -> String {
    let by = |side: Option<SideName>| side.map_or("somebody", |side| side.name());
    match connection.ending {
        EndingName::Orderly => format!("closed by the {} first", by(connection.closed_first)),
        EndingName::HalfClosed => format!("closed by the {} only", by(connection.closed_first)),
        EndingName::Reset => format!("reset by the {}", by(connection.reset_by)),
        EndingName::Refused => "refused".to_owned(),
        EndingName::Unanswered => "SYN never answered".to_owned(),
        EndingName::StillOpen => "still open".to_owned(),
    }
}

/// What a healthy connection has none of.
fn odd(connection: &ConnectionRecord) -> String {
    let of_sides = sides(connection).into_iter().flat_map(|(arrow, side)| {
        let figures = [
            (side.missing_bytes, "not captured"),
            (side.retransmitted_bytes, "sent again"),
            (side.out_of_order_bytes, "out of order"),
            (side.conflicts.bytes, "contradicted"),
            (side.zero_windows, "zero windows"),
            (side.keep_alives, "keep-alives"),
            (side.capture_duplicates.frames, "frames captured twice"),
        ];
        figures
            .into_iter()
            .filter(|&(figure, _)| figure > 0)
            .map(move |(figure, what)| format!("{arrow}{NO_BREAK}{} {what}", grouped(figure)))
    });
    let syns = connection.setup.syn_retransmissions;
    let syns = (syns > 0).then(|| format!("{} sent again", counted(syns.into(), "SYN")));
    let pushed_out = connection
        .pushed_out
        .then(|| "given up while open".to_owned());
    let all: Vec<String> = of_sides.chain(syns).chain(pushed_out).collect();
    all.join(", ")
}

fn sides(connection: &ConnectionRecord) -> [(char, &SideRecord); 2] {
    [
        ('→', &connection.by_initiator),
        ('←', &connection.by_responder),
    ]
}

fn frame(moment: Moment) -> u64 {
    moment.frame
}

/// `SYN 3, SYN-ACK 4`: those that were seen.
fn steps<const N: usize>(steps: [(&str, Option<u64>); N]) -> String {
    let seen = steps
        .into_iter()
        .filter_map(|(what, frame)| Some(format!("{what}{NO_BREAK}{}", frame?)));
    seen.collect::<Vec<_>>().join(", ")
}
