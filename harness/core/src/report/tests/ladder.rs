//! Connections written as segments, one a line, and their ladders.
//!
//! A line is `ms > flags seq ack [len | "text"] [win N] [id N]`: `>` from the initiator, flags as tcpdump writes them, numbers as
//! on the wire; `id` is the IPv4 identification.

use std::net::SocketAddr;

use insta::assert_snapshot;

use crate::diagnosis::findings;
use crate::flow::Milestone;
use crate::pcap::FrameNumber;
use crate::report::{Page, ladder};
use crate::story::{Scope, Story, Teller};
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

/// A handshake; the initiator's next number is 101, the responder's 901.
const SETUP: &str = "
    0.000 > S  100 -
    0.031 < S. 900 101
    0.044 > .  101 901
";

#[track_caller]
fn after_setup(trace: &str) -> String {
    drawn(&format!("{SETUP}{trace}"), 100)
}

#[test]
fn payload_sent_again() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 101 901 10
        1.500 > P. 101 901 10
        2.000 > P. 106 901 10
        2.100 < .  901 116
        "
    ));
}

#[test]
fn payload_out_of_order() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 111 901 10
        1.100 > P. 101 901 10
        1.200 < .  901 121
        "
    ));
}

#[test]
fn a_syn_sent_again() {
    assert_snapshot!(drawn(
        r"
        0.000    > S  100 -
        1000.000 > S  100 -
        1000.100 < S. 900 101
        1000.200 > .  101 901
        ",
        100
    ));
}

#[test]
fn bytes_acknowledged_that_were_never_captured() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 101 901 10
        1.100 < .  901 211
        1.200 > P. 211 901 10
        1.300 < .  901 221
        "
    ));
}

#[test]
fn another_content_for_the_same_bytes() {
    assert_snapshot!(after_setup(
        r#"
        1.000 > P. 101 901 "PAY 100\n"
        1.100 > P. 101 901 "PAY 900\n"
        1.200 < .  901 109
        "#
    ));
}

#[test]
fn a_window_that_closes_and_is_probed() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 101 901 500
        1.100 < .  901 601 win 0
        300.000 > P. 601 901 1
        300.100 < .  901 601 win 0
        400.000 < .  901 601
        400.100 > P. 601 901 100
        "
    ));
}

#[test]
fn a_window_filled_to_its_end() {
    assert_snapshot!(drawn(
        r"
        0.000 > S  100 - win 600
        0.100 < S. 900 101 win 600
        0.200 > .  101 901 win 600
        1.000 > P. 101 901 600
        1.100 < .  901 701 win 600
        ",
        100
    ));
}

#[test]
fn a_keep_alive() {
    assert_snapshot!(after_setup(
        r"
        1.000     > P. 101 901 10
        1.100     < .  901 111
        60000.000 > .  110 901
        60000.100 < .  901 111
        "
    ));
}

#[test]
fn a_frame_captured_twice() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 101 901 10 id 7
        1.001 > P. 101 901 10 id 7
        1.100 < .  901 111
        "
    ));
}

#[test]
fn an_rst_that_was_not_heeded() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 101 901 10
        1.100 < .  901 111
        2.000 < R  99999 -
        2.100 > P. 111 901 10
        2.200 < .  901 121
        "
    ));
}

#[test]
fn an_rst_after_the_close() {
    assert_snapshot!(after_setup(
        r"
        1.000 > P. 101 901 10
        1.100 < .  901 111
        2.000 > F. 111 901
        2.100 < F. 901 112
        2.200 > .  112 902
        2.300 < R  902 -
        "
    ));
}

#[test]
fn an_rst_after_its_senders_fin() {
    assert_snapshot!(after_setup(
        r"
        1.000 < F. 901 101
        1.100 > .  101 902
        1.200 > P. 101 902 10
        1.300 < R  902 -
        "
    ));
}

#[test]
fn payload_in_the_syn_that_was_taken_and_that_was_not() {
    let accepted = r#"
        0.000 > S  100 - "GET /\n"
        0.100 < S. 900 107
        0.200 > .  107 901
    "#;
    let refused = r#"
        0.000 > S  100 - "GET /\n"
        0.100 < S. 900 101
        0.200 > .  101 901
        0.300 > P. 101 901 "GET /\n"
    "#;
    assert_snapshot!([drawn(accepted, 100), drawn(refused, 100)].join("\n"));
}

#[test]
fn both_open_and_both_close_at_once() {
    assert_snapshot!(drawn(
        r"
        0.000 > S  100 -
        0.010 < S  900 -
        0.100 > S. 100 901
        0.110 < S. 900 101
        1.000 > P. 101 901 10
        1.100 < .  901 111
        2.000 > F. 111 901
        2.010 < F. 901 111
        2.100 > .  112 902
        2.110 < .  902 112
        ",
        100
    ));
}

#[test]
fn nobody_answers() {
    assert_snapshot!(drawn(
        "0.000 > S 100 -\n1000.000 > S 100 -\n3000.000 > S 100 -",
        100
    ));
}

#[test]
fn one_side_never_closes() {
    assert_snapshot!(after_setup(
        r"
        1.000 > F. 101 901
        1.100 < .  901 102
        1.200 < P. 901 102 10
        "
    ));
}

#[test]
fn of_a_very_long_connection_the_first_and_the_last_rows_are_drawn() {
    let turns: Vec<String> = (0..2_000)
        .flat_map(|n| {
            [
                format!("{n}.100 > P. {} {} 1", 101 + n, 901 + n),
                format!("{n}.200 < P. {} {} 1", 901 + n, 102 + n),
            ]
        })
        .collect();
    let scope = Scope {
        most_rows: 6,
        ..Scope::default()
    };
    let trace = format!("{SETUP}{}", turns.join("\n"));
    assert_snapshot!(drawn_in(scope, &trace, 100));
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
fn what_a_refused_syn_carried_is_said_to_be_refused() {
    let page = drawn("0.000 > S 100 - 60\n0.020 < R. 0 161", 100);
    assert!(
        page.contains("the SYN carried 60 bytes, which were refused with it"),
        "{page}"
    );
}

#[test]
fn what_came_after_an_rst_is_not_counted_as_unacknowledged_by_it() {
    let page = after_setup("1.000 > P. 101 901 5\n1.100 < R. 901 101\n1.200 > P. 106 901 90");
    assert!(
        page.contains("5 bytes from the initiator not acknowledged until then"),
        "{page}"
    );
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
    drawn_in(Scope::default(), trace, columns)
}

fn drawn_in(scope: Scope, trace: &str, columns: usize) -> String {
    let ladders: Vec<String> = told(scope, trace)
        .iter()
        .map(|story| ladder(story, &findings(story), &Page::plain(columns)))
        .collect();
    ladders.join("\n")
}

fn told(scope: Scope, trace: &str) -> Vec<Story> {
    let mut teller = Teller::new(scope);
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
    let option = |name| {
        let at = rest.iter().position(|word| *word == name)?;
        rest[at + 1].parse().ok()
    };
    let zeros = rest.first().and_then(|len| len.parse().ok()).unwrap_or(0);
    let bytes = match text.trim_end_matches('"') {
        "" => vec![0; zeros],
        text => text.replace("\\n", "\n").into_bytes(),
    };
    let segment = Segment {
        network: Network::default(),
        ip_id: option("id"),
        source,
        destination,
        seq: SeqNumber(seq.parse().unwrap()),
        ack: ack.parse().ok().map(SeqNumber),
        flags: Flags::from_letters(flags),
        window: option("win").unwrap_or(500),
        options: &[],
        payload_len: u32::try_from(bytes.len()).unwrap(),
        payload: &bytes,
    };
    let at = Milestone {
        frame,
        at: Timestamp::from_nanos(micros * 1000),
    };
    teller.push(at, &segment);
}
