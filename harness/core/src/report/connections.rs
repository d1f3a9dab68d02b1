//! The connection table: per connection the frames of setup, transfer and teardown in order, its bytes, and who closed.

use tabled::builder::Builder;
use tabled::settings::{Padding, Style};

use super::page::{Page, columns_of, labelled, wrapped};
use super::table::trimmed;
use super::visible::{harmless, visible, with_text};
use super::words::{NO_BREAK, bytes_words, stages};
use super::{CaptureSummary, ConnectionRow, RecordingReport, Report};
use crate::text::{counted, grouped};

/// One table a recording, under the name and health of its capture.
pub fn connections(report: &Report, page: &Page) -> String {
    let report = with_text(report, visible);
    let sections: Vec<String> = report
        .recordings
        .iter()
        .map(|recording| section(recording, page))
        .collect();
    harmless(&sections.join("\n"))
}

fn section(recording: &RecordingReport, page: &Page) -> String {
    let capture = &recording.capture;
    let heading = format!("{} · {}", page.capture_path(&capture.file), health(capture));
    let mut lines: Vec<String> = wrapped(&heading, page.width())
        .iter()
        .map(|line| page.colour.bold(line))
        .collect();
    for note in &capture.notes {
        lines.extend(labelled(" note  ", note, page.width()));
    }
    match recording.connections.as_slice() {
        [] => lines.push(" no connection".to_owned()),
        rows => lines.push(rows_table(rows, page)),
    }
    lines.join("\n") + "\n"
}

/// `214 frames, 0 dropped, whole`.
pub(super) fn health(capture: &CaptureSummary) -> String {
    let dropped = capture.dropped.map_or_else(
        || "drops not counted".to_owned(),
        |frames| format!("{} dropped", grouped(frames)),
    );
    let whole = if capture.whole {
        "whole"
    } else {
        "not known to be whole"
    };
    format!("{}, {dropped}, {whole}", counted(capture.frames, "frame"))
}

/// The table's columns, as Markdown has them too.
pub(super) const HEADINGS: [&str; 7] = [
    "#", "Client", "Setup", "Transfer", "Bytes", "Teardown", "Ending",
];

/// One connection's cells.
pub(super) fn cells(row: &ConnectionRow) -> [String; 7] {
    [
        row.connection.to_string(),
        client(row),
        stages(&row.setup),
        stages(&row.transfer),
        bytes_words(row),
        stages(&row.teardown),
        format!("{}; {}", row.ending, row.conn_state),
    ]
}

/// The client's number, and the address it came from.
fn client(row: &ConnectionRow) -> String {
    match row.client {
        Some(client) => format!("{client}, {}", row.initiator),
        None => row.initiator.clone(),
    }
}

/// Columns between two cells.
const GAP: usize = 2;

fn rows_table(rows: &[ConnectionRow], page: &Page) -> String {
    let cells: Vec<[String; 7]> = rows.iter().map(cells).collect();
    let widths = fit(&cells, page.width().saturating_sub(HEADINGS.len() * GAP));
    let mut builder = Builder::default();
    builder.push_record(HEADINGS);
    for row in &cells {
        let wrapped_row: [String; 7] =
            std::array::from_fn(|column| wrapped(&row[column], widths[column]).join("\n"));
        builder.push_record(wrapped_row);
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(1, 1, 0, 0));
    trimmed(&table.to_string()).replace(NO_BREAK, " ")
}

/// Column widths that add up to `available`: the widest column gives until all fit.
fn fit(rows: &[[String; 7]], available: usize) -> [usize; 7] {
    let mut widths: [usize; 7] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| columns_of(&row[column]));
        cells
            .chain([columns_of(HEADINGS[column])])
            .max()
            .unwrap_or(0)
    });
    while widths.iter().sum::<usize>() > available {
        let widest = widths.iter_mut().max().expect("there are seven");
        *widest -= 1;
    }
    widths
}
