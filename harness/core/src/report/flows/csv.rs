//! CSV (RFC 4180): a row a connection. Lists stand in one field, with spaces between; what is absent is empty.

use std::fmt::{self, Display, Write as _};
use std::io;

use crate::record::{ConnectionRecord, Moment, ResetRecord, SideRecord};

/// Rows on their way to a writer, under a row of headings.
#[derive(Debug)]
pub struct CsvTable<W: io::Write> {
    rows: csv::Writer<W>,
    /// The text of the cell at hand.
    cell: String,
}

impl<W: io::Write> CsvTable<W> {
    /// Writes the headings.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn new(writer: W) -> io::Result<Self> {
        let mut rows = csv::Writer::from_writer(writer);
        rows.write_record(headings()).map_err(as_io_error)?;
        let cell = String::new();
        Ok(Self { rows, cell })
    }

    /// Writes a connection's row, perhaps later.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn push(&mut self, connection: &ConnectionRecord) -> io::Result<()> {
        self.push_cells(&connection_cells(connection))?;
        self.push_cells(&side_cells(&connection.by_initiator))?;
        self.push_cells(&side_cells(&connection.by_responder))?;
        let end_of_row = None::<&[u8]>;
        self.rows.write_record(end_of_row).map_err(as_io_error)
    }

    fn push_cells(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            let text = cell.text(&mut self.cell);
            self.rows.write_field(text).map_err(as_io_error)?;
        }
        Ok(())
    }

    /// Writes all that was held back.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

/// The writer's own error, so that its kind is seen.
fn as_io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn headings() -> impl Iterator<Item = String> {
    let of_sides = ["initiator", "responder"].into_iter().flat_map(|side| {
        SIDE_COLUMNS
            .iter()
            .map(move |column| format!("{side}_{column}"))
    });
    let of_connection = CONNECTION_COLUMNS.iter().map(|&column| column.to_owned());
    of_connection.chain(of_sides)
}

const CONNECTION_COLUMNS: [&str; 26] = [
    "connection",
    "initiator",
    "responder",
    "roles",
    "vlan_ids",
    "frames",
    "first_frame",
    "first_time_ns",
    "last_frame",
    "last_time_ns",
    "duration_ns",
    "setup",
    "syn_frame",
    "syn_ack_frame",
    "ack_frame",
    "rtt_ns",
    "ending",
    "reset_by",
    "closed_first",
    "half_close_bytes",
    "pushed_out",
    "completeness",
    "completeness_flags",
    "conn_state",
    "history",
    "wireshark_filter",
];

fn connection_cells(c: &ConnectionRecord) -> [Cell<'_>; CONNECTION_COLUMNS.len()] {
    [
        Cell::Number(c.connection.into()),
        Cell::Text(&c.initiator),
        Cell::Text(&c.responder),
        Cell::Text(c.roles.name()),
        Cell::Vlans(&c.vlan_ids),
        Cell::Number(c.frames),
        Cell::Number(c.first.frame),
        Cell::Number(c.first.time_ns),
        Cell::Number(c.last.frame),
        Cell::Number(c.last.time_ns),
        Cell::Number(c.duration_ns),
        Cell::Text(c.setup.kind.name()),
        frame(c.setup.syn),
        frame(c.setup.syn_ack),
        frame(c.setup.ack),
        Cell::Maybe(c.setup.rtt_ns),
        Cell::Text(c.ending.name()),
        Cell::Text(c.reset_by.map_or("", |side| side.name())),
        Cell::Text(c.closed_first.map_or("", |side| side.name())),
        Cell::Number(c.half_close_bytes),
        Cell::Text(if c.pushed_out { "true" } else { "false" }),
        Cell::Number(c.completeness.value.into()),
        Cell::Text(&c.completeness.flags),
        Cell::Text(&c.conn_state),
        Cell::Text(&c.history),
        Cell::Text(&c.wireshark_filter),
    ]
}

const SIDE_COLUMNS: [&str; 26] = [
    "segments",
    "sent_payload_bytes",
    "unique_bytes",
    "ranges",
    "missing_bytes",
    "missing",
    "retransmitted_bytes",
    "out_of_order_bytes",
    "unplaced_bytes",
    "conflicting_bytes",
    "duplicate_frames",
    "duplicate_bytes",
    "syn_frames",
    "syn_ack_frames",
    "fin_frames",
    "rst_frames",
    "first_ack_frame",
    "first_data_frame",
    "last_data_frame",
    "fin_frame",
    "fin_acknowledged_frame",
    "zero_windows",
    "zero_window_probes",
    "keep_alives",
    "window_full",
    "rst_count",
];

fn side_cells(side: &SideRecord) -> [Cell<'_>; SIDE_COLUMNS.len()] {
    let fin = side.fin;
    [
        Cell::Number(side.segments),
        Cell::Number(side.sent_payload_bytes),
        Cell::Number(side.unique_bytes),
        Cell::Ranges(&side.ranges),
        Cell::Number(side.missing_bytes),
        Cell::Ranges(&side.missing),
        Cell::Number(side.retransmitted_bytes),
        Cell::Number(side.out_of_order_bytes),
        Cell::Number(side.unplaced_bytes),
        Cell::Number(side.conflicts.bytes),
        Cell::Number(side.capture_duplicates.frames),
        Cell::Number(side.capture_duplicates.bytes),
        Cell::Frames(&side.syn_frames),
        Cell::Frames(&side.syn_ack_frames),
        Cell::Frames(&side.fin_frames),
        Cell::Resets(&side.rsts),
        frame(side.first_ack),
        frame(side.first_data),
        frame(side.last_data),
        Cell::Maybe(fin.map(|fin| fin.frame)),
        frame(fin.and_then(|fin| fin.acknowledged)),
        Cell::Number(side.zero_windows),
        Cell::Number(side.zero_window_probes),
        Cell::Number(side.keep_alives),
        Cell::Number(side.window_full),
        Cell::Number(side.rst_count),
    ]
}

fn frame<'a>(moment: Option<Moment>) -> Cell<'a> {
    Cell::Maybe(moment.map(|moment| moment.frame))
}

/// What stands in one field.
enum Cell<'a> {
    Number(u64),
    Maybe(Option<u64>),
    Text(&'a str),
    Vlans(&'a [u16]),
    Frames(&'a [u64]),
    Resets(&'a [ResetRecord]),
    /// `0-10 20-30`, the ends not included.
    Ranges(&'a [[u64; 2]]),
}

impl<'a> Cell<'a> {
    /// Its text, made in `buffer` if need be.
    fn text(&self, buffer: &'a mut String) -> &'a str {
        buffer.clear();
        match *self {
            Self::Number(number) => join(buffer, [number]),
            Self::Maybe(number) => join(buffer, number),
            Self::Text(text) => return text,
            Self::Vlans(ids) => join(buffer, ids),
            Self::Frames(frames) => join(buffer, frames),
            Self::Resets(rsts) => join(buffer, rsts.iter().map(|rst| rst.frame)),
            Self::Ranges(ranges) => {
                let shown =
                    |[start, end]: &'a [u64; 2]| fmt::from_fn(move |f| write!(f, "{start}-{end}"));
                join(buffer, ranges.iter().map(shown));
            }
        }
        buffer
    }
}

/// Appends what is listed, with spaces between.
fn join(buffer: &mut String, items: impl IntoIterator<Item = impl Display>) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            buffer.push(' ');
        }
        write!(buffer, "{item}").expect("memory takes every text");
    }
}
