//! Zeek's words for packet scripts. What Zeek says is told by its own baselines; here is one case for each rule.

use crate::flow::script::connections;

/// Compares `conn_state` and `history` of a script's only connection.
#[track_caller]
fn check(script: &str, expected: &str) {
    let connections = connections(script);
    let told: Vec<String> = connections
        .iter()
        .map(|connection| format!("{} {}", connection.conn_state(), connection.history()))
        .collect();
    assert_eq!(told, [expected]);
}

/// The same for a script that goes on after a handshake.
#[track_caller]
fn check_established(script: &str, expected: &str) {
    let handshake = "> S 1000\n< S. 5000 ack 1001\n> . 1001 ack 5001\n";
    check(&format!("{handshake}{script}"), expected);
}

/// A segment of the client's, many times over.
fn repeated(line: &str, times: usize) -> String {
    format!("{line}\n").repeat(times)
}

#[test]
fn a_whole_connection_is_sf() {
    check_established(
        "> P. 1001(10) ack 5001
         < P. 5001(20) ack 1011
         > F. 1011 ack 5021
         < F. 5021 ack 1012
         > . 1012 ack 5022",
        "SF ShADdFf",
    );
}

#[test]
fn attempts_are_told_by_what_answered_them() {
    check("> S 1000", "S0 S");
    check("> S 1000\n< R. 0 ack 1001", "REJ Sr");
    check("> S 1000\n> R 1001", "RSTOS0 SR");
    check("> S 1000\n> F. 1001 ack 1", "SH SF");
    check("> S 1000\n< S. 5000 ack 1001", "S1 Sh");
}

#[test]
fn an_rst_is_believed_whatever_its_number() {
    check_established("< R 4000000000", "RSTR ShAr");
    check_established("> R 4000000000", "RSTO ShAR");
}

#[test]
fn one_fin_leaves_the_other_side_open() {
    check_established("> F. 1001 ack 5001", "S2 ShAF");
    check_established("< F. 5001 ack 1001", "S3 ShAf");
    check_established("", "S1 ShA");
}

#[test]
fn a_connection_without_syn_is_partial() {
    check("> P. 1001(10) ack 5001\n< . 5001 ack 1011", "OTH Da");
    check("> F. 1001 ack 5001\n< . 5001 ack 1002", "SH Fa");
    check("< F. 5001 ack 1001\n> . 1001 ack 5002", "SHR ^fA");
    check("< R. 5001 ack 1001", "RSTRH ^r");
}

#[test]
fn a_syn_ack_that_was_captured_first_shows_the_flip() {
    check("< S. 5000 ack 1001\n> . 1001 ack 5001", "S1 ^hA");
    // Zeek waits for another answer to the SYN that comes late.
    check(
        "< S. 5000 ack 1001\n> S 1000\n> . 1001 ack 5001",
        "OTH ^hSA",
    );
}

#[test]
fn both_may_send_a_syn() {
    check(
        "> S 1000\n< S 5000\n> S. 1000 ack 5001\n< S. 5000 ack 1001",
        "S1 Ss",
    );
}

#[test]
fn an_acknowledgment_before_the_syn_ack_leaves_the_attempt_open() {
    check("> S 1000\n< . 777 ack 999", "S0 Sa");
}

#[test]
fn syn_fin_and_rst_are_told_again_only_with_another_number() {
    check("> S 1000\n> S 1000", "S0 S");
    check_established("> F. 1001 ack 5001\n> F. 1001 ack 5001", "S2 ShAF");
    check_established("> F. 1001 ack 5001\n> F. 1003 ack 5001", "S2 ShAFF");
    check_established("> R 1001\n> R 1001\n> R 1002", "RSTO ShARR");
}

#[test]
fn a_fin_after_the_peers_fin_and_rst_is_an_ordinary_end() {
    check_established("> F. 1001 ack 5001\n> R 1002", "RSTO ShAFR");
    check_established(
        "> F. 1001 ack 5001\n> R 1002\n< F. 5001 ack 1002",
        "SF ShAFRf",
    );
}

#[test]
fn an_rst_after_both_fins_changes_nothing() {
    check_established(
        "> F. 1001 ack 5001\n< F. 5001 ack 1002\n< R 5002",
        "SF ShAFfr",
    );
}

#[test]
fn both_resets_of_a_connection_without_payload_are_a_rejection() {
    check(
        "> S 1000\n< S. 5000 ack 1001\n> R 1001\n< R 5001",
        "REJ ShRr",
    );
}

#[test]
fn payload_again_is_told_at_the_first_the_tenth_and_the_hundredth_time() {
    let payload = "> P. 1001(10) ack 5001";
    check_established(&repeated(payload, 2), "S1 ShADT");
    check_established(&repeated(payload, 10), "S1 ShADT");
    check_established(&repeated(payload, 11), "S1 ShADTT");
    check_established(&repeated(payload, 101), "S1 ShADTTT");
}

#[test]
fn payload_out_of_order_counts_as_sent_again() {
    check_established(
        "> P. 1101(100) ack 5001\n> P. 1001(100) ack 5001",
        "S1 ShADT",
    );
}

#[test]
fn payload_in_the_syn_counts_as_sent_again() {
    check("> S 1000(60)\n< S. 5000 ack 1061", "S1 STh");
}

#[test]
fn a_hole_that_the_peer_acknowledges_is_a_gap() {
    check_established(
        "> P. 1001(100) ack 5001\n> P. 1201(100) ack 5001\n< . 5001 ack 1301",
        "S1 ShADaG",
    );
    check_established("< . 5001 ack 1101", "S1 ShAaG");
}

#[test]
fn a_hole_that_is_filled_before_it_is_acknowledged_is_none() {
    check_established(
        "> P. 1101(100) ack 5001\n> P. 1001(100) ack 5001\n< . 5001 ack 1201",
        "S1 ShADTa",
    );
}

#[test]
fn the_number_of_a_fin_is_no_gap() {
    check_established(
        "> P. 1001(10) ack 5001\n> F. 1011 ack 5001\n< . 5001 ack 1012",
        "S2 ShADFa",
    );
}

#[test]
fn a_zero_window_is_told_unless_the_other_side_has_closed() {
    check_established("< . 5001 ack 1001 win 0", "S1 ShAaw");
    check_established("> F. 1001 ack 5001\n< . 5001 ack 1002 win 0", "S2 ShAFa");
    check_established("< R. 5001 ack 1001 win 0", "RSTR ShAr");
}

#[test]
fn flags_that_exclude_each_other_are_told_once() {
    check("> SF 1000\n> SF 1000", "SH Q");
    check("> FR 1000\n> FR 1000", "OTH I");
    check("> SR 1000", "OTH Q");
}
