//! `synfin flows CAPTURE`: the connections of any capture.

use std::io::{self, Write};
use std::num::NonZeroU16;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::anyhow;
use synfin_core::flow::Connection;
use synfin_core::report::{
    CaptureRecord, ConnectionRecord, CsvTable, FIELDS_HELP, Filter, FlowsDocument, FlowsTable,
    Sort, capture_heading, connection_summary, write_connection_line, write_flows_json,
};

use super::capture::{Capture, CaptureArg};
use super::exit::{Exit, Failure};
use super::output::{self, End, Output, Stdout, going_on};
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
    let lines = LineFormat::of(args.format).filter(|_| choice.sort.is_none());
    if let Some(format) = lines {
        let mut capture = args.capture.open(Progress::beside_data(output))?;
        let listed = list_as_they_end(&mut capture, format, Flush::WhenFull, &choice);
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
enum LineFormat {
    Json,
    Csv,
    Summaries,
}

impl LineFormat {
    fn of(format: Format) -> Option<Self> {
        match format {
            Format::Jsonl => Some(Self::Json),
            Format::Csv => Some(Self::Csv),
            Format::Table | Format::Json => None,
        }
    }
}

/// Connections in such a format, on their way to standard output.
enum Lines {
    Json(Stdout),
    Csv(Box<CsvTable<Stdout>>),
    Summaries(Stdout),
}

impl Lines {
    fn begin(format: LineFormat) -> io::Result<Self> {
        let stdout = output::stdout();
        Ok(match format {
            LineFormat::Json => Self::Json(stdout),
            LineFormat::Csv => Self::Csv(Box::new(CsvTable::new(stdout)?)),
            LineFormat::Summaries => Self::Summaries(stdout),
        })
    }

    fn write(&mut self, connection: &ConnectionRecord) -> io::Result<()> {
        match self {
            Self::Json(stdout) => write_connection_line(connection, stdout),
            Self::Csv(table) => table.push(connection),
            Self::Summaries(stdout) => stdout.write_all(connection_summary(connection).as_bytes()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Json(stdout) | Self::Summaries(stdout) => stdout.flush(),
            Self::Csv(table) => table.flush(),
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
    let format = match args.format {
        Format::Json => {
            return Err(Failure::Usage(anyhow!(
                "--format json is one document, which ends with the capture: with --follow take jsonl"
            )));
        }
        Format::Table => LineFormat::Summaries,
        Format::Jsonl => LineFormat::Json,
        Format::Csv => LineFormat::Csv,
    };
    let mut capture = args.capture.follow(output)?;
    let listed = list_as_they_end(&mut capture, format, Flush::AtOnce, choice);
    told(&capture, listed, output)
}

/// Prints each connection when it leaves the table.
fn list_as_they_end(
    capture: &mut Capture,
    format: LineFormat,
    flush: Flush,
    choice: &Choice,
) -> ControlFlow<End> {
    let mut lines = match Lines::begin(format) {
        Ok(lines) => lines,
        Err(error) => return going_on(Err(error)),
    };
    capture.each_connection(|connection| {
        if let Some(record) = choice.record(connection) {
            going_on(lines.write(&record))?;
        }
        match flush {
            Flush::AtOnce => going_on(lines.flush()),
            Flush::WhenFull => ControlFlow::Continue(()),
        }
    })?;
    going_on(lines.flush())
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
    told(&capture, going_on(print(&document, format, output)), output)
}

/// The same for a table by number, which keeps no more of a connection than is drawn.
fn collect_rows(mut capture: Capture, choice: &Choice, output: &Output) -> Result<Exit, Failure> {
    let mut table = FlowsTable::default();
    let connections = gather(&mut capture, choice, |record| table.push(&record));
    table.order_by_number();
    let printed = print_table(&table, &capture.record(connections), output);
    told(&capture, going_on(printed), output)
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

fn print(document: &FlowsDocument, format: Format, output: &Output) -> io::Result<()> {
    match format {
        Format::Table => {
            let mut table = FlowsTable::default();
            document
                .connections
                .iter()
                .for_each(|record| table.push(record));
            print_table(&table, &document.capture, output)
        }
        Format::Json => {
            let mut stdout = output::stdout();
            write_flows_json(document, &mut stdout)?;
            stdout.flush()
        }
        Format::Jsonl => print_lines(&document.connections, LineFormat::Json),
        Format::Csv => print_lines(&document.connections, LineFormat::Csv),
    }
}

fn print_lines(records: &[ConnectionRecord], format: LineFormat) -> io::Result<()> {
    let mut lines = Lines::begin(format)?;
    records.iter().try_for_each(|record| lines.write(record))?;
    lines.flush()
}

fn print_table(table: &FlowsTable, capture: &CaptureRecord, output: &Output) -> io::Result<()> {
    let page = output.page();
    let mut stdout = output::stdout();
    stdout.write_all(capture_heading(capture, &page).as_bytes())?;
    table.write(&page, &mut stdout)?;
    stdout.flush()
}
