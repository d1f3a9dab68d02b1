//! Connections written as segments, one a line, and their ladders.
//!
//! A line is `ms > flags seq ack [len | "text"] [win 0]`: `>` from the initiator, flags as tcpdump writes them, numbers as
//! on the wire.

use std::net::SocketAddr;

use insta::assert_snapshot;

use crate::flow::Milestone;
use crate::pcap::FrameNumber;
use crate::report::{Page, ladder};
use crate::story::{Story, Teller};
use crate::time::Timestamp;
use crate::wire::{Flags, Network, Segment, SeqNumber};

#[test]
fn a_connection_from_syn_to_fin() {
    assert_snapshot!(drawn(LIFE, 100));
}

#[test]
fn a_narrow_page_cuts_labels_and_wraps_notes() {
    assert_snapshot!(drawn(LIFE, 80));
}

#[test]
fn what_is_odd_is_named() {
    assert_snapshot!(drawn(
        r"
        0.000 > S  100 -
        1.000 > S  100 -
        1.031 < S. 900 101
        1.040 > .  101 901
        2.000 > P. 101 901 10
        2.500 > P. 101 901 10
        3.000 > P. 121 901 10
        3.100 > P. 111 901 10
        3.200 < .  901 131 win 0
        3.300 > .  130 901 1
        4.000 < R. 901 131
        ",
        100
    ));
}

#[test]
fn a_long_transfer_is_one_row() {
    let transfer: Vec<String> = (0..40)
        .map(|n| format!("{}.000 > P. {} 901 1000\n", 2 + n, 101 + n * 1000))
        .collect();
    let transfer = transfer.concat();
    let trace = format!(
        "0.000 > S 100 -\n0.010 < S. 900 101\n0.020 > . 101 901\n{transfer}50.000 < P. 901 40101 4"
    );
    assert_snapshot!(drawn(&trace, 100));
}

#[test]
fn a_refused_connection() {
    assert_snapshot!(drawn("0.000 > S 100 -\n0.020 < R. 0 101", 100));
}

#[test]
fn a_capture_that_begins_in_mid_stream() {
    assert_snapshot!(drawn(
        "0.000 > P. 5000 7000 10\n0.020 < P. 7000 5010 20\n1.000 < R 7020 -",
        100
    ));
}

const LIFE: &str = r#"
    0.000 > S  100 -
    0.031 < S. 900 101
    0.044 > .  101 901
    0.310 > P. 101 901 "LIST\n"
    0.350 < .  901 106
    0.902 < P. 901 106 "Files on the server: notes.txt, report.pdf"
    0.950 > .  106 943
    1.400 > P. 106 943 "QUIT\n"
    1.431 < F. 943 111
    1.440 > F. 111 944
    1.450 < .  944 112
"#;

fn drawn(trace: &str, columns: usize) -> String {
    let ladders: Vec<String> = told(trace)
        .iter()
        .map(|story| ladder(story, &[], &Page::plain(columns)))
        .collect();
    ladders.join("\n")
}

fn told(trace: &str) -> Vec<Story> {
    let mut teller = Teller::default();
    let lines = trace.lines().map(str::trim).filter(|line| !line.is_empty());
    for (line, number) in lines.zip(1..) {
        push(&mut teller, line, FrameNumber(number));
    }
    teller.finish()
}

fn push(teller: &mut Teller, line: &str, frame: FrameNumber) {
    let (head, text) = line.split_once('"').unwrap_or((line, ""));
    let mut words = head.split_whitespace();
    let [at, way, flags, seq, ack] = std::array::from_fn(|_| words.next().unwrap());
    let rest: Vec<&str> = words.collect();
    let (millis, micros) = at.split_once('.').unwrap();
    let micros: u64 = format!("{millis}{micros}").parse().unwrap();
    let [initiator, responder]: [SocketAddr; 2] =
        ["127.0.0.1:51702", "127.0.0.1:5001"].map(|address| address.parse().unwrap());
    let (source, destination) = if way == ">" {
        (initiator, responder)
    } else {
        (responder, initiator)
    };
    let window = if rest == ["win", "0"] { 0 } else { 500 };
    let zeros = rest.first().and_then(|len| len.parse().ok()).unwrap_or(0);
    let bytes = match text.trim_end_matches('"') {
        "" => vec![0; zeros],
        text => text.replace("\\n", "\n").into_bytes(),
    };
    let segment = Segment {
        network: Network::default(),
        ip_id: None,
        source,
        destination,
        seq: SeqNumber(seq.parse().unwrap()),
        ack: ack.parse().ok().map(SeqNumber),
        flags: Flags::from_letters(flags),
        window,
        options: &[],
        payload_len: u32::try_from(bytes.len()).unwrap(),
        payload: &bytes,
    };
    let at = Milestone {
        frame,
        at: Timestamp::from_nanos(micros * 1000),
    };
    teller.push_segment(at, &segment);
}
