//! CSV (RFC 4180): a row a connection. Lists stand in one field, with spaces between; what is absent is empty.

use super::record::{ConnectionRecord, Moment, SideRecord};

/// The first row.
pub fn csv_header() -> String {
    let sides = ["initiator", "responder"].into_iter().flat_map(|side| {
        SIDE_COLUMNS
            .iter()
            .map(move |column| format!("{side}_{column}"))
    });
    let columns = CONNECTION_COLUMNS.iter().map(|&column| column.to_owned());
    line(&columns.chain(sides).collect::<Vec<_>>())
}

/// A connection's row.
pub fn csv_row(connection: &ConnectionRecord) -> String {
    let mut cells = connection_cells(connection).to_vec();
    cells.extend(side_cells(&connection.by_initiator));
    cells.extend(side_cells(&connection.by_responder));
    line(&cells)
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

fn connection_cells(c: &ConnectionRecord) -> [String; CONNECTION_COLUMNS.len()] {
    let vlan_ids: Vec<u64> = c.vlan_ids.iter().map(|&id| id.into()).collect();
    [
        c.connection.to_string(),
        c.initiator.clone(),
        c.responder.clone(),
        c.roles.name().to_owned(),
        list(&vlan_ids),
        c.frames.to_string(),
        c.first.frame.to_string(),
        c.first.time_ns.to_string(),
        c.last.frame.to_string(),
        c.last.time_ns.to_string(),
        c.duration_ns.to_string(),
        c.setup.kind.name().to_owned(),
        frame(c.setup.syn),
        frame(c.setup.syn_ack),
        frame(c.setup.ack),
        c.setup
            .rtt_ns
            .map_or_else(String::new, |rtt| rtt.to_string()),
        c.ending.name().to_owned(),
        c.reset_by.map_or("", |side| side.name()).to_owned(),
        c.closed_first.map_or("", |side| side.name()).to_owned(),
        c.half_close_bytes.to_string(),
        c.pushed_out.to_string(),
        c.completeness.value.to_string(),
        c.completeness.flags.clone(),
        c.conn_state.clone(),
        c.history.clone(),
        c.wireshark_filter.clone(),
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

fn side_cells(side: &SideRecord) -> [String; SIDE_COLUMNS.len()] {
    let rsts: Vec<u64> = side.rsts.iter().map(|rst| rst.frame).collect();
    let fin = side.fin;
    [
        side.segments.to_string(),
        side.sent_payload_bytes.to_string(),
        side.unique_bytes.to_string(),
        ranges(&side.ranges),
        side.missing_bytes.to_string(),
        ranges(&side.missing),
        side.retransmitted_bytes.to_string(),
        side.out_of_order_bytes.to_string(),
        side.unplaced_bytes.to_string(),
        side.conflicts.bytes.to_string(),
        side.capture_duplicates.frames.to_string(),
        side.capture_duplicates.bytes.to_string(),
        list(&side.syn_frames),
        list(&side.syn_ack_frames),
        list(&side.fin_frames),
        list(&rsts),
        frame(side.first_ack),
        frame(side.first_data),
        frame(side.last_data),
        fin.map_or_else(String::new, |fin| fin.frame.to_string()),
        frame(fin.and_then(|fin| fin.acknowledged)),
        side.zero_windows.to_string(),
        side.zero_window_probes.to_string(),
        side.keep_alives.to_string(),
        side.window_full.to_string(),
        side.rst_count.to_string(),
    ]
}

fn frame(moment: Option<Moment>) -> String {
    moment.map_or_else(String::new, |moment| moment.frame.to_string())
}

fn list(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    numbers.join(" ")
}

/// `0-10 20-30`, the ends not included.
fn ranges(ranges: &[[u64; 2]]) -> String {
    let ranges: Vec<String> = ranges
        .iter()
        .map(|[start, end]| format!("{start}-{end}"))
        .collect();
    ranges.join(" ")
}

fn line(cells: &[impl AsRef<[u8]>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(cells)
        .expect("memory takes every record");
    let bytes = writer.into_inner().expect("memory takes every record");
    String::from_utf8(bytes).expect("the cells are text")
}
