//! The cases on which tools that read TCP differ, one test each. `docs/edge-cases.md` says what the others make of them.

use std::ops::Range;

use super::script::{connections, segments};
use super::{
    Connection, Ending, FlowTable, HalfConnection, Milestone, ResetEffect, Roles, SetupKind, Side,
};
use crate::wire::Segment;

/// What one side sent: bytes, each once; bytes sent again; bytes that filled a hole.
type Sent = (u64, u64, u64);

fn sent(half: &HalfConnection) -> Sent {
    (
        half.payload_bytes(),
        half.retransmitted_bytes,
        half.out_of_order_bytes,
    )
}

/// A script that goes on after a handshake, with 1000 and 5000 for initial sequence numbers.
fn established(script: &str) -> String {
    format!("> S 1000\n< S. 5000 ack 1001\n> . 1001 ack 5001\n{script}")
}

/// The only connection of a script.
#[track_caller]
fn only(script: &str) -> Connection {
    one_of(connections(script))
}

#[track_caller]
fn one_of(connections: Vec<Connection>) -> Connection {
    let [connection] = <[Connection; 1]>::try_from(connections).expect("one connection");
    connection
}

/// The connections of segments that a script cannot tell.
fn read(segments: Vec<(Milestone, Segment<'_>)>) -> Vec<Connection> {
    let mut table = FlowTable::default();
    for (at, segment) in segments {
        table.push(at, &segment);
    }
    table.finish()
}

/// The effects of a side's RSTs, with their frames.
fn resets(half: &HalfConnection) -> Vec<(u64, ResetEffect)> {
    let resets = half.resets.iter();
    resets
        .map(|reset| (reset.sent.frame.0, reset.effect))
        .collect()
}

fn frame(milestone: Option<Milestone>) -> Option<u64> {
    milestone.map(|milestone| milestone.frame.0)
}

/// The frames of a side's FIN and of its acknowledgment.
fn fin(half: &HalfConnection) -> (Option<u64>, Option<u64>) {
    let fin = half.fin;
    (
        frame(fin.map(|fin| fin.sent)),
        frame(fin.and_then(|fin| fin.acknowledged)),
    )
}

/// The frames of SYN, SYN-ACK and the acknowledgment that completes the handshake.
fn setup(connection: &Connection) -> [Option<u64>; 3] {
    let setup = &connection.setup;
    [setup.syn, setup.syn_ack, setup.ack].map(frame)
}

const ORDERLY: Ending = Ending::Orderly {
    first: Side::Initiator,
};

/// An orderly close of a connection on which nothing was sent.
const CLOSE: &str = "> F. 1001 ack 5001\n< F. 5001 ack 1002\n> . 1002 ack 5002\n";

// --- sequence numbers and payload ---

#[test]
fn both_sequence_numbers_wrap() {
    let connection = only(
        "> S 4294967000
         < S. 4294967290 ack 4294967001
         > . 4294967001 ack 4294967291
         > P. 4294967001(1000) ack 4294967291
         < P. 4294967291(40) ack 705
         > F. 705 ack 35
         < F. 35 ack 706
         > . 706 ack 36",
    );
    assert_eq!(sent(&connection.by_initiator), (1000, 0, 0));
    assert_eq!(sent(&connection.by_responder), (40, 0, 0));
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn a_stream_that_stands_at_number_zero_is_read_on() {
    let connection = only(
        "> S 4294967195
         < S. 5000 ack 4294967196
         > . 4294967196 ack 5001
         > P. 4294967196(100) ack 5001
         < . 5001 ack 0
         > P. 100(50) ack 5001
         > P. 0(100) ack 5001
         > P. 0(100) ack 5001",
    );
    assert_eq!(sent(&connection.by_initiator), (250, 100, 100));
}

#[test]
fn other_content_in_the_same_place_is_a_conflict_and_the_first_copy_counts() {
    let script = established("> P. 1001(100) ack 5001\n> P. 1051(100) ack 5001");
    let mut segments = segments(&script);
    segments[4].1.payload = &[b'y'; 100];
    let connection = one_of(read(segments));
    let half = &connection.by_initiator;
    let conflict = half.conflicts.first.expect("a conflict");
    assert_eq!(sent(half), (150, 50, 0));
    assert_eq!(half.conflicts.bytes, 50);
    assert_eq!((conflict.offset, conflict.other.0), (50, 5));
}

#[test]
fn the_same_content_again_is_no_conflict() {
    let connection = only(&established(
        "> P. 1001(100) ack 5001\n> P. 1051(100) ack 5001",
    ));
    let conflicts = &connection.by_initiator.conflicts;
    assert_eq!((conflicts.bytes, conflicts.uncompared_bytes), (0, 0));
}

#[test]
fn a_retransmission_that_goes_further_counts_each_byte_once() {
    let connection = only(&established(
        "> P. 1001(100) ack 5001\n> P. 1001(150) ack 5001\n< . 5001 ack 1151",
    ));
    let half = &connection.by_initiator;
    assert_eq!((sent(half), half.missing()), ((150, 100, 0), vec![]));
}

#[test]
fn segments_out_of_order_are_no_retransmission() {
    let connection = only(&established(
        "> P. 1101(100) ack 5001\n> P. 1001(100) ack 5001\n< . 5001 ack 1201",
    ));
    assert_eq!(sent(&connection.by_initiator), (200, 0, 100));
}

#[test]
fn payload_that_was_acknowledged_and_comes_again_is_a_retransmission() {
    let connection = only(&established(
        "> P. 1001(100) ack 5001\n< . 5001 ack 1101\n> P. 1001(100) ack 5001",
    ));
    assert_eq!(sent(&connection.by_initiator), (100, 100, 0));
}

#[test]
fn a_hole_that_the_peer_acknowledged_is_missing_from_the_capture() {
    let script = "> P. 1001(100) ack 5001\n> P. 1201(100) ack 5001";
    let lost_on_the_way = only(&established(script));
    assert_eq!(lost_on_the_way.by_initiator.missing(), []);
    let captured_badly = only(&established(&format!("{script}\n< . 5001 ack 1301")));
    assert_eq!(captured_badly.by_initiator.missing(), [100..200]);
}

#[test]
fn an_urgent_byte_stands_in_the_stream() {
    let connection = only(&established("> PU. 1001(7) ack 5001\n< . 5001 ack 1008"));
    assert_eq!(sent(&connection.by_initiator), (7, 0, 0));
}

#[test]
fn a_stream_longer_than_four_gigabytes_is_counted_in_full() {
    const SEGMENT: u32 = 1 << 29;
    let script = established("> . 1001 ack 5001\n< . 5001 ack 1001");
    let templates = segments(&script);
    let (data, ack) = (templates[3].1, templates[4].1);
    let mut sent_so_far = 1001_u32;
    let mut all = templates[..3].to_vec();
    for _ in 0..10 {
        let mut data = data;
        data.seq.0 = sent_so_far;
        data.payload_len = SEGMENT;
        sent_so_far = sent_so_far.wrapping_add(SEGMENT);
        let mut ack = ack;
        ack.ack = Some(crate::wire::SeqNumber(sent_so_far));
        all.extend([(templates[3].0, data), (templates[4].0, ack)]);
    }
    let half = one_of(read(all)).by_initiator;
    let whole: Range<u64> = 0..10 * u64::from(SEGMENT);
    assert_eq!(
        (half.ranges(), half.acknowledged),
        (&[whole.clone()][..], whole.end)
    );
}

// --- probes and windows ---

#[test]
fn a_keep_alive_is_neither_payload_nor_a_retransmission() {
    for probe in ["> . 1010 ack 5001", "> . 1010(1) ack 5001"] {
        let connection = only(&established(&format!(
            "> P. 1001(10) ack 5001\n< . 5001 ack 1011\n{probe}\n< . 5001 ack 1011"
        )));
        let half = &connection.by_initiator;
        assert_eq!((sent(half), half.keep_alives), ((10, 0, 0), 1), "{probe}");
    }
}

#[test]
fn a_probe_of_a_zero_window_with_the_next_byte_is_no_retransmission() {
    let connection = only(&established(
        "> P. 1001(1000) ack 5001
         < . 5001 ack 2001 win 0
         > . 2001(1) ack 5001
         < . 5001 ack 2001 win 0
         < . 5001 ack 2001 win 500
         > P. 2001(100) ack 5001
         < . 5001 ack 2101",
    ));
    let half = &connection.by_initiator;
    assert_eq!((half.payload_bytes(), half.zero_window_probes), (1100, 1));
    assert_eq!(connection.by_responder.zero_windows, 2);
}

#[test]
fn a_probe_of_a_zero_window_as_linux_sends_it_is_no_keep_alive() {
    let connection = only(&established(
        "> P. 1001(1000) ack 5001
         < . 5001 ack 2001 win 0
         > . 2000 ack 5001
         < . 5001 ack 2001 win 0
         > . 2000 ack 5001
         < . 5001 ack 2001 win 0
         < . 5001 ack 2001 win 500
         > P. 2001(100) ack 5001
         < . 5001 ack 2101
         > F. 2101 ack 5001
         < F. 5001 ack 2102
         > . 2102 ack 5002",
    ));
    let half = &connection.by_initiator;
    assert_eq!((sent(half), half.zero_window_probes), ((1100, 0, 0), 2));
    assert_eq!(half.keep_alives, 0);
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn payload_up_to_the_end_of_the_window_fills_it() {
    let connection = only(&established(
        "< . 5001 ack 1001 win 100\n> P. 1001(60) ack 5001\n> P. 1061(40) ack 5001",
    ));
    assert_eq!(connection.by_initiator.window_full, 1);
}

// --- setup ---

#[test]
fn a_syn_that_is_sent_again_opens_one_connection() {
    let connection = only(&format!(
        "> S 1000\n> S 1000\n> S 1000\n< S. 5000 ack 1001\n> . 1001 ack 5001\n{CLOSE}"
    ));
    assert_eq!(connection.setup.syn_retransmissions, 2);
    assert_eq!(connection.by_initiator.syns.count(), 3);
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn a_syn_with_another_number_after_one_without_answer_is_another_attempt() {
    let connections = connections(&format!("> S 700\n{}", established(CLOSE)));
    let endings: Vec<Ending> = connections.iter().map(Connection::ending).collect();
    assert_eq!(endings, [Ending::Unanswered, ORDERLY]);
}

#[test]
fn of_two_syn_acks_the_one_counts_that_is_acknowledged() {
    let connection = only(
        "> S 1000
         < S. 900000 ack 1001
         < S. 5000 ack 1001
         > . 1001 ack 5001
         < P. 5001(10) ack 1001
         > . 1001 ack 5011",
    );
    assert_eq!(setup(&connection), [Some(1), Some(3), Some(4)]);
    assert_eq!(sent(&connection.by_responder), (10, 0, 0));
    assert_eq!(connection.by_responder.missing(), []);
}

#[test]
fn both_sides_may_open_at_once() {
    let connection = only(
        "> S 1000
         < S 5000
         > S. 1000 ack 5001
         < S. 5000 ack 1001
         > P. 1001(10) ack 5001
         < . 5001 ack 1011
         > F. 1011 ack 5001
         < F. 5001 ack 1012
         > . 1012 ack 5002",
    );
    assert_eq!(connection.setup.kind, SetupKind::Simultaneous);
    assert_eq!(sent(&connection.by_initiator), (10, 0, 0));
    assert_eq!(sent(&connection.by_responder), (0, 0, 0));
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn a_socket_connected_to_itself_is_one_connection() {
    let script = "> S 1000
         > S. 1000 ack 1001
         > P. 1001(10) ack 1001
         > . 1011 ack 1011";
    let mut segments = segments(script);
    for (_, segment) in &mut segments {
        segment.destination = segment.source;
    }
    let connection = one_of(read(segments));
    assert_eq!(sent(&connection.by_initiator), (10, 0, 0));
    assert_eq!(connection.by_initiator.missing(), []);
}

#[test]
fn payload_in_the_syn_that_is_acknowledged_is_sent() {
    let connection = only("> S 1000(60)\n< S. 5000 ack 1061\n> . 1061 ack 5001");
    let open = connection.setup.fast_open.expect("payload in the SYN");
    assert_eq!((open.sent_bytes, open.accepted_bytes), (60, 60));
    assert_eq!(sent(&connection.by_initiator), (60, 0, 0));
}

#[test]
fn payload_in_the_syn_that_is_ignored_is_sent_again() {
    let connection = only(
        "> S 1000(60)\n< S. 5000 ack 1001\n> . 1001 ack 5001\n> P. 1001(60) ack 5001\n< . 5001 ack 1061",
    );
    let open = connection.setup.fast_open.expect("payload in the SYN");
    assert_eq!((open.sent_bytes, open.accepted_bytes), (60, 0));
    assert_eq!(sent(&connection.by_initiator), (60, 60, 0));
}

#[test]
fn a_syn_ack_captured_before_its_syn_belongs_to_it() {
    let connection = only(&format!(
        "< S. 5000 ack 1001\n> S 1000\n> . 1001 ack 5001\n{CLOSE}"
    ));
    assert_eq!(setup(&connection), [Some(2), Some(1), Some(3)]);
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn without_the_syn_the_syn_ack_tells_the_roles() {
    let connection = only("< S. 5000 ack 1001\n> . 1001 ack 5001\n> P. 1001(5) ack 5001");
    assert_eq!(connection.roles, Roles::SynAck);
    assert_eq!(sent(&connection.by_initiator), (5, 0, 0));
}

#[test]
fn a_capture_that_begins_in_mid_stream_has_guessed_roles() {
    let connection = only("< P. 5001(9) ack 1001\n> P. 1001(5) ack 5010");
    assert_eq!(connection.roles, Roles::Guessed);
    assert_eq!(sent(&connection.by_initiator), (5, 0, 0));
    assert_eq!(sent(&connection.by_responder), (9, 0, 0));
    assert_eq!(connection.ending(), Ending::StillOpen);
}

#[test]
fn an_rst_for_a_syn_refuses_it() {
    let connection = only("> S 1000\n< R. 0 ack 1001");
    assert_eq!(connection.ending(), Ending::Refused);
    assert_eq!(
        resets(&connection.by_responder),
        [(2, ResetEffect::Refused)]
    );
}

#[test]
fn an_rst_for_a_challenge_ack_leaves_the_syn_without_answer() {
    let connection = only("> S 1000\n< . 777777 ack 999\n> R 999");
    assert_eq!(connection.ending(), Ending::Unanswered);
    assert_eq!(
        resets(&connection.by_initiator),
        [(3, ResetEffect::Ignored)]
    );
}

#[test]
fn the_same_syn_that_is_answered_after_a_challenge_ack_is_the_same_connection() {
    let connection = only(&format!(
        "> S 1000\n< . 777777 ack 999\n> R 999\n{}",
        established(CLOSE)
    ));
    assert_eq!(connection.ending(), ORDERLY);
    assert_eq!(connection.setup.syn_retransmissions, 1);
}

// --- close ---

#[test]
fn after_one_fin_the_other_side_may_go_on_sending() {
    let connection = only(&established(
        "> F. 1001 ack 5001
         < . 5001 ack 1002
         < P. 5001(300) ack 1002
         > . 1002 ack 5301
         < F. 5301 ack 1002
         > . 1002 ack 5302",
    ));
    assert_eq!(connection.ending(), ORDERLY);
    assert_eq!(fin(&connection.by_initiator), (Some(4), Some(5)));
    assert_eq!(fin(&connection.by_responder), (Some(8), Some(9)));
    assert_eq!(sent(&connection.by_responder), (300, 0, 0));
}

#[test]
fn a_fin_may_carry_payload() {
    let connection = only(&established(
        "> FP. 1001(10) ack 5001\n< F. 5001 ack 1012\n> . 1012 ack 5002",
    ));
    assert_eq!(sent(&connection.by_initiator), (10, 0, 0));
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn fins_may_cross() {
    let connection = only(&established(
        "> F. 1001 ack 5001\n< F. 5001 ack 1001\n> . 1002 ack 5002\n< . 5002 ack 1002",
    ));
    assert_eq!(fin(&connection.by_initiator), (Some(4), Some(7)));
    assert_eq!(fin(&connection.by_responder), (Some(5), Some(6)));
    assert_eq!(connection.ending(), ORDERLY);
}

#[test]
fn a_fin_that_is_sent_again_closes_once() {
    let connection = only(&established(
        "> F. 1001 ack 5001\n> F. 1001 ack 5001\n< F. 5001 ack 1002\n> . 1002 ack 5002",
    ));
    let fins: Vec<u64> = connection
        .by_initiator
        .fins
        .iter()
        .map(|frame| frame.0)
        .collect();
    assert_eq!(fins, [4, 5]);
    assert_eq!(fin(&connection.by_initiator), (Some(4), Some(6)));
}

#[test]
fn a_fin_without_acknowledgment_closes_nothing() {
    let connection = only(&established("> F 1001"));
    assert_eq!(connection.by_initiator.fins.count(), 1);
    assert_eq!(fin(&connection.by_initiator), (None, None));
    assert_eq!(connection.ending(), Ending::StillOpen);
}

#[test]
fn a_fin_and_then_an_rst_is_an_abort() {
    let connection = only(&established(
        "> F. 1001 ack 5001\n< P. 5001(10) ack 1002\n> R 1002",
    ));
    let by = Side::Initiator;
    assert_eq!(connection.ending(), Ending::Reset { by });
    assert_eq!(
        resets(&connection.by_initiator),
        [(6, ResetEffect::Aborted)]
    );
}

#[test]
fn an_rst_after_both_fins_were_acknowledged_is_harmless() {
    let connection = only(&established(&format!("{CLOSE}< R 5002")));
    assert_eq!(connection.ending(), ORDERLY);
    assert_eq!(
        resets(&connection.by_responder),
        [(7, ResetEffect::AfterClose)]
    );
}

#[test]
fn what_an_rst_carries_is_no_payload() {
    let connection = only(&established("< R. 5001(30) ack 1001"));
    let half = &connection.by_responder;
    assert_eq!((sent(half), half.sent_payload_bytes), ((0, 0, 0), 0));
    assert_eq!(resets(half), [(4, ResetEffect::Aborted)]);
}

#[test]
fn an_rst_outside_the_window_is_ignored() {
    let connection = only(&established(
        "< R 900000
         > P. 1001(25) ack 5001
         < . 5001 ack 1026
         > F. 1026 ack 5001
         < F. 5001 ack 1027
         > . 1027 ack 5002",
    ));
    assert_eq!(
        resets(&connection.by_responder),
        [(4, ResetEffect::Ignored)]
    );
    assert_eq!(connection.ending(), ORDERLY);
    assert_eq!(sent(&connection.by_initiator), (25, 0, 0));
}

#[test]
fn an_rst_in_the_window_after_which_both_go_on_is_ignored() {
    let connection = only(&established(
        "< R 5100
         > . 1001 ack 5001
         > P. 1001(25) ack 5001
         < . 5001 ack 1026
         > F. 1026 ack 5001
         < F. 5001 ack 1027
         > . 1027 ack 5002",
    ));
    assert_eq!(
        resets(&connection.by_responder),
        [(4, ResetEffect::Ignored)]
    );
    assert_eq!(connection.ending(), ORDERLY);
}

// --- the same addresses again ---

#[test]
fn the_same_ports_after_a_close_or_a_reset_are_another_connection() {
    for end in [CLOSE, "< R. 5001 ack 1001\n"] {
        let again = "> S 70000\n< S. 90000 ack 70001\n> . 70001 ack 90001\n> P. 70001(3) ack 90001";
        let connections = connections(&established(&format!("{end}{again}")));
        let sent: Vec<Sent> = connections.iter().map(|c| sent(&c.by_initiator)).collect();
        assert_eq!(sent, [(0, 0, 0), (3, 0, 0)], "{end}");
    }
}

#[test]
fn the_same_ports_without_a_close_are_another_connection_once_the_syn_is_answered() {
    let connections = connections(&established(
        "> P. 1001(39) ack 5001
         > S 70000
         < S. 90000 ack 70001
         > . 70001 ack 90001
         > P. 70001(1) ack 90001",
    ));
    let sent: Vec<Sent> = connections.iter().map(|c| sent(&c.by_initiator)).collect();
    assert_eq!(sent, [(39, 0, 0), (1, 0, 0)]);
}

#[test]
fn an_old_syn_that_is_not_answered_opens_nothing() {
    let connection = only(&established(
        "> S 70000\n< . 5001 ack 1001\n> P. 1001(10) ack 5001\n< . 5001 ack 1011",
    ));
    assert_eq!(sent(&connection.by_initiator), (10, 0, 0));
}

// --- what a capture does to it ---

#[test]
fn frames_that_were_captured_twice_are_no_retransmission() {
    let script = established("> P. 1001(100) ack 5001\n< . 5001 ack 1101");
    let mut twice = Vec::new();
    for (number, (at, mut segment)) in (1..).zip(segments(&script)) {
        segment.ip_id = Some(number);
        twice.extend([(at, segment), (at, segment)]);
    }
    let connection = one_of(read(twice));
    let half = &connection.by_initiator;
    assert_eq!(sent(half), (100, 0, 0));
    assert_eq!(
        (
            half.capture_duplicates.frames,
            half.capture_duplicates.bytes
        ),
        (3, 100)
    );
    assert_eq!(connection.setup.syn_retransmissions, 0);
}

#[test]
fn what_only_looks_captured_twice_is_a_retransmission() {
    let script = established("> P. 1001(100) ack 5001\n> P. 1001(100) ack 5001");
    let mut with_a_constant_id = segments(&script);
    for (_, segment) in &mut with_a_constant_id {
        segment.ip_id = Some(1);
    }
    let mut with_other_content = segments(&script);
    for (number, (_, segment)) in (1..).zip(&mut with_other_content) {
        segment.ip_id = Some(if number == 5 { 4 } else { number });
    }
    with_other_content[4].1.payload = &[b'y'; 100];
    for (told, segments) in [(0, with_a_constant_id), (100, with_other_content)] {
        let half = one_of(read(segments)).by_initiator;
        assert_eq!((sent(&half), half.conflicts.bytes), ((100, 100, 0), told));
    }
}

#[test]
fn payload_that_the_snap_length_cut_counts_in_full() {
    let script = established("> P. 1001(1000) ack 5001\n> P. 1001(1000) ack 5001");
    let mut segments = segments(&script);
    for (_, segment) in &mut segments {
        segment.payload = &segment.payload[..segment.payload.len().min(42)];
    }
    let half = one_of(read(segments)).by_initiator;
    assert_eq!(sent(&half), (1000, 1000, 0));
    assert_eq!(half.conflicts.uncompared_bytes, 958);
}

#[test]
fn flags_that_exclude_each_other_end_and_begin_nothing() {
    for odd in ["> SF 1000", "> - 1000", "> FPU 1000", "> SR 1000"] {
        for connection in connections(odd) {
            let half = &connection.by_initiator;
            assert_eq!((fin(half), sent(half)), ((None, None), (0, 0, 0)), "{odd}");
            assert_eq!(connection.setup.ack, None, "{odd}");
        }
    }
}
