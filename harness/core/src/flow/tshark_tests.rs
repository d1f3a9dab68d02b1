//! Scripts as captures, read by us and by tshark in two passes: both see the same connections.
//!
//! Without tshark the test fails; `SYNFIN_TESTS_WITHOUT=tshark` leaves it out and says so.
#![expect(clippy::disallowed_methods, reason = "tshark is another program")]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;

use etherparse::PacketBuilder;

use super::script::{SERVER_PORT, segments};
use super::{Connection, FlowTable, Milestone};
use crate::pcap::{FrameNumber, LinkType, Writer};
use crate::time::Timestamp;
use crate::wire::Segment;

/// Names of tools that tests do without, separated by commas.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

/// Scripts on which tshark is right; where it is not, the other tests say what is.
const SCRIPTS: [&str; 9] = [
    // An exchange, closed by the client.
    "> S 1000
     < S. 5000 ack 1001
     > . 1001 ack 5001
     > P. 1001(10) ack 5001
     < P. 5001(2000) ack 1011
     > F. 1011 ack 7001
     < F. 7001 ack 1012
     > . 1012 ack 7002",
    // FINs that cross, one of them with data.
    "> S 1000
     < S. 5000 ack 1001
     > . 1001 ack 5001
     > FP. 1001(4) ack 5001
     < F. 5001 ack 1001
     > . 1006 ack 5002
     < . 5002 ack 1006",
    // Refused.
    "> S 1000
     < R. 0 ack 1001",
    // Never answered.
    "> S 1000
     > S 1000",
    // Reset with unread data, after a half-close.
    "> S 1000
     < S. 5000 ack 1001
     > . 1001 ack 5001
     > P. 1001(40) ack 5001
     < F. 5001 ack 1001
     < R. 5002 ack 1001",
    // An RST that came after the close.
    "> S 1000
     < S. 5000 ack 1001
     > . 1001 ack 5001
     > F. 1001 ack 5001
     < F. 5001 ack 1002
     > . 1002 ack 5002
     < R 5002",
    // The same ports twice.
    "> S 1000
     < S. 5000 ack 1001
     > . 1001 ack 5001
     > F. 1001 ack 5001
     < F. 5001 ack 1002
     > . 1002 ack 5002
     > S 90000
     < S. 70000 ack 90001
     > P. 90001(3) ack 70001",
    // Sequence numbers that wrap.
    "> S 4294967290
     < S. 4294967295 ack 4294967291
     > P. 4294967291(10) ack 0
     < P. 0(7) ack 5
     > F. 5 ack 7",
    // From mid-stream on.
    "> P. 1001(5) ack 5001
     < P. 5001(9) ack 1006
     > . 1006 ack 5010",
];

#[test]
fn tshark_sees_the_same_connections() {
    if is_left_out() {
        return;
    }
    let segments = all_segments();
    let mut table = FlowTable::default();
    for (at, segment) in &segments {
        table.push(*at, segment);
    }
    let ours: Vec<Seen> = table.connections().map(ours).collect();
    assert_eq!(ours, tsharks(&segments));
}

/// The scripts one after the other, each from a port of its own.
fn all_segments() -> Vec<(Milestone, Segment<'static>)> {
    let mut all = Vec::new();
    for (port, script) in (40_001..).zip(SCRIPTS) {
        for (_, mut segment) in segments(script) {
            if segment.destination.port() == SERVER_PORT {
                segment.source.set_port(port);
            } else {
                segment.destination.set_port(port);
            }
            let number = all.len() as u64 + 1;
            let at = Milestone {
                frame: FrameNumber(number),
                at: Timestamp::from_nanos(number * 1_000_000),
            };
            all.push((at, segment));
        }
    }
    all
}

/// Whether the environment says to do without tshark. Says so on standard error itself: the test runner keeps what the
/// printing macros print.
fn is_left_out() -> bool {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    let is_left_out = without.split(',').any(|tool| tool == "tshark");
    if is_left_out {
        let line = format!("LEFT OUT, because {WITHOUT} names tshark\n");
        let told = std::io::stderr().lock().write_all(line.as_bytes());
        told.expect("standard error can be written");
    }
    is_left_out
}

/// What both tell of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Which script it is of: the client's port.
    client_port: u16,
    completeness: u8,
    syn: Vec<u64>,
    syn_ack: Vec<u64>,
    fin: Vec<u64>,
    rst: Vec<u64>,
    payload_bytes: u64,
}

fn ours(connection: &Connection) -> Seen {
    let halves = [&connection.by_initiator, &connection.by_responder];
    let numbers = |milestones: Vec<Milestone>| -> Vec<u64> {
        let mut numbers: Vec<u64> = milestones
            .iter()
            .map(|milestone| milestone.frame.0)
            .collect();
        numbers.sort_unstable();
        numbers
    };
    let ports = [connection.initiator.port(), connection.responder.port()];
    Seen {
        client_port: ports[0].max(ports[1]),
        completeness: connection.completeness(),
        syn: numbers(connection.setup.syn.into_iter().collect()),
        syn_ack: numbers(connection.setup.syn_ack.into_iter().collect()),
        fin: numbers(
            halves
                .iter()
                .filter_map(|half| Some(half.fin?.sent))
                .collect(),
        ),
        rst: numbers(
            halves
                .iter()
                .flat_map(|half| half.resets.iter().map(|reset| reset.sent))
                .collect(),
        ),
        payload_bytes: halves.iter().map(|half| half.payload_bytes()).sum(),
    }
}

/// tshark's reading, one for each of its streams; of SYNs the first of a stream.
fn tsharks(segments: &[(Milestone, Segment<'_>)]) -> Vec<Seen> {
    let mut streams = BTreeMap::<u64, Seen>::new();
    for line in run_tshark(&capture(segments)).lines() {
        let row: Vec<u64> = line
            .split('\t')
            .map(|field| field.parse().expect("a number"))
            .collect();
        let [
            frame,
            stream,
            from,
            to,
            completeness,
            syn,
            ack,
            fin,
            rst,
            len,
        ] = row[..]
        else {
            panic!("tshark printed {line:?}");
        };
        let seen = streams.entry(stream).or_default();
        seen.client_port = u16::try_from(from.max(to)).expect("a port");
        seen.completeness = u8::try_from(completeness).expect("a sum of six bits");
        match (syn, ack) {
            (1, 0) if seen.syn.is_empty() => seen.syn.push(frame),
            (1, 1) => seen.syn_ack.push(frame),
            _ => {}
        }
        seen.fin.extend((fin == 1).then_some(frame));
        seen.rst.extend((rst == 1).then_some(frame));
        seen.payload_bytes += len;
    }
    streams.into_values().collect()
}

/// A line a frame: the fields that `tsharks` reads.
fn run_tshark(capture: &[u8]) -> String {
    const FIELDS: [&str; 10] = [
        "frame.number",
        "tcp.stream",
        "tcp.srcport",
        "tcp.dstport",
        "tcp.completeness",
        "tcp.flags.syn",
        "tcp.flags.ack",
        "tcp.flags.fin",
        "tcp.flags.reset",
        "tcp.len",
    ];
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(capture)
        .expect("a temporary file can be written");
    let output = Command::new("tshark")
        .args(["-n", "-2", "-T", "fields", "-r"])
        .arg(file.path())
        .args(FIELDS.iter().flat_map(|field| ["-e", field]))
        .output()
        .expect("tshark is missing: apt-get install tshark, or do without it: SYNFIN_TESTS_WITHOUT=tshark");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("numbers are ASCII");
    // Newer versions print flags as words.
    text.replace("True", "1").replace("False", "0")
}

fn capture(segments: &[(Milestone, Segment<'_>)]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), LinkType::Ethernet).expect("a vector takes it all");
    for (at, segment) in segments {
        let frame = frame(segment);
        let len = u32::try_from(frame.len()).expect("a frame is short");
        writer
            .write(at.at, len, &frame)
            .expect("a vector takes it all");
    }
    writer.finish().expect("a vector takes it all")
}

fn frame(segment: &Segment<'_>) -> Vec<u8> {
    let octets = |address: std::net::SocketAddr| match address.ip() {
        std::net::IpAddr::V4(ip) => ip.octets(),
        std::net::IpAddr::V6(_) => panic!("scripts are of IPv4"),
    };
    let mut tcp = PacketBuilder::ethernet2([2; 6], [4; 6])
        .ipv4(octets(segment.source), octets(segment.destination), 64)
        .tcp(
            segment.source.port(),
            segment.destination.port(),
            segment.seq.0,
            segment.window,
        );
    if segment.flags.is_syn() {
        tcp = tcp.syn();
    }
    if segment.flags.is_fin() {
        tcp = tcp.fin();
    }
    if segment.flags.is_rst() {
        tcp = tcp.rst();
    }
    if let Some(ack) = segment.ack {
        tcp = tcp.ack(ack.0);
    }
    let mut frame = Vec::new();
    tcp.write(&mut frame, segment.payload)
        .expect("a vector takes it all");
    frame
}
