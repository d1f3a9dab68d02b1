//! Where a small change to the code was once not noticed by any other test (`docs/mutants.md`).

use super::{check, describe_half, established};
use crate::flow::script::{connections, events};
use crate::flow::{Ending, FlowEvent, ResetEffect, SetupKind};
use crate::pcap::FrameNumber;

#[test]
fn a_syn_ack_for_another_syn_leaves_ours_without_an_answer() {
    check(
        "
        > S 1000
        < S. 5000 ack 901
        > R 901
        ",
        "
        client by Syn: setup 1 - -; unanswered; 35 RSTO
        > [] acknowledged 0 RST 3 ignored
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_syn_in_doubt_that_is_refused_is_an_ordinary_attempt() {
    let connections = connections(&established("> S 9000\n< R. 0 ack 9001"));
    let told: Vec<_> = connections
        .iter()
        .map(|connection| (connection.ending(), connection.setup.kind))
        .collect();
    assert_eq!(
        told,
        [
            (Ending::StillOpen, SetupKind::Ordinary),
            (Ending::Refused, SetupKind::Ordinary)
        ]
    );
}

#[test]
fn of_syn_acks_with_different_numbers_any_of_the_first_five_may_count() {
    for (ack, syn_ack_frame) in [(9001, 6), (10001, 2)] {
        let script = format!(
            "
            > S 1000
            < S. 5000 ack 1001
            < S. 6000 ack 1001
            < S. 7000 ack 1001
            < S. 8000 ack 1001
            < S. 9000 ack 1001
            < S. 10000 ack 1001
            > . 1001 ack {ack}
            "
        );
        let syn_ack = connections(&script)[0].setup.syn_ack.map(|it| it.frame);
        assert_eq!(syn_ack, Some(FrameNumber(syn_ack_frame)), "ack {ack}");
    }
}

#[test]
fn the_reach_of_sequence_numbers_grows_with_the_windows_scale() {
    for (offset, expected) in [
        (
            16_000_000,
            "[0..5 16000000..16000009] acknowledged 0 out of order 5",
        ),
        (17_000_000, "[0..5] acknowledged 0 unplaced 9"),
    ] {
        let script = format!(
            "
            > S 1000 scale 7
            < S. 5000 ack 1001 scale 7
            > . 1001 ack 5001
            > P. {}(9) ack 5001
            > P. 1001(5) ack 5001
            ",
            1001 + offset
        );
        let [connection] = &connections(&script)[..] else {
            panic!("one connection");
        };
        assert_eq!(describe_half(&connection.by_initiator), expected);
    }
}

#[test]
fn an_rst_behind_a_fin_that_stands_at_the_windows_end_is_heeded() {
    let effects = |window: u16, payload_len: u32| {
        [1002, 1003].map(|seq| {
            let script = established(&format!(
                "
                < . 5001 ack 1001 win {window}
                > F. 1001({payload_len}) ack 5001
                > R {}
                ",
                seq + payload_len
            ));
            let connection = connections(&script).remove(0);
            connection
                .by_initiator
                .resets
                .iter()
                .next()
                .map(|it| it.effect)
        })
    };
    let heeded_only_there = [Some(ResetEffect::Aborted), Some(ResetEffect::Ignored)];
    assert_eq!(effects(10, 10), heeded_only_there);
    assert_eq!(effects(0, 0), heeded_only_there);
}

#[test]
fn an_older_acknowledgment_after_a_mid_stream_begin_takes_nothing_back() {
    check(
        "
        < . 5001 ack 1101
        > P. 1001(100) ack 5001
        < . 5001 ack 1051
        ",
        "
        client by Guessed: setup - - -; still open; 12 OTH
        > [0..100] acknowledged 100
        < [] acknowledged 0
        ",
    );
}

#[test]
fn a_conflict_names_the_frame_of_the_first_copy_among_the_last_64() {
    let first_copy = |offset: u32, steps: u32| {
        let frames = (0..steps).map(|step| format!("> P. {}(10) ack 5001\n", 1001 + 10 * step));
        let contradicted = format!("> P. {}(10) ack 5001 text yyyyyyyyyy", 1001 + offset);
        let script = established(&format!("{}{contradicted}", frames.collect::<String>()));
        let half = &connections(&script)[0].by_initiator;
        half.conflicts.first.map(|conflict| conflict.kept)
    };
    assert_eq!(first_copy(640, 66), Some(Some(FrameNumber(68))));
    assert_eq!(first_copy(0, 64), Some(Some(FrameNumber(4))));
    assert_eq!(first_copy(0, 65), Some(None));
}

#[test]
fn payload_that_begins_before_the_stream_is_told_from_where_the_stream_begins() {
    let script = established("> P. 999(10) ack 5001");
    let told: Vec<_> = events(&script)
        .into_iter()
        .filter_map(|(_, event)| match event {
            FlowEvent::Payload { index, offsets, .. } => Some((index, offsets)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(2, 0..8)]);
}

// --- Zeek's words ---

/// `conn_state` and `history` of a script's only connection.
fn zeeks_words(script: &str) -> String {
    let [connection] = &connections(script)[..] else {
        panic!("one connection");
    };
    format!("{} {}", connection.conn_state(), connection.history())
}

#[test]
fn both_resets_of_a_connection_with_payload_are_no_rejection() {
    let script = established("> P. 1001(5) ack 5001\n> R 1006\n< R 5001");
    assert_eq!(zeeks_words(&script), "RSTR ShADRr");
}

#[test]
fn payload_in_a_syn_was_sent_though_nobody_acknowledged_it() {
    let script = "> S 1000(2)\n< S. 5000 ack 1001\n> R 1001\n< R 5001";
    assert_eq!(zeeks_words(script), "RSTR SThRr");
}

#[test]
fn the_same_rst_again_is_told_once() {
    let script = established("> R 1001\n> R 1001");
    assert_eq!(zeeks_words(&script), "RSTO ShAR");
}

#[test]
fn an_rst_more_than_a_mebibyte_away_moves_no_end() {
    let reset_at = |seq| format!("> S 1000\n< S. 5000 ack 1001\n> R {seq}\n< R 5001");
    assert_eq!(zeeks_words(&reset_at(1001 + (1 << 20))), "RSTR ShRr");
    assert_eq!(zeeks_words(&reset_at(1002 + (1 << 20))), "REJ ShRr");
}
