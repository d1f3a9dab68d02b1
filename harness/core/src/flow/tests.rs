//! Connections as packet scripts, and what is read of them.

mod corners;
mod edges;
mod leaving;

use std::fmt::Write;

use super::script::{CLIENT, connections, events};
use super::{Connection, Ending, FlowEvent, HalfConnection, Milestone, ResetEffect, Side};
use crate::pcap::FrameNumber;

/// Compares all that a script's connections tell with what is expected, line by line.
#[track_caller]
fn check(script: &str, expected: &str) {
    let told: String = connections(script).iter().map(describe).collect();
    let told: Vec<&str> = told.lines().collect();
    let expected: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(told, expected);
}

/// The same for a script that goes on after a handshake, with 1000 and 5000 for initial sequence numbers.
#[track_caller]
fn check_established(script: &str, expected: &str) {
    check(&established(script), expected);
}

fn established(script: &str) -> String {
    format!("> S 1000\n< S. 5000 ack 1001\n> . 1001 ack 5001\n{script}")
}

fn describe(connection: &Connection) -> String {
    let setup = &connection.setup;
    let mut text = format!(
        "{} by {:?}: setup {} {} {}",
        if connection.initiator.to_string() == CLIENT {
            "client"
        } else {
            "server"
        },
        connection.roles,
        frame(setup.syn),
        frame(setup.syn_ack),
        frame(setup.ack),
    );
    if setup.syn_retransmissions > 0 {
        write!(text, ", SYN again {}", setup.syn_retransmissions).expect("a string grows");
    }
    writeln!(
        text,
        "; {}; {} {}",
        ending(connection),
        connection.completeness(),
        connection.conn_state()
    )
    .expect("a string grows");
    for (side, half) in [
        (">", &connection.by_initiator),
        ("<", &connection.by_responder),
    ] {
        writeln!(text, "{side} {}", describe_half(half)).expect("a string grows");
    }
    text
}

fn ending(connection: &Connection) -> String {
    match connection.ending() {
        Ending::Orderly { first } => format!("orderly, {first} first"),
        Ending::HalfClosed { by } => format!("half-closed by {by}"),
        Ending::Reset { by } => format!("reset by {by}"),
        Ending::Refused => "refused".to_owned(),
        Ending::Unanswered => "unanswered".to_owned(),
        Ending::StillOpen => "still open".to_owned(),
    }
}

/// Ranges and acknowledged offset, then whatever is not zero.
fn describe_half(half: &HalfConnection) -> String {
    let ranges: Vec<String> = half
        .ranges()
        .iter()
        .map(|range| format!("{range:?}"))
        .collect();
    let mut told = vec![format!(
        "[{}] acknowledged {}",
        ranges.join(" "),
        half.acknowledged
    )];
    told.extend(half.fin.map(|fin| {
        let (sent, acknowledged) = (frame(Some(fin.sent)), frame(fin.acknowledged));
        format!("FIN {sent}@{} acknowledged {acknowledged}", fin.offset)
    }));
    told.extend(half.resets.iter().map(|reset| {
        let effect = match reset.effect {
            ResetEffect::Refused => "refuses",
            ResetEffect::Aborted => "aborts",
            ResetEffect::AfterClose => "after close",
            ResetEffect::Ignored => "ignored",
        };
        format!("RST {} {effect}", reset.sent.frame)
    }));
    let counts = [
        ("again", half.retransmitted_bytes),
        ("out of order", half.out_of_order_bytes),
        ("unplaced", half.unplaced_bytes),
        ("after FIN", half.bytes_after_fin()),
        ("after peer's FIN", half.bytes_after_peers_fin),
        ("conflicting", half.conflicts.bytes),
        ("captured twice", half.capture_duplicates.frames),
        ("zero windows", half.zero_windows),
        ("zero-window probes", half.zero_window_probes),
        ("window full", half.window_full),
        ("keep-alives", half.keep_alives),
    ];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    told.extend(counts.map(|(name, count)| format!("{name} {count}")));
    told.extend(
        half.missing()
            .iter()
            .map(|hole| format!("missing {hole:?}")),
    );
    told.join(" ")
}

fn frame(milestone: Option<Milestone>) -> String {
    milestone.map_or("-".to_owned(), |milestone| milestone.frame.to_string())
}

// --- setup ---

#[test]
fn a_handshake_of_three_steps_is_a_setup() {
    check_established(
        "",
        "
        client by Syn: setup 1 2 3; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_syn_sent_again_is_the_same_connection() {
    check(
        "
        > S 1000
        > S 1000
        < S. 5000 ack 1001
        > . 1001 ack 5001
        ",
        "
        client by Syn: setup 1 3 4, SYN again 1; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_syn_without_an_answer_is_unanswered() {
    check(
        "
        > S 1000
        > S 1000
        ",
        "
        client by Syn: setup 1 - -, SYN again 1; unanswered; 1 S0
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_syn_with_another_number_after_one_unanswered_is_a_new_connection() {
    check(
        "
        > S 1000
        > S 2000
        < S. 5000 ack 2001
        > . 2001 ack 5001
        ",
        "
        client by Syn: setup 1 - -; unanswered; 1 S0
        > [] acknowledged 0
        < [] acknowledged 0
        client by Syn: setup 2 3 4; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn an_rst_for_a_syn_is_a_refusal() {
    check(
        "
        > S 1000
        < R. 0 ack 1001
        ",
        "
        client by Syn: setup 1 - -; refused; 37 REJ
        > [] acknowledged 0
        < [] acknowledged 0 RST 2 refuses
        ",
    );
}

#[test]
fn an_rst_that_acknowledges_another_syn_refuses_nothing() {
    check(
        "
        > S 1000
        < R. 0 ack 900
        ",
        "
        client by Syn: setup 1 - -; unanswered; 37 REJ
        > [] acknowledged 0
        < [] acknowledged 0 RST 2 ignored
        ",
    );
}

#[test]
fn a_challenge_ack_and_the_rst_for_it_leave_the_syn_open_to_an_answer() {
    check(
        "
        > S 1000
        < . 700 ack 44
        > R 44
        > S 1000
        < S. 5000 ack 1001
        > . 1001 ack 5001
        ",
        "
        client by Syn: setup 1 5 6, SYN again 1; still open; 39 RSTO
        > [] acknowledged 0 RST 3 ignored
        < [] acknowledged 0
        ",
    );
}

#[test]
fn of_two_syn_acks_the_acknowledged_one_counts() {
    check(
        "
        > S 1000
        < S. 5000 ack 1001
        < S. 9000 ack 1001
        > . 1001 ack 9001
        < P. 9001(5) ack 1001
        ",
        "
        client by Syn: setup 1 3 4; still open; 15 S1
        > [] acknowledged 0
        < [0..5] acknowledged 0
        ",
    );
}

#[test]
fn a_simultaneous_open_is_a_setup() {
    check(
        "
        > S 1000
        < S 5000
        > S. 1000 ack 5001
        < S. 5000 ack 1001
        > P. 1001(3) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 11 S1
        > [0..3] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn of_a_syn_ack_sent_again_the_first_counts() {
    check(
        "
        > S 1000
        < S. 5000 ack 1001
        < S. 5000 ack 1001
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
fn a_syn_without_a_window_announces_no_zero_window() {
    check(
        "
        > S 1000 win 0
        < S. 5000 ack 1001 win 0
        ",
        "
        client by Syn: setup 1 2 -; still open; 3 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_fin_beside_a_syn_means_nothing() {
    check(
        "
        > FS 1000
        < S. 5000 ack 1001
        ",
        "
        client by Syn: setup 1 2 -; still open; 3 S2
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn data_on_the_third_step_completes_the_handshake() {
    check(
        "
        > S 1000
        < S. 5000 ack 1001
        > P. 1001(3) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 11 S1
        > [0..3] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_fin_on_the_third_step_completes_the_handshake() {
    check(
        "
        > S 1000
        < S. 5000 ack 1001
        > F. 1001 ack 5001
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 23 S2
        > [] acknowledged 0 FIN 3@0 acknowledged -
        < [] acknowledged 0
        ",
    );
}

#[test]
fn data_in_a_syn_begins_at_offset_zero() {
    check(
        "
        > S 1000(60)
        < S. 5000 ack 1061
        > . 1061 ack 5001
        > P. 1061(4) ack 5001
        < . 5001 ack 1065
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..64] acknowledged 64
        < [] acknowledged 0
        ",
    );
}

#[test]
fn data_in_a_syn_that_is_not_accepted_is_sent_again() {
    check(
        "
        > S 1000(60)
        < S. 5000 ack 1001
        > P. 1001(60) ack 5001
        < . 5001 ack 1061
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..60] acknowledged 60 again 60
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_capture_without_the_syn_takes_the_roles_from_the_syn_ack() {
    check(
        "
        < S. 5000 ack 1001
        > . 1001 ack 5001
        > P. 1001(5) ack 5001
        ",
        "
        client by SynAck: setup - 1 2; still open; 14 S1
        > [0..5] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_syn_captured_after_its_answer_belongs_to_it() {
    check(
        "
        < S. 5000 ack 1001
        > S 1000
        > . 1001 ack 5001
        ",
        "
        client by Syn: setup 2 1 3; still open; 6 OTH
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_capture_that_begins_in_mid_stream_has_guessed_roles() {
    check(
        "
        < P. 5001(9) ack 1001
        > P. 1001(5) ack 5010
        < . 5010 ack 1006
        ",
        "
        client by Guessed: setup - - -; still open; 12 OTH
        > [0..5] acknowledged 5
        < [0..9] acknowledged 9
        ",
    );
}

// --- transfer ---

#[test]
fn payload_of_both_sides_is_counted_and_acknowledged() {
    check_established(
        "
        > P. 1001(10) ack 5001
        < P. 5001(20) ack 1011
        > . 1011 ack 5021
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..10] acknowledged 10
        < [0..20] acknowledged 20
        ",
    );
}

#[test]
fn a_retransmission_is_counted_apart() {
    check_established(
        "
        > P. 1001(10) ack 5001
        > P. 1001(10) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..10] acknowledged 0 again 10
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_retransmission_with_new_bytes_counts_only_the_old_ones() {
    check_established(
        "
        > P. 1001(10) ack 5001
        > P. 1001(15) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..15] acknowledged 0 again 10
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_hole_filled_later_is_out_of_order() {
    check_established(
        "
        > P. 1011(10) ack 5001
        > P. 1001(10) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..20] acknowledged 0 out of order 10
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_hole_that_the_peer_acknowledged_is_missing_from_the_capture() {
    check_established(
        "
        > P. 1011(10) ack 5001
        < . 5001 ack 1021
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [10..20] acknowledged 20 missing 0..10
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_keep_alive_with_and_without_a_byte_is_no_payload() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < . 5001 ack 1006
        > . 1005 ack 5001
        > . 1005(1) ack 5001
        < . 5001 ack 1006
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..5] acknowledged 5 keep-alives 2
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_probe_of_a_zero_window_is_no_keep_alive() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < . 5001 ack 1006 win 0
        > . 1005 ack 5001
        < . 5001 ack 1006 win 0
        > . 1006(1) ack 5001
        < . 5001 ack 1007 win 9
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..6] acknowledged 6 zero-window probes 2
        < [] acknowledged 0 zero windows 2
        ",
    );
}

#[test]
fn a_byte_sent_again_before_it_was_acknowledged_is_no_keep_alive() {
    check_established(
        "
        < . 5001 ack 1001
        > P. 1001(5) ack 5001
        > . 1005(1) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..5] acknowledged 0 again 1
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_stream_goes_on_where_its_sequence_numbers_wrap() {
    check(
        "
        > S 4294967290
        < S. 4294967295 ack 4294967291
        > P. 4294967291(10) ack 0
        < P. 0(7) ack 5
        > F. 5 ack 7
        < F. 7 ack 6
        > . 6 ack 8
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 31 SF
        > [0..10] acknowledged 10 FIN 5@10 acknowledged 6
        < [0..7] acknowledged 7 FIN 6@7 acknowledged 7
        ",
    );
}

#[test]
fn a_segment_from_far_outside_any_window_has_no_place() {
    check_established(
        "
        > P. 2000001001(10) ack 5001
        > P. 1001(10) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..10] acknowledged 0 unplaced 10
        < [] acknowledged 0
        ",
    );
}

// --- closing ---

#[test]
fn fin_and_acknowledgment_both_ways_are_an_orderly_close() {
    check_established(
        "
        > F. 1001 ack 5001
        < . 5001 ack 1002
        < F. 5001 ack 1002
        > . 1002 ack 5002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0 FIN 6@0 acknowledged 7
        ",
    );
}

#[test]
fn fin_and_acknowledgment_may_share_a_segment() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1002
        > . 1002 ack 5002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0 FIN 5@0 acknowledged 6
        ",
    );
}

#[test]
fn a_fin_with_data_stands_after_the_data() {
    check_established(
        "
        > F. 1001(8) ack 5001
        < F. 5001 ack 1010
        > . 1010 ack 5002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 31 SF
        > [0..8] acknowledged 8 FIN 4@8 acknowledged 5
        < [] acknowledged 0 FIN 5@0 acknowledged 6
        ",
    );
}

#[test]
fn a_fin_sent_again_is_one_fin() {
    check_established(
        "
        > F. 1001 ack 5001
        > F. 1001 ack 5001
        < F. 5001 ack 1002
        > . 1002 ack 5002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 6
        < [] acknowledged 0 FIN 6@0 acknowledged 7
        ",
    );
}

#[test]
fn fins_that_cross_close_in_order_too() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1001
        > . 1002 ack 5002
        < . 5002 ack 1002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 7
        < [] acknowledged 0 FIN 5@0 acknowledged 6
        ",
    );
}

#[test]
fn a_half_close_lets_the_other_side_go_on() {
    check_established(
        "
        > F. 1001 ack 5001
        < . 5001 ack 1002
        < P. 5001(30) ack 1002
        > . 1002 ack 5031
        < F. 5031 ack 1002
        > . 1002 ack 5032
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 31 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [0..30] acknowledged 30 FIN 8@30 acknowledged 9 after peer's FIN 30
        ",
    );
}

#[test]
fn one_fin_is_half_a_close() {
    check_established(
        "
        > F. 1001 ack 5001
        < . 5001 ack 1002
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 23 S2
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_close_whose_last_acknowledgment_is_absent_is_not_orderly() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1002
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0 FIN 5@0 acknowledged -
        ",
    );
}

#[test]
fn an_rst_is_a_reset_by_its_sender() {
    check_established(
        "
        > P. 1001(5) ack 5001
        < R. 5001 ack 1006
        ",
        "
        client by Syn: setup 1 2 3; reset by responder; 47 RSTR
        > [0..5] acknowledged 0
        < [] acknowledged 0 RST 5 aborts
        ",
    );
}

#[test]
fn an_rst_between_the_fins_is_a_reset() {
    check_established(
        "
        > F. 1001 ack 5001
        < P. 5001(5) ack 1002
        > R 1002
        ",
        "
        client by Syn: setup 1 2 3; reset by initiator; 63 RSTO
        > [] acknowledged 0 FIN 4@0 acknowledged 5 RST 6 aborts
        < [0..5] acknowledged 0 after peer's FIN 5
        ",
    );
}

#[test]
fn an_rst_after_both_fins_were_acknowledged_harms_nothing() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1002
        > . 1002 ack 5002
        < R 5002
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 55 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0 FIN 5@0 acknowledged 6 RST 7 after close
        ",
    );
}

#[test]
fn payload_of_an_rst_is_no_data() {
    check_established(
        "
        < R. 5001(30) ack 1001
        ",
        "
        client by Syn: setup 1 2 3; reset by responder; 47 RSTR
        > [] acknowledged 0
        < [] acknowledged 0 RST 4 aborts
        ",
    );
}

#[test]
fn an_rst_outside_the_window_is_not_believed() {
    check_established(
        "
        < P. 5001(5) ack 1001
        > . 1001 ack 5006
        < R 4000
        < R 5003
        ",
        "
        client by Syn: setup 1 2 3; still open; 47 RSTR
        > [] acknowledged 0
        < [0..5] acknowledged 5 RST 6 ignored RST 7 ignored
        ",
    );
}

#[test]
fn an_rst_after_which_both_go_on_was_not_believed() {
    check_established(
        "
        > P. 1001(5) ack 5001
        > R 901006
        < . 5001 ack 1006
        > P. 1006(5) ack 5001
        < . 5001 ack 1011
        ",
        "
        client by Syn: setup 1 2 3; still open; 47 RSTO
        > [0..10] acknowledged 10 RST 5 ignored
        < [] acknowledged 0
        ",
    );
}

#[test]
fn data_after_a_fin_is_counted_apart() {
    check_established(
        "
        > F. 1001 ack 5001
        > P. 1002(6) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; half-closed by initiator; 31 S2
        > [1..7] acknowledged 0 FIN 4@0 acknowledged - after FIN 6
        < [] acknowledged 0
        ",
    );
}

#[test]
fn an_rst_after_both_fins_of_which_one_is_not_acknowledged_is_a_reset_but_not_for_zeek() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1001
        > R 1002
        ",
        "
        client by Syn: setup 1 2 3; reset by initiator; 55 SF
        > [] acknowledged 0 FIN 4@0 acknowledged - RST 6 aborts
        < [] acknowledged 0 FIN 5@0 acknowledged -
        ",
    );
}

#[test]
fn what_one_side_did_without_the_other_has_names_of_its_own() {
    let states = [
        ("> S 1000\n> F. 1001 ack 5001", "SH"),
        ("> S 1000\n> R 1001", "RSTOS0"),
        ("< S. 5000 ack 1001\n< F. 5001 ack 1001", "SHR"),
        ("< S. 5000 ack 1001\n< R. 5001 ack 1001", "RSTRH"),
        ("> P. 1001(5) ack 5001\n> R 1006", "OTH"),
    ];
    for (script, expected) in states {
        let states: Vec<String> = connections(script)
            .iter()
            .map(|connection| connection.conn_state().to_string())
            .collect();
        assert_eq!(states, [expected], "{script}");
    }
}

// --- ports used again ---

#[test]
fn a_syn_after_a_close_is_a_new_connection() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1002
        > . 1002 ack 5002
        > S 7000
        < S. 8000 ack 7001
        > . 7001 ack 8001
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0 FIN 5@0 acknowledged 6
        client by Syn: setup 7 8 9; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_syn_after_a_reset_is_a_new_connection() {
    check_established(
        "
        < R. 5001 ack 1001
        > S 7000
        < R. 0 ack 7001
        ",
        "
        client by Syn: setup 1 2 3; reset by responder; 39 RSTR
        > [] acknowledged 0
        < [] acknowledged 0 RST 4 aborts
        client by Syn: setup 5 - -; refused; 37 REJ
        > [] acknowledged 0
        < [] acknowledged 0 RST 6 refuses
        ",
    );
}

#[test]
fn a_syn_into_a_living_connection_opens_a_new_one_once_it_is_answered() {
    check_established(
        "
        > S 7000
        < S. 8000 ack 7001
        > . 7001 ack 8001
        ",
        "
        client by Syn: setup 1 2 3; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        client by Syn: setup 4 5 6; still open; 7 S1
        > [] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn the_payload_of_a_syn_that_was_in_doubt_counts_and_is_told_of_once_it_is_answered() {
    let script = "
        > S  1000
        < S. 5000 ack 1001
        > .  1001 ack 5001
        > S  7000(5)
        < S. 8000 ack 7006
        > P. 7006(3) ack 8001
    ";
    let reopened = &connections(script)[1];
    assert_eq!(
        reopened.by_initiator.ranges(),
        std::slice::from_ref(&(0..8))
    );
    let accepted = reopened.setup.fast_open.map(|open| open.accepted_bytes);
    assert_eq!(accepted, Some(5));
    let told = events(script);
    let told = told.iter().filter_map(|(frame, event)| match event {
        FlowEvent::PlacedLate { offsets, .. } => Some((*frame, "late", offsets.clone())),
        FlowEvent::Payload { offsets, .. } => Some((*frame, "read", offsets.clone())),
        _ => None,
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [(5, "late", 0..5), (6, "read", 5..8)]
    );
}

#[test]
fn the_same_syn_after_a_refusal_is_another_attempt_once_it_is_refused_too() {
    check(
        "
        > S 1000
        < R. 0 ack 1001
        > S 1000
        < R. 0 ack 1001
        ",
        "
        client by Syn: setup 1 - -; refused; 37 REJ
        > [] acknowledged 0
        < [] acknowledged 0 RST 2 refuses
        client by Syn: setup 3 - -; refused; 37 REJ
        > [] acknowledged 0
        < [] acknowledged 0 RST 4 refuses
        ",
    );
}

#[test]
fn an_old_syn_into_a_living_connection_changes_nothing() {
    check_established(
        "
        > S 7000
        < . 5001 ack 1001
        > P. 1001(5) ack 5001
        ",
        "
        client by Syn: setup 1 2 3; still open; 15 S1
        > [0..5] acknowledged 0
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_late_duplicate_of_the_syn_after_the_close_changes_nothing() {
    check_established(
        "
        > F. 1001 ack 5001
        < F. 5001 ack 1002
        > . 1002 ack 5002
        > S 1000
        ",
        "
        client by Syn: setup 1 2 3; orderly, initiator first; 23 SF
        > [] acknowledged 0 FIN 4@0 acknowledged 5
        < [] acknowledged 0 FIN 5@0 acknowledged 6
        ",
    );
}

// --- what is told on the way ---

#[test]
fn every_change_is_told_once_when_it_happens() {
    let script = established(
        "> P. 1001(5) ack 5001
         < . 5001 ack 1006
         > P. 1001(5) ack 5001
         > F. 1006(2) ack 5001
         < F. 5001 ack 1009
         > . 1009 ack 5002",
    );
    let told: Vec<String> = events(&script)
        .iter()
        .map(|(frame, event)| format!("{frame} {event:?}"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
        1 Opened(ConnectionId(0))
        2 SynAcked(ConnectionId(0))
        3 Established(ConnectionId(0))
        4 Payload { connection: ConnectionId(0), from: Initiator, offsets: 0..5, index: 0 }
        5 Acknowledged { connection: ConnectionId(0), of: Initiator, offset: 5 }
        6 Retransmitted { connection: ConnectionId(0), from: Initiator, offsets: 0..5 }
        7 Payload { connection: ConnectionId(0), from: Initiator, offsets: 5..7, index: 0 }
        7 Fin { connection: ConnectionId(0), from: Initiator }
        8 Acknowledged { connection: ConnectionId(0), of: Initiator, offset: 7 }
        8 FinAcknowledged { connection: ConnectionId(0), of: Initiator }
        8 Fin { connection: ConnectionId(0), from: Responder }
        9 FinAcknowledged { connection: ConnectionId(0), of: Responder }
        9 Closed(ConnectionId(0))
        ");
}

#[test]
fn a_retransmission_that_brings_new_bytes_tells_only_those() {
    let script = established(
        "> P. 1001(4) ack 5001
         > P. 1009(4) ack 5001
         > P. 1001(16) ack 5001",
    );
    let told: Vec<String> = events(&script)
        .iter()
        .filter(|(frame, _)| *frame == 6)
        .map(|(_, event)| format!("{event:?}"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
        Retransmitted { connection: ConnectionId(0), from: Initiator, offsets: 0..4 }
        OutOfOrder { connection: ConnectionId(0), from: Initiator, offsets: 4..8 }
        Payload { connection: ConnectionId(0), from: Initiator, offsets: 4..8, index: 4 }
        Payload { connection: ConnectionId(0), from: Initiator, offsets: 12..16, index: 12 }
        ");
}

#[test]
fn a_syn_in_doubt_is_listed_in_its_place() {
    let script = "> P. 1001(4) ack 5001
                  > S 9000
                  > SR 1000";
    let connections = connections(script);
    let lists: Vec<&[FrameNumber]> = connections.iter().map(|c| &*c.by_initiator.syns).collect();
    assert_eq!(lists, [[FrameNumber(2), FrameNumber(3)]]);
}

#[test]
fn a_side_has_the_other_for_its_peer() {
    assert_eq!(Side::Initiator.peer(), Side::Responder);
    assert_eq!(Side::Responder.peer(), Side::Initiator);
}
