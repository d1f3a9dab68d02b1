//! tshark reads the generated captures as they were meant: whole connections, right checksums, nothing lost or sent twice.
//!
//! Without tshark the test fails; `SYNFIN_TESTS_WITHOUT=tshark` leaves it out and says so.
#![expect(clippy::disallowed_methods, reason = "tshark is another program")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::Command;

use synfin_bench::Traffic;

/// Names of tools that tests do without, separated by commas.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

/// Wireshark's `tcp.completeness`: SYN, SYN-ACK, ACK, data and FIN seen.
const COMPLETE: &str = "31";
/// The same of a SYN alone.
const SYN_ONLY: &str = "1";
/// A checksum's status.
const GOOD: &str = "1";

#[test]
fn a_bulk_transfer_over_loopback_is_one_whole_connection() {
    check(Traffic::Bulk64k, 100, &[(COMPLETE, 1)], 65_549);
}

#[test]
fn bulk_transfers_at_an_mtu_of_1500_are_four_whole_connections() {
    check(Traffic::Mtu1500, 300, &[(COMPLETE, 4)], 1_514);
}

#[test]
fn every_short_connection_is_a_whole_one_of_ten_frames() {
    check(Traffic::Connections, 2_000, &[(COMPLETE, 200)], 66 + 240);
}

#[test]
fn every_syn_of_a_flood_is_a_connection_of_its_own() {
    check(Traffic::SynFlood, 500, &[(SYN_ONLY, 500)], 74);
}

/// Compares the streams that tshark counts by completeness, and the longest frame.
#[track_caller]
fn check(traffic: Traffic, frames: u64, streams: &[(&str, usize)], longest_frame_bytes: u32) {
    if is_left_out() {
        return;
    }
    let rows = tshark(&traffic.capture(frames));
    let mut completeness = BTreeMap::new();
    let mut longest = 0;
    for row in &rows {
        let [stream, value, len, faults, checksums @ ..] = &row.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("tshark printed {row:?}");
        };
        assert_eq!(*faults, "", "tshark finds a fault in {row:?}");
        assert_eq!(checksums, [GOOD; 2], "a checksum is wrong in {row:?}");
        completeness.insert(*stream, *value);
        longest = longest.max(len.parse().expect("a length"));
    }
    let mut counted = BTreeMap::new();
    for value in completeness.into_values() {
        *counted.entry(value).or_insert(0) += 1;
    }
    assert_eq!(Vec::from_iter(counted), streams);
    assert_eq!(longest, longest_frame_bytes);
    assert!(rows.len() as u64 >= frames, "only {} frames", rows.len());
}

/// A line a frame: stream, completeness, length, and what the analysis of sequence numbers found, and whether the two
/// checksums are right.
fn tshark(capture: &[u8]) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(capture)
        .expect("a temporary file can be written");
    let output = Command::new("tshark")
        .args(["-n", "-2", "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"])
        .args(["-T", "fields", "-e", "tcp.stream", "-e", "tcp.completeness", "-e", "frame.len"])
        .args(["-e", "tcp.analysis.flags"])
        .args(["-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-r"])
        .arg(file.path())
        .output()
        .expect("tshark is missing: apt-get install tshark, or do without it: SYNFIN_TESTS_WITHOUT=tshark");
    let text = String::from_utf8(output.stdout).expect("numbers are ASCII");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines().map(str::to_owned).collect()
}

/// Whether the environment says to do without tshark. Says so on standard error itself: the test runner keeps what the
/// printing macros print.
fn is_left_out() -> bool {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    let is_left_out = without.split(',').any(|tool| tool == "tshark");
    if is_left_out {
        let line = format!("LEFT OUT, because {WITHOUT} names tshark\n");
        let told = io::stderr().lock().write_all(line.as_bytes());
        told.expect("standard error can be written");
    }
    is_left_out
}
