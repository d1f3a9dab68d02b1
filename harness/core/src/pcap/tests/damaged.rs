//! pcapng that is damaged in places.

use super::build::{Big, Capture, Little};
use super::*;

/// A capture with one packet, `good`, at offset 48 to 92.
fn good() -> Capture {
    let capture = Capture::blocks(Little).interface(1, 0, &[]);
    let good = capture.packet(0, 0, b"good", b"");
    assert_eq!(good.bytes.len(), GOOD_BYTES);
    good
}

const GOOD_BYTES: usize = 84;
const GOOD: &str = "1 Ethernet 0.000000000 good of 5";
const MORE: &str = "2 Ethernet 0.000001000 more of 5";

/// Puts something behind the good packet, and another good one behind that.
#[track_caller]
fn check_between(damage: impl Fn(Capture) -> Capture, skipped: &str) {
    let capture = damage(good()).packet(0, 1, b"more", b"");
    check(&capture.bytes, &[GOOD, MORE, skipped]);
}

#[test]
fn a_packet_of_an_interface_that_is_not_described_is_skipped() {
    let skipped = "skipped 36 at 84: a packet is of interface 1, which is not described";
    check_between(|it| it.packet(1, 0, b"lost", b""), skipped);
}

#[test]
fn a_packet_longer_than_its_block_is_skipped() {
    let lie = |it: Capture| {
        let body = it.body();
        let body = body.u32(0).u32(0).u32(0).u32(5).u32(5).raw(b"lost").bytes;
        it.block(6, &body)
    };
    check_between(
        lie,
        "skipped 36 at 84: a packet says it has 5 bytes in a block with room for 4",
    );
}

#[test]
fn a_packet_block_without_its_fields_is_skipped() {
    let skipped = "skipped 16 at 84: a block is too short for the fields of its type";
    for block_type in [6, 2] {
        check_between(|it| it.block(block_type, &[0; 4]), skipped);
    }
    let skipped = "skipped 12 at 84: a block is too short for the fields of its type";
    check_between(|it| it.block(3, b""), skipped);
}

#[test]
fn a_damaged_interface_keeps_its_number() {
    let capture = good()
        .block(1, b"\x01\0\0\0")
        .interface(101, 0, &[])
        .packet(2, 1, b"raw", b"")
        .packet(1, 1, b"lost", b"");
    let expected = [
        GOOD,
        "2 Raw 0.000001000 raw of 4",
        "skipped 16 at 84: a block is too short for the fields of its type",
        "skipped 36 at 156: a packet is of interface 1, which is not described",
    ];
    check(&capture.bytes, &expected);
}

#[test]
fn lengths_that_differ_are_told_and_the_first_is_believed() {
    let mut capture = good().packet(0, 1, b"more", b"");
    let skipped =
        "skipped 4 at 80: a block's length is 36 before it and 9 after it; the first is believed";
    capture.bytes[GOOD_BYTES - 4] = 9;
    check(&capture.bytes, &[GOOD, MORE, skipped]);
}

#[test]
fn a_length_may_leave_the_padding_out() {
    let mut capture = good().packet(0, 1, b"pad", b"").packet(0, 1, b"more", b"");
    let frames = [
        GOOD,
        "2 Ethernet 0.000001000 pad of 4",
        "3 Ethernet 0.000001000 more of 5",
    ];
    capture.bytes[GOOD_BYTES + 4] -= 1;
    check(&capture.bytes, &frames);
    capture.bytes[GOOD_BYTES + 32] -= 1;
    check(&capture.bytes, &frames);
}

#[test]
fn a_packet_longer_than_any_is_passed_over() {
    let long = |it: Capture| it.packet(0, 0, &vec![7; 18 << 20], b"");
    check_between(
        long,
        "skipped 18874400 at 84: a packet says it has 18874400 bytes, more than any network carries",
    );
}

#[test]
fn zeros_up_to_the_end_are_no_damage() {
    for zeros in [1, 11, 12, 64, 3 << 20] {
        let capture = good().raw(&vec![0; zeros]);
        let skipped = format!("skipped {zeros} at 84: zeros fill the file up to its end");
        check(&capture.bytes, &[GOOD, &skipped]);
    }
}

#[test]
fn zeros_before_something_else_end_the_capture() {
    let capture = good().raw(&[0; 64]).raw(b"else");
    let end = "cut after 1 at 84: a block says it has 0 bytes, fewer than its header";
    check(&capture.bytes, &[GOOD, end]);
}

#[test]
fn a_length_shorter_than_a_header_ends_the_capture() {
    let capture = good().u32(6).u32(8).raw(&[0; 64]);
    let end = "cut after 1 at 84: a block says it has 8 bytes, fewer than its header";
    check(&capture.bytes, &[GOOD, end]);
}

#[test]
fn a_section_without_a_byte_order_ends_the_capture() {
    let capture = good().u32(0x0A0D_0D0A).u32(28).raw(&[7; 20]);
    let end = "cut after 1 at 84: a section begins with 0x07070707, which tells no byte order";
    check(&capture.bytes, &[GOOD, end]);
}

#[test]
fn a_capture_cut_anywhere_keeps_the_frames_before_the_cut() {
    for (block_bytes, whole) in [
        (36, good().packet(0, 1, b"more", b"")),
        (16, good().block(0x7777, b"more")),
        (28, good().section(Big, 0)),
    ] {
        for cut in GOOD_BYTES + 1..whole.bytes.len() {
            let present = cut - GOOD_BYTES;
            let end = if present < 12 {
                format!("cut after 1 at 84: it ends after {present} bytes of a record's header")
            } else {
                format!(
                    "cut after 1 at 84: it ends after {present} of the {block_bytes} bytes that a record has"
                )
            };
            check(&whole.bytes[..cut], &[GOOD, &end]);
        }
    }
}

#[test]
fn the_first_64_places_are_kept_and_all_are_counted() {
    let mut capture = good();
    for _ in 0..100 {
        capture = capture.packet(7, 0, b"lost", b"");
    }
    let mut reader = Reader::new(&capture.bytes[..]).expect("it is a capture");
    while reader.next_frame().is_some() {}
    assert_eq!(reader.skipped().len(), 64);
    assert_eq!(reader.skipped_count(), 100);
}

#[test]
fn more_interfaces_than_can_be_told_apart_are_not_kept() {
    let mut capture = good();
    for _ in 0..1 << 16 {
        capture = capture.interface(101, 0, &[]);
    }
    let capture = capture
        .packet(65_535, 0, b"last", b"")
        .packet(65_536, 0, b"lost", b"");
    let expected = [
        GOOD,
        "2 Raw 0.000000000 last of 5",
        "skipped 20 at 1310784: a section describes more interfaces than are kept",
        "skipped 36 at 1310840: a packet is of interface 65536, which is not described",
    ];
    check(&capture.bytes, &expected);
}
