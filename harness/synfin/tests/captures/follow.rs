use insta::assert_snapshot;
use tempfile::TempDir;

use crate::command::{code, stderr, synfin, told};
use crate::segments::{Segment, TALK, pcap, shots, two_connections, write};

#[test]
fn both_sides_take_turns() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    let output = synfin(folder.path(), &["follow", &capture, "0"]);
    assert_eq!(told(&output), "→ LIST\n← Files on the server: notes.txt\n");
}

#[test]
fn one_side_is_shown_as_digits() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    let arguments = [
        "follow",
        &capture,
        "0",
        "--side",
        "responder",
        "--as",
        "hex",
    ];
    assert_snapshot!(told(&synfin(folder.path(), &arguments)));
}

#[test]
fn a_digest_is_that_of_the_bytes_sent() {
    let folder = TempDir::new().unwrap();
    let capture = two_connections(folder.path());
    let arguments = [
        "follow",
        &capture,
        "0",
        "--side",
        "initiator",
        "--as",
        "sha256",
    ];
    assert_eq!(
        told(&synfin(folder.path(), &arguments)),
        "4d88ed49c0d5b1ecce597af9dc36a3db2f3e20d1338563d78a1c8ef6e3836e8d  initiator  5 bytes\n"
    );
}

/// A reply whose second part comes twice, the second time with another content, before its first part; its third part
/// is not in the capture.
const TORN: [Segment<'static>; 9] = [
    (true, "S", 100, 0, b""),
    (false, "SA", 900, 101, b""),
    (true, "A", 101, 901, b""),
    (false, "PA", 905, 101, b"second "),
    (false, "PA", 905, 101, b"SECOND "),
    (false, "PA", 901, 101, b"one "),
    (false, "PA", 917, 101, b"\xff\x00\x1b[2Jlast"),
    (true, "A", 101, 927, b""),
    (true, "RA", 101, 927, b""),
];

#[test]
fn each_byte_is_shown_once_in_stream_order_and_a_gap_is_told_in_its_place() {
    let folder = TempDir::new().unwrap();
    let capture = write(folder.path(), &pcap(&shots(51702, 0, &TORN)));
    let output = synfin(folder.path(), &["follow", &capture, "0"]);
    assert_eq!(
        told(&output),
        "← one second \n!← 5 bytes missing, offsets 11 to 16: acknowledged, and in no frame of the capture\n← \\xff\\x00\\x1b[2Jlast\n"
    );
}

#[test]
fn raw_bytes_are_verbatim_and_a_gap_is_told_beside_them() {
    let folder = TempDir::new().unwrap();
    let capture = write(folder.path(), &pcap(&shots(51702, 0, &TORN)));
    let output = synfin(folder.path(), &["follow", &capture, "0", "--as", "raw"]);
    assert_eq!(output.stdout, b"one second \xff\x00\x1b[2Jlast");
    assert_eq!(
        (code(&output), stderr(&output)),
        (
            0,
            "!← 5 bytes missing, offsets 11 to 16: acknowledged, and in no frame of the capture\n"
        )
    );
}

#[test]
fn a_side_that_said_nothing_gives_nothing() {
    let folder = TempDir::new().unwrap();
    let capture = write(folder.path(), &pcap(&shots(51702, 0, &TALK[..3])));
    assert_eq!(told(&synfin(folder.path(), &["follow", &capture, "0"])), "");
}
