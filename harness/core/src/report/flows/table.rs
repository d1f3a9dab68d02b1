//! Connections as a table: frames of setup, transfer and teardown, bytes, ending, and what is odd.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use crate::record::{AddressRoles, ConnectionRecord, EndingName, Moment, SideName, SideRecord};
use crate::report::page::{Page, columns_of, labelled, wrapped};
use crate::report::visible::harmless;
use crate::report::words::NO_BREAK;
use crate::text::{counted, grouped};
use crate::time::Span;

/// A connection's cells.
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

/// Connections that are to be drawn together, so that their columns fit: of each, its cells' text is kept.
#[derive(Clone, Debug, Default)]
pub struct FlowsTable {
    rows: Vec<Row>,
    /// The widest cell of each column.
    widest: [usize; COLUMNS],
    /// The longest word of each column.
    longest_words: [usize; COLUMNS],
    endings: BTreeMap<EndingName, u64>,
}

#[derive(Clone, Debug)]
struct Row {
    number: u32,
    /// A cell a line.
    cells: Box<str>,
}

/// From so many connections on, a last line counts their endings: fewer are counted at a glance.
const LONG: usize = 50;

impl FlowsTable {
    /// Adds a connection below those that were added before.
    pub fn push(&mut self, connection: &ConnectionRecord) {
        let cells = cells(connection);
        for (column, cell) in cells.iter().enumerate() {
            self.widest[column] = self.widest[column].max(columns_of(cell));
            self.longest_words[column] = self.longest_words[column].max(longest_word(cell));
        }
        *self.endings.entry(connection.ending).or_default() += 1;
        self.rows.push(Row {
            number: connection.connection,
            cells: cells.join("\n").into(),
        });
    }

    /// Puts the connections in the order of their numbers.
    pub fn order_by_number(&mut self) {
        self.rows.sort_by_key(|row| row.number);
    }

    /// Draws all of them, one after the other: a capture's connections may be many.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write(&self, page: &Page, writer: &mut impl io::Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return writer.write_all(b" no connection\n");
        }
        let columns = self.columns(page.width());
        let headings = HEADINGS.join("\n");
        let rows = self.rows.iter().map(|row| &*row.cells);
        for row in [headings.as_str()].into_iter().chain(rows) {
            writer.write_all(drawn(row, &columns).as_bytes())?;
        }
        if self.rows.len() >= LONG {
            writer.write_all(self.totals(page).as_bytes())?;
        }
        Ok(())
    }

    /// The columns that are drawn, as wide as their lines are once they are broken.
    fn columns(&self, page_columns: usize) -> Vec<Column> {
        let mut columns = self.columns_shown();
        fit(&mut columns, page_columns);
        let headings = HEADINGS.join("\n");
        let rows = self.rows.iter().map(|row| &*row.cells);
        let mut used = vec![0; columns.len()];
        for row in [headings.as_str()].into_iter().chain(rows) {
            for (used, lines) in used.iter_mut().zip(broken(row, &columns)) {
                let widest = lines.iter().map(|line| columns_of(line)).max();
                *used = widest.unwrap_or(0).max(*used);
            }
        }
        for (column, used) in columns.iter_mut().zip(used) {
            column.width = used;
        }
        columns
    }

    /// All columns but those that are empty in every row.
    fn columns_shown(&self) -> Vec<Column> {
        let is_used = |column: &usize| self.widest[*column] > 0;
        let column = |index: usize| Column {
            index,
            width: self.widest[index].max(columns_of(HEADINGS[index])),
            longest_word: self.longest_words[index].max(longest_word(HEADINGS[index])),
        };
        (0..COLUMNS).filter(is_used).map(column).collect()
    }

    /// ` 1,204 connections: 1,200 orderly, 4 reset`.
    fn totals(&self, page: &Page) -> String {
        let endings: Vec<String> = self
            .endings
            .iter()
            .map(|(ending, count)| format!("{} {}", grouped(*count), ending.name()))
            .collect();
        let connections = counted(self.rows.len() as u64, "connection");
        let text = format!("{connections}: {}", endings.join(", "));
        labelled(" ", &text, page.width()).join("\n") + "\n"
    }
}

/// A column that is drawn.
struct Column {
    /// Which of the [`HEADINGS`] it has.
    index: usize,
    width: usize,
    longest_word: usize,
}

/// Makes columns fit the page: the widest column that can do so without breaking a word gives until they do, and after
/// that the widest.
fn fit(columns: &mut [Column], page_columns: usize) {
    const GAP: usize = 2;
    let available = page_columns.saturating_sub(columns.len() * GAP);
    while columns.iter().map(|column| column.width).sum::<usize>() > available {
        let can_wrap = columns
            .iter()
            .any(|column| column.width > column.longest_word);
        let may_give = |column: &&mut Column| !can_wrap || column.width > column.longest_word;
        let widest = columns
            .iter_mut()
            .filter(may_give)
            .max_by_key(|column| column.width);
        match widest {
            Some(column) if column.width > 0 => column.width -= 1,
            Some(_) | None => break,
        }
    }
}

/// The lines of each cell that is drawn.
fn broken<'a>(row: &'a str, columns: &'a [Column]) -> impl Iterator<Item = Vec<Cow<'a, str>>> {
    let cells = row.split('\n').enumerate();
    let mut columns = columns.iter().peekable();
    cells.filter_map(move |(index, cell)| {
        let column = columns.next_if(|column| column.index == index)?;
        Some(if columns_of(cell) <= column.width {
            vec![Cow::Borrowed(cell)]
        } else {
            wrapped(cell, column.width)
                .into_iter()
                .map(Cow::Owned)
                .collect()
        })
    })
}

/// A row as it is printed.
fn drawn(row: &str, columns: &[Column]) -> String {
    let cells: Vec<Vec<Cow<'_, str>>> = broken(row, columns).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for line in 0..height {
        for (cell, column) in cells.iter().zip(columns) {
            let part = cell.get(line).map_or("", |line| line);
            let rest = (column.width + 1).saturating_sub(columns_of(part));
            text.push(' ');
            text.push_str(part);
            text.extend(std::iter::repeat_n(' ', rest));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    harmless(&text.replace(NO_BREAK, " "))
}

fn longest_word(cell: &str) -> usize {
    cell.split(' ').map(columns_of).max().unwrap_or(0)
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
