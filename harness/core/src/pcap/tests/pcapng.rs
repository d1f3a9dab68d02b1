//! The pcapng format as it should be.

use super::build::{Big, Capture, END, Little};
use super::check;

const ETHERNET: u16 = 1;
const RAW: u16 = 101;
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;
const COMMENT: u16 = 1;

/// A packet of an interface whose clock has these options.
#[track_caller]
fn check_clock(options: &[(u16, &[u8])], count: u64, expected: &str) {
    for order in [Little, Big] {
        let capture = Capture::blocks(order).interface(ETHERNET, 0, options);
        let expected = format!("1 Ethernet {expected} p of 2");
        check(&capture.packet(0, count, b"p", b"").bytes, &[&expected]);
    }
}

#[test]
fn an_interface_without_a_resolution_counts_microseconds() {
    check_clock(&[], 1_000_007, "1.000007000");
    check_clock(&[END], 1 << 32, "4294.967296000");
}

#[test]
fn a_resolution_is_a_power_of_ten() {
    check_clock(&[(RESOLUTION, &[0])], 7, "7.000000000");
    check_clock(&[(RESOLUTION, &[3])], 7, "0.007000000");
    check_clock(&[(RESOLUTION, &[9])], 7, "0.000000007");
    check_clock(&[(RESOLUTION, &[12])], 1_000_000_007_999, "1.000000007");
    check_clock(&[(RESOLUTION, &[19])], u64::MAX, "1.844674407");
    check_clock(&[(RESOLUTION, &[127])], u64::MAX, "0.000000000");
}

#[test]
fn a_resolution_is_a_power_of_two() {
    check_clock(&[(RESOLUTION, &[0x80])], 7, "7.000000000");
    check_clock(&[(RESOLUTION, &[0x8A])], 1536, "1.500000000");
    check_clock(&[(RESOLUTION, &[0xC0])], 1 << 63, "0.500000000");
    check_clock(&[(RESOLUTION, &[0xFF])], u64::MAX, "0.000000000");
}

#[test]
fn a_time_that_cannot_be_held_is_the_last_one() {
    check_clock(&[(RESOLUTION, &[0])], u64::MAX, "18446744073.709551615");
    check_clock(&[(RESOLUTION, &[6])], u64::MAX, "18446744073.709551615");
}

#[test]
fn an_offset_is_added_in_seconds() {
    for (order, bytes) in [
        (Little, (-3_i64).to_le_bytes()),
        (Big, (-3_i64).to_be_bytes()),
    ] {
        let capture = Capture::blocks(order)
            .interface(ETHERNET, 0, &[(OFFSET, &bytes)])
            .packet(0, 5_000_001, b"after", b"")
            .packet(0, 2_999_999, b"before 1970", b"");
        let frames = [
            "1 Ethernet 2.000001000 after of 6",
            "2 Ethernet 0.000000000 before 1970 of 12",
        ];
        check(&capture.bytes, &frames);
    }
}

#[test]
fn interfaces_keep_their_own_link_type_and_clock() {
    let capture = Capture::blocks(Little)
        .interface(ETHERNET, 0, &[])
        .interface(RAW, 0, &[(RESOLUTION, &[9])])
        .packet(1, 1, b"one", b"")
        .packet(0, 1, b"zero", b"");
    let frames = [
        "1 Raw 0.000000001 one of 4",
        "2 Ethernet 0.000001000 zero of 5",
    ];
    check(&capture.bytes, &frames);
}

#[test]
fn a_section_has_its_own_byte_order_and_interfaces() {
    for section_bytes in [u64::MAX, 4711] {
        let capture = Capture::blocks(Little)
            .interface(ETHERNET, 0, &[])
            .packet(0, 1, b"first", b"")
            .section(Big, section_bytes)
            .interface(RAW, 0, &[])
            .packet(0, 2, b"second", b"")
            .section(Little, section_bytes);
        let frames = [
            "1 Ethernet 0.000001000 first of 6",
            "2 Raw 0.000002000 second of 7",
        ];
        check(&capture.bytes, &frames);
    }
}

#[test]
fn a_simple_packet_is_cut_to_the_snap_length_and_has_no_padding() {
    let capture = |snap_len| Capture::blocks(Big).interface(ETHERNET, snap_len, &[]);
    let cut = capture(3).simple(9, b"cut");
    check(&cut.bytes, &["1 Ethernet 0.000000000 cut of 9"]);
    let whole = capture(0).simple(5, b"whole");
    check(&whole.bytes, &["1 Ethernet 0.000000000 whole of 5"]);
    let snap_length_lies = capture(1000).simple(9, b"four");
    check(
        &snap_length_lies.bytes,
        &["1 Ethernet 0.000000000 four of 9"],
    );
}

#[test]
fn an_obsolete_packet_block_is_read() {
    for order in [Little, Big] {
        let capture = Capture::blocks(order)
            .interface(RAW, 0, &[])
            .interface(ETHERNET, 0, &[])
            .obsolete(1, 1_000_000, b"old");
        check(&capture.bytes, &["1 Ethernet 1.000000000 old of 4"]);
    }
}

#[test]
fn blocks_without_packets_are_passed_over() {
    let names = (4, &b"\0\0\0\0"[..]);
    let (statistics, secrets, unknown) = (
        (5, &b"anything"[..]),
        (10, &b"TLSK"[..]),
        (0x7777, &b""[..]),
    );
    let mut capture = Capture::blocks(Little).interface(ETHERNET, 0, &[]);
    for (block_type, body) in [names, statistics, secrets, unknown] {
        capture = capture.block(block_type, body);
    }
    let capture = capture.packet(0, 0, b"p", b"");
    check(&capture.bytes, &["1 Ethernet 0.000000000 p of 2"]);
}

#[test]
fn a_block_without_a_packet_may_be_longer_than_any_packet() {
    let mut capture = Capture::blocks(Little).interface(ETHERNET, 0, &[]);
    capture = capture
        .block(0x8000_0001, &vec![7; 40 << 20])
        .packet(0, 0, b"p", b"");
    check(&capture.bytes, &["1 Ethernet 0.000000000 p of 2"]);
}

/// As tshark 4.0 and 4.4 number them.
#[test]
fn a_custom_block_takes_a_frame_number() {
    let mut capture = Capture::blocks(Little).interface(ETHERNET, 0, &[]);
    for block_type in [0x0BAD, 0x4000_0BAD] {
        capture = capture
            .block(block_type, b"\xD9\x7E\0\0")
            .packet(0, 0, b"p", b"");
    }
    let frames = [
        "2 Ethernet 0.000000000 p of 2",
        "4 Ethernet 0.000000000 p of 2",
    ];
    check(&capture.bytes, &frames);
}

#[test]
fn options_of_a_packet_are_not_looked_at() {
    for options in [
        &b"\x01\0\x05\0caf\xE9!\0\0\0"[..],
        b"\x01\0\xFF\xFF",
        b"\xFF",
    ] {
        let capture = Capture::blocks(Little)
            .interface(ETHERNET, 0, &[(COMMENT, b"caf\xE9")])
            .packet(0, 0, b"p", options);
        check(&capture.bytes, &["1 Ethernet 0.000000000 p of 2"]);
    }
}

#[test]
fn a_broken_option_of_an_interface_costs_only_what_is_behind_it() {
    let nanos = [RESOLUTION, 1].map(u16::to_le_bytes).concat();
    let nanos = [&nanos[..], &[9, 0, 0, 0]].concat();
    for broken in [&b"\x02\0\xFF\xFFeth0"[..], b"\x02", b""] {
        let body = [&[1, 0, 0, 0, 0, 0, 0, 0], &nanos[..], broken].concat();
        let capture = Capture::blocks(Little)
            .block(1, &body)
            .packet(0, 1, b"p", b"");
        check(&capture.bytes, &["1 Ethernet 0.000000001 p of 2"]);
    }
}
