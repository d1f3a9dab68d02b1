//! Where connections are easily read wrong, beside the documented edge cases.

use super::{check, check_established, established};
use crate::flow::script::{connections, events};
use crate::flow::{FastOpen, FlowEvent, SetupKind, Side};
use crate::pcap::FrameNumber;

/// What the events of one frame say, in order.
#[track_caller]
fn told_at(script: &str, frame: u64) -> Vec<String> {
    events(script)
        .into_iter()
        .filter(|(at, _)| *at == frame)
        .map(|(_, event)| format!("{event:?}"))
        .collect()
}

// --- sequence numbers ---

#[test]
fn payload_from_far_away_leaves_the_stream_where_it_is() {
    check_established(
        "
        > P. 1001(5) ack 5001
        > P. 1500000000(9) ack 5001
        > P. 1006(5) ack 5001
        < . 5001 ack 1011
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..10] acknowledged 10 unplaced 9
        < [] acknowledged 0
        ",
    );
}

#[test]
fn what_lies_beyond_twice_the_largest_window_is_far_away() {
    let near = "> P. 1001001(9) ack 5001";
    let far = "> P. 1101001(9) ack 5001";
    for (injected, expected) in [(near, "out of order 5"), (far, "unplaced 9")] {
        let script = established(&format!("{injected}\n> P. 1001(5) ack 5001"));
        let [connection] = &connections(&script)[..] else {
            panic!("one connection");
        };
        let told = super::describe_half(&connection.by_initiator);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn a_gap_in_the_capture_longer_than_any_window_is_bridged_once_it_is_acknowledged() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < . 5001 ack 1006
        > P. 1500001001(9) ack 5001
        < . 5001 ack 1500001010
        > P. 1500001010(4) ack 5001
        < . 5001 ack 1500001014
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..5 1500000000..1500000013] acknowledged 1500000013 missing 5..1500000000
        < [] acknowledged 0
        ",
    );
}

#[test]
fn an_acknowledgment_from_far_away_acknowledges_nothing() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < . 5001 ack 1500001001
        < . 5001 ack 1006
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..5] acknowledged 5
        < [] acknowledged 0
        ",
    );
}

// --- setup ---

#[test]
fn sequence_numbers_of_both_sides_tell_which_syn_ack_counts() {
    check(
        "
        > S 1000
        < S. 5000 ack 1001
        < S. 9000 ack 1001
        > . 1001 ack 5001
        ",
        "
        client by Syn: setup 1 2 4; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn the_syn_ack_that_counts_tells_the_windows_scale() {
    let script = "
        > S 1000 scale 3
        < S. 5000 ack 1001
        < S. 9000 ack 1001 scale 3
        > . 1001 ack 9001
        < . 9001 ack 1001 win 100
        > P. 1001(100) ack 9001
        > P. 1101(700) ack 9001
        ";
    let full = told_at(script, 7);
    assert!(
        full.iter().any(|event| event.starts_with("WindowFull")),
        "{full:?}"
    );
    assert_eq!(connections(script)[0].by_initiator.window_full, 1);
}

#[test]
fn a_syn_ack_that_acknowledges_another_syn_is_no_answer() {
    check(
        "
        > S 1000
        < S. 5000 ack 901
        > R 901
        < S. 6000 ack 1001
        > . 1001 ack 6001
        ",
        "
        client by Syn: setup 1 4 5; still open; 39 RSTO
        > [] acknowledged 0 RST 3 ignored
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_simultaneous_open_sends_nothing_again() {
    let script = "
        > S 1000
        < S 5000
        > S. 1000 ack 5001
        < S. 5000 ack 1001
        > P. 1001(3) ack 5001
        < . 5001 ack 1004";
    let again = |event: &FlowEvent| matches!(event, FlowEvent::Retransmitted { .. });
    assert!(!events(script).iter().any(|(_, event)| again(event)));
    assert_eq!(connections(script)[0].setup.kind, SetupKind::Simultaneous);
}

#[test]
fn a_handshake_split_in_four_is_a_setup() {
    check(
        "
        > S 1000
        < . 5000 ack 1001
        < S 5000
        > S. 1000 ack 5001
        < . 5001 ack 1001
        ",
        "
        client by Syn: setup 1 3 4; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_socket_connected_to_itself_has_one_stream() {
    check(
        "
        = S 1000
        = S. 1000 ack 1001
        = . 1001 ack 1001
        = P. 1001(2) ack 1001
        = . 1003 ack 1003
        = F. 1003 ack 1003
        = . 1004 ack 1004
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 31 SH
        > [0..2] acknowledged 2 FIN 6@2 acknowledged 7
        < [] acknowledged 0
        ",
    );
}

#[test]
fn how_much_of_a_syns_payload_was_accepted_is_told() {
    let accepted = |ack: u32| {
        let script = format!("> S 1000(60)\n< S. 5000 ack {ack}\n> . {ack} ack 5001");
        connections(&script)[0].setup.fast_open
    };
    let expected = |accepted_bytes| {
        Some(FastOpen {
            sent_bytes: 60,
            accepted_bytes,
        })
    };
    assert_eq!(accepted(1061), expected(60));
    assert_eq!(accepted(1021), expected(20));
    assert_eq!(accepted(1001), expected(0));
}

#[test]
fn a_syn_may_carry_payload_only_once_of_several_times() {
    let told = |script: &str| {
        let connection = &connections(script)[0];
        let accepted = connection.setup.fast_open.map(|open| open.accepted_bytes);
        (accepted, connection.by_initiator.retransmitted_bytes)
    };
    let first = "> S 1000(5)\n> S 1000\n< S. 5000 ack 1001\n> P. 1001(5) ack 5001";
    let second = "> S 1000\n> S 1000(5)\n< S. 5000 ack 1006\n> . 1006 ack 5001";
    assert_eq!(told(first), (Some(0), 5));
    assert_eq!(told(second), (Some(5), 0));
}

#[test]
fn a_syn_that_nobody_answered_in_a_living_connection_is_listed_with_it() {
    let script = established("> S 7000\n< . 5001 ack 1001\n> P. 1001(5) ack 5001");
    let [connection] = &connections(&script)[..] else {
        panic!("one connection");
    };
    let syns = &connection.by_initiator.syns[..];
    assert_eq!(syns, [FrameNumber(1), FrameNumber(4)]);
    assert_eq!(connection.frames, 6);
}

#[test]
fn what_was_on_its_way_when_the_ports_were_used_again_is_not_of_the_new_connection() {
    let script = established(
        "> P. 1001(9) ack 5001
         > R 1010
         > S 70000
         > P. 1001(9) ack 5001
         < P. 5001(7) ack 1010
         < S. 90000 ack 70001
         > . 70001 ack 90001
         < P. 5008(7) ack 1010
         > P. 70001(3) ack 90001
         < . 90001 ack 70004",
    );
    let connections = connections(&script);
    let [_, again] = &connections[..] else {
        panic!("two connections");
    };
    let described = [&again.by_initiator, &again.by_responder].map(super::describe_half);
    assert_eq!(described, ["[0..3] acknowledged 3", "[] acknowledged 0"]);
    let setup = again.setup;
    assert_eq!(setup.ack.map(|ack| ack.frame), Some(FrameNumber(10)));
}

// --- transfer ---

#[test]
fn an_overlap_with_another_content_is_a_conflict_and_the_first_copy_counts() {
    let script = established(
        "> P. 1001(6) ack 5001 text abcdef
         > P. 1004(5) ack 5001 text dXYgh",
    );
    let connection = &connections(&script)[0];
    let half = &connection.by_initiator;
    assert_eq!((half.payload_bytes(), half.retransmitted_bytes), (8, 3));
    assert_eq!(
        (half.conflicts.bytes, half.conflicts.uncompared_bytes),
        (2, 0)
    );
    let first = half.conflicts.first.expect("they differ");
    assert_eq!(
        (first.offset, first.kept, first.other),
        (4, Some(FrameNumber(4)), FrameNumber(5))
    );
    assert_eq!(
        told_at(&script, 5),
        [
            "Retransmitted { connection: ConnectionId(0), from: Initiator, offsets: 3..6 }",
            "Conflict { connection: ConnectionId(0), from: Initiator, offsets: 4..6 }",
            "Payload { connection: ConnectionId(0), from: Initiator, offsets: 6..8, index: 3 }",
        ]
    );
}

#[test]
fn a_frame_captured_twice_is_no_retransmission() {
    check(
        "
        > S 1000 id 7
        > S 1000 id 7 after 1us
        < S. 5000 ack 1001 id 0 after 1us
        < S. 5000 ack 1001 id 0 after 1us
        > P. 1001(9) ack 5001 id 8 after 1us
        > P. 1001(9) ack 5001 id 8 after 1us
        > P. 1001(9) ack 5001 id 9 after 1us
        < . 5001 ack 1010 id 3 after 1us
        < . 5001 ack 1010 id 3 after 1us
        ",
        "
        client by Syn: setup 1 3 5; still open; 15 S1
        > [0..9] acknowledged 9 again 9 captured twice 2
        < [] acknowledged 0 captured twice 2
        ",
    );
}

#[test]
fn what_is_sent_again_later_or_unmarked_is_no_copy() {
    check_established(
        "
        > P. 1001(9) ack 5001 id 8
        > P. 1001(9) ack 5001 id 8 after 300ms
        < P. 5001(4) ack 1010
        < P. 5001(4) ack 1010 after 30us
        > . 1010 ack 5005
        > . 1010 ack 5005 after 1us
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..9] acknowledged 9 again 9
        < [0..4] acknowledged 4 again 4
        ",
    );
}

#[test]
fn a_frame_that_is_captured_again_in_pieces_is_no_retransmission() {
    check_established(
        "
        > P. 1001(30) ack 5001 id 100
        > P. 1031(5) ack 5001 id 103
        > .  1001(10) ack 5001 id 100 after 1us
        > .  1011(10) ack 5001 id 101 after 1us
        > P. 1021(10) ack 5001 id 102 after 1us
        > P. 1031(5) ack 5001 id 103 after 1us
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..35] acknowledged 0 captured twice 4
        < [] acknowledged 0
        ",
    );
}

#[test]
fn the_head_of_a_frame_that_is_sent_again_is_no_piece_of_it() {
    for again in [
        "> . 1001(10) ack 5001 id 103",
        "> . 1011(10) ack 5001 id 101",
        "> . 1001(10) ack 5001 id 100 after 300ms",
        "> . 1001(10) ack 5009 id 100",
        "> . 1001(10) ack 5001",
    ] {
        let script = established(&format!("> P. 1001(30) ack 5001 id 100\n{again}"));
        let half = &connections(&script)[0].by_initiator;
        assert_eq!(half.retransmitted_bytes, 10, "{again}");
        assert_eq!(half.capture_duplicates.frames, 0, "{again}");
    }
}

#[test]
fn copies_that_come_in_a_burst_are_known_once_there_was_a_copy() {
    let frames = |gap: &str| -> String {
        let line = |n| format!("> P. {}(10) ack 5001 id {} {gap}\n", 1001 + 10 * n, 10 + n);
        (0..40).map(line).collect()
    };
    let burst = frames("after 1us");
    let script = format!(
        "> S 1000 id 7\n> S 1000 id 7 after 1us\n< S. 5000 ack 1001\n> . 1001 ack 5001\n{burst}{burst}"
    );
    let half = &connections(&script)[0].by_initiator;
    assert_eq!((half.payload_bytes(), half.retransmitted_bytes), (400, 0));
    assert_eq!(half.capture_duplicates.frames, 41);
}

#[test]
fn a_window_is_full_where_its_scale_says_so() {
    let transfer = "> P. 1001(400) ack 5001\n> P. 1401(400) ack 5001\n< . 5001 ack 1801 win 1";
    let full = |client: &str, server: &str| {
        let script = format!(
            "> S 1000 {client}\n< S. 5000 ack 1001 {server} win 9\n> . 1001 ack 5001\n< . 5001 ack 1001 win 200\n{transfer}"
        );
        connections(&script)[0].by_initiator.window_full
    };
    assert_eq!(full("scale 0", "scale 2"), 1);
    assert_eq!(full("scale 0", "scale 1"), 1, "the first half fills it");
    assert_eq!(full("scale 0", "scale 3"), 0);
    assert_eq!(
        full("", "scale 2"),
        0,
        "the SYN offered none: nothing is scaled"
    );
}

#[test]
fn an_unknown_scale_is_not_guessed() {
    let connection = &connections(
        "> P. 1001(200) ack 5001
         < . 5001 ack 1201 win 200
         > P. 1201(200) ack 5001",
    )[0];
    assert_eq!(connection.by_initiator.window_full, 0);
}

#[test]
fn a_byte_that_probes_a_zero_window_counts_once_however_often_it_is_sent() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < . 5001 ack 1006 win 0
        > . 1006(1) ack 5001
        < . 5001 ack 1006 win 0
        > . 1006(1) ack 5001
        < . 5001 ack 1006 win 0
        > . 1006(1) ack 5001
        < . 5001 ack 1007 win 500
        > P. 1007(3) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..9] acknowledged 6 zero-window probes 3
        < [] acknowledged 0 zero windows 3
        ",
    );
}

#[test]
fn a_byte_that_probed_a_zero_window_in_vain_is_not_sent_again_with_what_follows() {
    let script = established(
        "> P. 1001(5) ack 5001
         < . 5001 ack 1006 win 0
         > . 1006(1) ack 5001 text a
         < . 5001 ack 1006 win 0
         > . 1006(1) ack 5001 text a
         < . 5001 ack 1006 win 500
         > P. 1006(3) ack 5001 text abc
         < . 5001 ack 1009
         > . 1008(1) ack 5001",
    );
    let half = &connections(&script)[0].by_initiator;
    assert_eq!((half.payload_bytes(), half.retransmitted_bytes), (8, 0));
    assert_eq!((half.zero_window_probes, half.keep_alives), (2, 1));
    let again = |event: &FlowEvent| matches!(event, FlowEvent::Retransmitted { .. });
    assert!(!events(&script).iter().any(|(_, event)| again(event)));
}

#[test]
fn a_keep_alive_after_the_fin_stands_just_before_what_would_come_next() {
    check_established(
        "
        > F. 1001 ack 5001
        < . 5001 ack 1002
        > . 1001 ack 5001
        < . 5001 ack 1002
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 23 S2
        > [] acknowledged 0 FIN 4@0 acknowledged 5 keep-alives 1
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_hole_passed_by_an_acknowledgment_is_told_when_it_is_passed() {
    let script = established("> P. 1011(10) ack 5001\n< . 5001 ack 1021");
    assert_eq!(
        told_at(&script, 5),
        [
            "Acknowledged { connection: ConnectionId(0), of: Initiator, offset: 20 }",
            "AckedUnseen { connection: ConnectionId(0), of: Initiator, offsets: 0..10 }",
        ]
    );
}

#[test]
fn the_acknowledgment_captured_before_a_mid_stream_segment_does_not_cut_it() {
    check(
        "
        < . 5001 ack 1011
        > P. 1001(10) ack 5001
        ",
        "
        client by Guessed: setup - - -; still open; 12 OTH
        > [0..10] acknowledged 10
        < [] acknowledged 0
        ",
    );
}

#[test]
fn what_was_reordered_when_the_capture_began_is_counted() {
    let script = "
        > P. 2001(10) ack 5001 text klmnopqrst
        > P. 1991(10) ack 5001 text abcdefghij
        > P. 1996(10) ack 5001 text fghijkXmno
        < . 5001 ack 2011
        > F. 2011 ack 5001
        ";
    check(
        script,
        "
        client by Guessed: setup - - -; half-closed by initiator; 28 SH
        > [0..20] acknowledged 20 FIN 5@20 acknowledged - again 10 out of order 10 conflicting 1
        < [] acknowledged 0
        ",
    );
    assert_eq!(
        told_at(script, 2)[0],
        "BeginsEarlier { connection: ConnectionId(0), from: Initiator, bytes: 10 }"
    );
    let conflict = connections(script)[0].by_initiator.conflicts.first;
    let conflict = conflict.expect("one byte differs");
    assert_eq!((conflict.offset, conflict.kept), (11, Some(FrameNumber(1))));
}

#[test]
fn what_was_acknowledged_when_the_capture_began_is_not_counted() {
    for script in [
        "> P. 2001(10) ack 5001\n< . 5001 ack 2011\n> P. 1991(10) ack 5001",
        "> . 2001 ack 5001\n> . 2000(1) ack 5001",
        "> P. 2001(10) ack 5001\n> P. 1002001(10) ack 5001\n> P. 4293000001(10) ack 5001",
    ] {
        let half = &connections(script)[0].by_initiator;
        assert_eq!(half.ranges().first().map_or(0, |it| it.start), 0);
        assert!(
            half.retransmitted_bytes == 0 && half.out_of_order_bytes == 0,
            "{script}"
        );
    }
}

// --- teardown ---

#[test]
fn fins_that_cross_are_a_simultaneous_close_and_others_are_not() {
    let crossing = "> F. 1001 ack 5001\n< F. 5001 ack 1001\n> . 1002 ack 5002\n< . 5002 ack 1002";
    let answering = "> F. 1001 ack 5001\n< F. 5001 ack 1002\n> . 1002 ack 5002";
    let later = "> F. 1001 ack 5001\n< . 5001 ack 1002\n< F. 5001 ack 1002\n> . 1002 ack 5002";
    for (script, expected) in [(crossing, true), (answering, false), (later, false)] {
        let connection = &connections(&established(script))[0];
        assert_eq!(connection.is_closed_simultaneously(), expected, "{script}");
    }
}

#[test]
fn a_fin_captured_after_its_acknowledgment_is_acknowledged() {
    check_established(
        "
        < . 5001 ack 1002
        > F. 1001 ack 5001
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 23 S2
        > [] acknowledged 0 FIN 5@0 acknowledged 4
        < [] acknowledged 0
        ",
    );
}

#[test]
fn odd_flags_of_a_scanner_make_no_connection() {
    let connection = &connections("> FS 1000\n> - 1000\n> FPU 1000\n> SR 1000")[0];
    let half = &connection.by_initiator;
    assert_eq!(half.fin, None);
    assert_eq!(half.syns[..], [FrameNumber(1), FrameNumber(4)]);
    assert_eq!(half.fins[..], [FrameNumber(1), FrameNumber(3)]);
    assert_eq!(connection.setup.ack, None);
}

// --- RST ---

#[test]
fn an_rst_beyond_the_window_is_ignored_and_one_within_is_not() {
    let effect = |seq: u32| {
        let script = format!(
            "> S 1000 scale 2\n< S. 5000 ack 1001 scale 2\n> . 1001 ack 5001 win 100\n< R {seq}"
        );
        connections(&script)[0].by_responder.resets[0].effect
    };
    let told: Vec<String> = [5000, 5001, 5401, 5402, 5403, 90_000]
        .map(|seq| format!("{seq} {:?}", effect(seq)))
        .to_vec();
    assert_eq!(
        told,
        [
            "5000 Ignored",
            "5001 Aborted",
            "5401 Aborted",
            "5402 Aborted",
            "5403 Ignored",
            "90000 Ignored",
        ]
    );
}

#[test]
fn an_rst_within_the_window_that_draws_a_challenge_ack_was_ignored() {
    let script = established(
        "> P. 1001(5) ack 5001
         > R 1500
         < . 5001 ack 1006
         > P. 1006(5) ack 5001",
    );
    assert_eq!(
        told_at(&script, 7)[0],
        "ResetIgnored { connection: ConnectionId(0), from: Initiator }"
    );
    assert_eq!(connections(&script)[0].ending(), super::Ending::StillOpen);
}

#[test]
fn the_rst_that_answers_a_challenge_ack_is_the_one_that_ends_the_connection() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < . 5001 ack 1006
        > R 1500
        < . 5001 ack 1006
        > R 1006
        < R 5001
        ",
        "
        client by Syn: setup 1 2 3; reset by initiator; 47 RSTR
        > [0..5] acknowledged 5 RST 6 ignored RST 8 aborts
        < [] acknowledged 0 RST 9 after close
        ",
    );
}

#[test]
fn what_an_rst_left_unacknowledged_does_not_grow_afterwards() {
    let script = established("> P. 1001(5) ack 5001\n< R. 5001 ack 1001\n> P. 1006(90) ack 5001");
    let reset = connections(&script)[0].by_responder.resets[0];
    assert_eq!(reset.unacknowledged_bytes, 5);
}

#[test]
fn the_second_rst_comes_after_the_end() {
    check_established(
        "
        < R. 5001 ack 1001
        < R. 5001 ack 1001
        > R 1001
        ",
        "
        client by Syn: setup 1 2 3; reset by responder; 39 REJ
        > [] acknowledged 0 RST 6 after close
        < [] acknowledged 0 RST 4 aborts RST 5 after close
        ",
    );
}

#[test]
fn a_side_that_is_reset_by_a_forger_is_the_side_that_is_named() {
    let script = established("< R 5001\n> . 1001 ack 5001\n< . 5001 ack 1001");
    let ignored = FlowEvent::ResetIgnored {
        connection: crate::flow::ConnectionId(0),
        from: Side::Responder,
    };
    assert!(events(&script).contains(&(6, ignored)));
}

// --- what the capture lacks, and RSTs ---

#[test]
fn a_syn_ack_that_was_not_captured_was_sent_if_it_is_acknowledged() {
    check(
        "
        > S 1000
        > . 1001 ack 5001
        > P. 1001(10) ack 5001
        < . 5001 ack 1011
        < R. 5001 ack 1011
        ",
        "
        client by Syn: setup 1 - -; reset by responder; 45 REJ
        > [0..10] acknowledged 10
        < [] acknowledged 0 RST 5 aborts
        ",
    );
    let ending = |script: &str| connections(script)[0].ending();
    let by = Side::Initiator;
    let alive = "> S 1000\n> P. 1001(10) ack 5001\n< . 5001 ack 1011";
    assert_eq!(ending(alive), super::Ending::StillOpen);
    let reset = format!("{alive}\n> R. 1011 ack 5001");
    assert_eq!(ending(&reset), super::Ending::Reset { by });
}

#[test]
fn an_rst_that_acknowledges_more_than_the_syn_refuses_nothing() {
    let script = format!("> S 1000\n< R. 0 ack 6001\n{}", established(""));
    assert_eq!(connections(&script)[0].ending(), super::Ending::StillOpen);
}

#[test]
fn no_syn_that_waits_for_its_answer_is_lost() {
    let syns = "> S 900000 after 1s\n".repeat(7);
    let answered = established(&format!("{syns}< S. 77777 ack 900001"));
    let frames: Vec<u64> = connections(&answered)[1]
        .by_initiator
        .syns
        .iter()
        .map(|frame| frame.0)
        .collect();
    assert_eq!(frames, [4, 5, 6, 7, 8, 9, 10]);
    let unanswered = established(&"> S 900000 after 1s\n".repeat(20));
    assert_eq!(connections(&unanswered)[0].by_initiator.syns.count(), 21);
}

#[test]
fn a_long_gap_in_the_capture_is_bridged_by_an_acknowledgment_that_lags() {
    let script = established(
        "> P. 5001001(9) ack 5001
         > P. 5001010(9) ack 5001
         < . 5001 ack 5001010
         > P. 5001019(9) ack 5001",
    );
    let half = &connections(&script)[0].by_initiator;
    assert_eq!(half.ranges(), std::slice::from_ref(&(5_000_000..5_000_027)));
    assert_eq!(half.acknowledged, 5_000_009);
    assert_eq!(half.unplaced_bytes, 0);
    assert_eq!(
        told_at(&script, 6)[0],
        "PlacedLate { connection: ConnectionId(0), from: Initiator, offsets: 5000000..5000018 }"
    );
}

#[test]
fn what_follows_a_long_gap_may_come_again_out_of_order_with_holes_and_a_fin() {
    check_established(
        "
        > P. 5001010(9) ack 5001
        > P. 5001001(9) ack 5001
        > P. 5001010(9) ack 5001
        > P. 5001030(9) ack 5001
        > F. 5001039 ack 5001
        < . 5001 ack 5001040
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 31 S2
        > [5000000..5000018 5000029..5000038] acknowledged 5000038 FIN 8@5000038 acknowledged 9 again 9 missing 0..5000000 missing 5000018..5000029
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_fin_beyond_the_window_closes_nothing_unless_it_is_acknowledged() {
    let forged = "
        > P. 1001(5) ack 5001
        > F. 300000 ack 5001
        < . 5001 ack 1006
        > F. 1006 ack 5001
        < F. 5001 ack 1007
        > . 1007 ack 5002
    ";
    check_established(
        forged,
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 31 SF
        > [0..5] acknowledged 5 FIN 7@5 acknowledged 8
        < [] acknowledged 0 FIN 8@0 acknowledged 9
        ",
    );
    let after_a_gap = "
        > P. 1001(5) ack 5001
        > F. 300000 ack 5001
        < . 5001 ack 300001
    ";
    check_established(
        after_a_gap,
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 31 S2
        > [0..5] acknowledged 298999 FIN 5@298999 acknowledged 6 missing 5..298999
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_fin_that_was_not_acknowledged_gives_way_to_one_further_on() {
    check_established(
        "
        > F. 1001(10) ack 5001
        > F. 1001(30) ack 5001
        < F. 5001 ack 1032
        > . 1032 ack 5002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 31 SF
        > [0..30] acknowledged 30 FIN 5@30 acknowledged 6 again 10
        < [] acknowledged 0 FIN 6@0 acknowledged 7
        ",
    );
}

#[test]
fn an_rst_where_the_acknowledged_fin_stands_is_heeded() {
    check_established(
        "
        > F. 1001 ack 5001
        < . 5001 ack 1002
        > R 1001
        ",
        "
        client by Syn: setup 1 2 3; reset by initiator; 55 RSTO
        > [] acknowledged 0 FIN 4@0 acknowledged 5 RST 6 aborts
        < [] acknowledged 0
        ",
    );
}
