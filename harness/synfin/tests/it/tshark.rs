//! Wireshark's own reader as an oracle: it must see in every capture what we see.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

use synfin_core::flow::{FlowTable, HalfConnection, Milestone};
use synfin_core::pcap::Reader;
use synfin_core::wire::{Packet, Segment, parse};

use crate::support::{has, run};

/// What both readers are asked about each TCP frame: who sent it to whom, its flags and its payload's length.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    frame: u64,
    from: u16,
    to: u16,
    syn: bool,
    fin: bool,
    rst: bool,
    payload_bytes: u32,
}

/// A connection: the ports of its two ends, and the payload bytes that each sent, counted once.
type Totals = (u16, u16, u64, u64);

#[test]
fn tshark_agrees_on_every_capture_of_a_run() {
    if !has("tshark", "--version", "tshark") {
        return;
    }
    let run = run(std::iter::empty::<&str>());
    let pcaps = run.pcaps();
    assert!(pcaps.len() >= 4, "{pcaps:?}");
    for pcap in &pcaps {
        let (ours, connections) = read(pcap);
        let (theirs, streams) = tshark(pcap);
        assert_eq!(ours, theirs, "{}", pcap.display());
        assert_eq!(connections, streams, "{}", pcap.display());
    }
}

/// Our rows and connections.
fn read(pcap: &Path) -> (Vec<Row>, Vec<Totals>) {
    let mut reader = Reader::new(BufReader::new(File::open(pcap).unwrap())).unwrap();
    let (mut rows, mut flow) = (Vec::new(), FlowTable::default());
    while let Some(frame) = reader.next_frame() {
        if let Packet::Tcp(segment) = parse(frame.link_type, frame.original_len, frame.data) {
            flow.push(
                Milestone {
                    frame: frame.number,
                    at: frame.timestamp,
                },
                &segment,
            );
            rows.push(row(frame.number.0, &segment));
        }
    }
    let connections = flow.finish().into_iter().map(|it| {
        let bytes = [&it.by_initiator, &it.by_responder].map(HalfConnection::payload_bytes);
        (it.initiator.port(), it.responder.port(), bytes[0], bytes[1])
    });
    (rows, connections.collect())
}

fn row(frame: u64, segment: &Segment<'_>) -> Row {
    Row {
        frame,
        from: segment.source.port(),
        to: segment.destination.port(),
        syn: segment.flags.is_syn(),
        fin: segment.flags.is_fin(),
        rst: segment.flags.is_rst(),
        payload_bytes: segment.payload_len,
    }
}

/// The same from tshark, in two passes.
fn tshark(pcap: &Path) -> (Vec<Row>, Vec<Totals>) {
    let fields = [
        "frame.number",
        "tcp.srcport",
        "tcp.dstport",
        "tcp.flags",
        "tcp.len",
        "tcp.stream",
        "tcp.seq",
    ];
    let output = Command::new("tshark")
        .args(["-2", "-n", "-T", "fields", "-E", "separator=,", "-Y", "tcp"])
        .args(fields.iter().flat_map(|field| ["-e", field]))
        .arg("-r")
        .arg(pcap)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut streams: BTreeMap<u64, Stream> = BTreeMap::new();
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().map(|line| {
        let values: Vec<u64> = line.split(',').map(number).collect();
        let [frame, from, to, flags, len, stream, seq] = values[..] else {
            panic!("{line}")
        };
        let (from, to) = (u16::try_from(from).unwrap(), u16::try_from(to).unwrap());
        streams
            .entry(stream)
            .or_insert_with(|| Stream::new(from, to))
            .add(from, seq..seq + len);
        let flag = |bit: u64| flags & bit != 0;
        let payload_bytes = u32::try_from(len).unwrap();
        Row {
            frame,
            from,
            to,
            fin: flag(1),
            syn: flag(2),
            rst: flag(4),
            payload_bytes,
        }
    });
    let rows = rows.collect();
    (rows, streams.into_values().map(Stream::totals).collect())
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16).unwrap(),
        None => text.parse().unwrap(),
    }
}

/// One of tshark's streams: its first sender's port, the other's, and which bytes each sent.
struct Stream {
    ports: [u16; 2],
    ranges: [Vec<std::ops::Range<u64>>; 2],
}

impl Stream {
    fn new(from: u16, to: u16) -> Self {
        Self {
            ports: [from, to],
            ranges: [Vec::new(), Vec::new()],
        }
    }

    fn add(&mut self, from: u16, range: std::ops::Range<u64>) {
        self.ranges[usize::from(from != self.ports[0])].push(range);
    }

    fn totals(self) -> Totals {
        let [by_first, by_second] = self.ranges.map(union_bytes);
        (self.ports[0], self.ports[1], by_first, by_second)
    }
}

fn union_bytes(mut ranges: Vec<std::ops::Range<u64>>) -> u64 {
    ranges.sort_by_key(|range| range.start);
    let (mut total, mut end) = (0, 0);
    for range in ranges {
        total += range.end.saturating_sub(range.start.max(end));
        end = end.max(range.end);
    }
    total
}
