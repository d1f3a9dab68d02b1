//! The classic format.

use super::build::{Big, Capture, Little};
use super::check;

const MICROS: u32 = 0xA1B2_C3D4;
const NANOS: u32 = 0xA1B2_3C4D;
const KUZNETZOV: u32 = 0xA1B2_CD34;

#[test]
fn both_precisions_are_read_in_both_byte_orders() {
    for order in [Little, Big] {
        let of = |magic| {
            Capture::classic(order, magic, 1)
                .record(1, 5, 60, b"data")
                .bytes
        };
        check(&of(MICROS), &["1 Ethernet 1.000005000 data of 60"]);
        check(&of(NANOS), &["1 Ethernet 1.000000005 data of 60"]);
    }
}

#[test]
fn records_of_kuznetzovs_patch_have_longer_headers() {
    for order in [Little, Big] {
        let mut capture = Capture::classic(order, KUZNETZOV, 1);
        for data in [b"one", b"two"] {
            // Interface, protocol, direction and padding stand between the lengths and the data.
            capture = capture
                .u32(1)
                .u32(5)
                .u32(3)
                .u32(3)
                .u32(2)
                .u16(0x800)
                .u16(0)
                .raw(data);
        }
        let frames = [
            "1 Ethernet 1.000005000 one of 3",
            "2 Ethernet 1.000005000 two of 3",
        ];
        check(&capture.bytes, &frames);
    }
}

#[test]
fn bits_above_the_link_type_are_not_part_of_it() {
    let capture = Capture::classic(Little, MICROS, 0x3400_0071).record(0, 0, 4, b"data");
    check(&capture.bytes, &["1 LinuxSll 0.000000000 data of 4"]);
}

#[test]
fn a_fraction_of_more_than_a_second_counts_on() {
    let capture = Capture::classic(Little, MICROS, 1)
        .record(1, 2_500_000, 4, b"data")
        .record(u32::MAX, u32::MAX, 4, b"last");
    let frames = [
        "1 Ethernet 3.500000000 data of 4",
        "2 Ethernet 4294971589.967295000 last of 4",
    ];
    check(&capture.bytes, &frames);
}

#[test]
fn a_packet_is_at_least_as_long_as_what_was_captured_of_it() {
    let capture = Capture::classic(Little, MICROS, 1).record(0, 0, 2, b"data");
    check(&capture.bytes, &["1 Ethernet 0.000000000 data of 4"]);
}

#[test]
fn before_version_2_4_the_lengths_stand_in_either_order() {
    for minor in [2, 3] {
        let mut capture = Capture::classic(Little, MICROS, 1)
            .record(0, 0, 60, b"captured first")
            .u32(0)
            .u32(0)
            .u32(60)
            .u32(8)
            .raw(b"original");
        capture.bytes[6] = minor;
        let frames = [
            "1 Ethernet 0.000000000 captured first of 60",
            "2 Ethernet 0.000000000 original of 60",
        ];
        check(&capture.bytes, &frames);
    }
}

#[test]
fn a_header_alone_is_a_capture_without_frames() {
    check(&Capture::classic(Big, NANOS, 1).bytes, &[]);
}

#[test]
fn a_cut_header_is_a_cut_capture() {
    let capture = Capture::classic(Little, MICROS, 1);
    let cut = "cut after 0 at 0: it ends after 10 of the 24 bytes that a record has";
    check(&capture.bytes[..10], &[cut]);
}

#[test]
fn a_length_that_no_packet_has_ends_the_capture() {
    let capture = Capture::classic(Little, MICROS, 1).record(0, 0, 4, b"data");
    let end =
        "cut after 1 at 44: a packet says it has 4026531840 bytes, more than any network carries";
    let long = capture
        .u32(0)
        .u32(0)
        .u32(0xF000_0000)
        .u32(60)
        .raw(b"whatever");
    check(&long.bytes, &["1 Ethernet 0.000000000 data of 4", end]);
}

#[test]
fn a_capture_cut_anywhere_keeps_the_frames_before_the_cut() {
    let one = Capture::classic(Little, NANOS, 1).record(0, 1, 5, b"first");
    let two = one.clone().record(2, 3, 6, b"second").bytes;
    let first = "1 Ethernet 0.000000001 first of 5";
    check(&one.bytes, &[first]);
    for cut in one.bytes.len() + 1..two.len() {
        let present = cut - one.bytes.len();
        let end = if present < 16 {
            format!("cut after 1 at 45: it ends after {present} bytes of a record's header")
        } else {
            format!("cut after 1 at 45: it ends after {present} of the 22 bytes that a record has")
        };
        check(&two[..cut], &[first, &end]);
    }
}
