//! `synfin flows CAPTURE`: the connections of any capture.

use std::num::NonZeroU16;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::anyhow;
use synfin_core::flow::Connection;
use synfin_core::report::{
    CaptureRecord, ConnectionRecord, FIELDS_HELP, Filter, FlowsDocument, FlowsTable, Sort,
    capture_heading, connection_line, connection_summary, csv_header, csv_row, flows_json,
};

use super::capture::{Capture, CaptureArg};
use super::exit::{Exit, Failure};
use super::output::{self, DataStream, End, Output};
use super::progress::Progress;

/// List the connections of a capture: setup, transfer and teardown frames, bytes, who closed, what is odd.
#[derive(Debug, clap::Args)]
#[command(after_help = FIELDS_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    capture: CaptureArg,
    /// What is printed.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Only connections that meet all conditions: `port=5001 and bytes>64KiB, ending!=orderly`. The comparisons are
    /// = != < <= > >=, the fields are listed below.
    #[arg(long, value_name = "CONDITIONS")]
    filter: Option<String>,
    /// The order: a field of those below, with `:desc` for the greatest first. Otherwise tables and JSON are in the
    /// order of beginnings, jsonl and csv in the order of ends.
    #[arg(long, value_name = "FIELD[:desc]", conflicts_with = "follow")]
    sort: Option<String>,
    /// Read on while the capture is being written, until Ctrl-C, and print each connection when it has ended; for
    /// jsonl, csv and the table, which then has a line a connection.
    #[arg(long)]
    follow: bool,
}

/// A format of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table as wide as the terminal.
    #[default]
    Table,
    /// One document; harness/schemas/flows.schema.json describes it.
    Json,
    /// One connection a line, as it ends: JSON as in the document, in bounded memory.
    Jsonl,
    /// One connection a row, as it ends, in bounded memory.
    Csv,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let filter = args.filter.as_deref().map(Filter::parse).transpose();
    let sort = args.sort.as_deref().map(Sort::parse).transpose();
    let choice = Choice {
        filter: filter.map_err(|error| Failure::Spec(Box::new(error)))?,
        sort: sort.map_err(|error| Failure::Spec(Box::new(error)))?,
    };
    if args.follow {
        return follow(args, &choice, output);
    }
    let lines = Lines::of(args.format).filter(|_| choice.sort.is_none());
    if let Some(lines) = lines {
        let mut capture = args.capture.open(Progress::beside_data(output))?;
        let listed = list_as_they_end(&mut capture, lines, Flush::WhenFull, &choice);
        told(&capture, listed, output)
    } else {
        let capture = args.capture.open(Progress::new(output))?;
        collect(capture, args.format, &choice, output)
    }
}

/// Prints the connection table of a capture, of all connections or of those with this port at an end.
pub(super) fn list(
    path: &Path,
    port: Option<NonZeroU16>,
    output: &Output,
) -> Result<Exit, Failure> {
    let filter = port.map(|port| Filter::parse(&format!("port={port}")));
    let choice = Choice {
        filter: filter
            .transpose()
            .map_err(|error| Failure::Spec(Box::new(error)))?,
        sort: None,
    };
    let capture = CaptureArg::from(path.to_owned()).open(Progress::new(output))?;
    collect(capture, Format::Table, &choice, output)
}

/// Which connections are told, and in which order.
struct Choice {
    filter: Option<Filter>,
    sort: Option<Sort>,
}

impl Choice {
    /// A connection's record, if it is to be told.
    fn record(&self, connection: &Connection) -> Option<ConnectionRecord> {
        let record = ConnectionRecord::new(connection);
        let is_chosen = self
            .filter
            .as_ref()
            .is_none_or(|filter| filter.admits(&record));
        is_chosen.then_some(record)
    }
}

/// A format that needs no more than the connection at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    Json,
    Csv,
    Summaries,
}

impl Lines {
    fn of(format: Format) -> Option<Self> {
        match format {
            Format::Jsonl => Some(Self::Json),
            Format::Csv => Some(Self::Csv),
            Format::Table | Format::Json => None,
        }
    }

    fn header(self) -> String {
        match self {
            Self::Csv => csv_header(),
            Self::Json | Self::Summaries => String::new(),
        }
    }

    fn line(self, connection: &ConnectionRecord) -> String {
        match self {
            Self::Json => connection_line(connection),
            Self::Csv => csv_row(connection),
            Self::Summaries => connection_summary(connection),
        }
    }
}

/// When lines leave the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flush {
    WhenFull,
    AtOnce,
}

fn follow(args: &Args, choice: &Choice, output: &Output) -> Result<Exit, Failure> {
    let lines = match args.format {
        Format::Json => {
            return Err(Failure::Usage(anyhow!(
                "--format json is one document, which ends with the capture: with --follow take jsonl"
            )));
        }
        Format::Table => Lines::Summaries,
        Format::Jsonl => Lines::Json,
        Format::Csv => Lines::Csv,
    };
    let mut capture = args.capture.follow(output)?;
    let listed = list_as_they_end(&mut capture, lines, Flush::AtOnce, choice);
    told(&capture, listed, output)
}

/// Prints each connection when it leaves the table.
fn list_as_they_end(
    capture: &mut Capture,
    lines: Lines,
    flush: Flush,
    choice: &Choice,
) -> ControlFlow<End> {
    let mut stream = DataStream::open();
    stream.write(lines.header().as_bytes())?;
    capture.each_connection(|connection| {
        if let Some(record) = choice.record(connection) {
            stream.write(lines.line(&record).as_bytes())?;
        }
        match flush {
            Flush::AtOnce => stream.flush(),
            Flush::WhenFull => ControlFlow::Continue(()),
        }
    })?;
    stream.flush()
}

/// What is left to say when the data was printed.
fn told(capture: &Capture, printed: ControlFlow<End>, output: &Output) -> Result<Exit, Failure> {
    capture.tell_damage(output);
    output::ended(printed)?;
    Ok(Exit::Passed)
}

/// Prints all connections once the capture was read.
fn collect(
    mut capture: Capture,
    format: Format,
    choice: &Choice,
    output: &Output,
) -> Result<Exit, Failure> {
    if format == Format::Table && choice.sort.is_none() {
        return collect_rows(capture, choice, output);
    }
    let mut records = Vec::new();
    let connections = gather(&mut capture, choice, |record| records.push(record));
    match choice.sort {
        Some(sort) => sort.apply(&mut records),
        None => records.sort_by_key(|record| record.connection),
    }
    let document = FlowsDocument {
        schema: FlowsDocument::SCHEMA,
        capture: capture.record(connections),
        connections: records,
    };
    told(&capture, print(&document, format, output), output)
}

/// The same for a table by number, which keeps no more of a connection than is drawn.
fn collect_rows(mut capture: Capture, choice: &Choice, output: &Output) -> Result<Exit, Failure> {
    let mut table = FlowsTable::default();
    let connections = gather(&mut capture, choice, |record| table.push(&record));
    table.order_by_number();
    let text = drawn(&table, &capture.record(connections), output);
    told(&capture, print_parts([text]), output)
}

/// Gives the records of all connections that were chosen, and how many there were in all.
fn gather(capture: &mut Capture, choice: &Choice, mut take: impl FnMut(ConnectionRecord)) -> u64 {
    let mut connections = 0;
    let _ = capture.each_connection(|connection| {
        connections += 1;
        if let Some(record) = choice.record(connection) {
            take(record);
        }
        ControlFlow::<()>::Continue(())
    });
    capture.end_progress();
    connections
}

fn print(document: &FlowsDocument, format: Format, output: &Output) -> ControlFlow<End> {
    let records = document.connections.iter();
    match format {
        Format::Table => {
            let mut table = FlowsTable::default();
            for record in records {
                table.push(record);
            }
            print_parts([drawn(&table, &document.capture, output)])
        }
        Format::Json => print_parts(flows_json(document)),
        Format::Jsonl => print_parts(records.map(connection_line)),
        Format::Csv => print_parts([csv_header()].into_iter().chain(records.map(csv_row))),
    }
}

fn print_parts(parts: impl IntoIterator<Item = String>) -> ControlFlow<End> {
    let mut stream = DataStream::open();
    for part in parts {
        stream.write(part.as_bytes())?;
    }
    stream.flush()
}

fn drawn(table: &FlowsTable, capture: &CaptureRecord, output: &Output) -> String {
    let page = output.page();
    capture_heading(capture, &page) + &table.drawn(&page)
}
