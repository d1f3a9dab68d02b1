//! IPv4 and IPv6: lengths, options, extension headers and routes.

use super::build::*;
use super::*;

const V4_LENGTH_AT: usize = 2;
const V6_LENGTH_AT: usize = 4;

/// The frame carries the segment of `build`, but for what is said otherwise.
#[track_caller]
fn check(datagram: &[u8], expected: Segment<'_>) {
    assert_eq!(read(LinkType::Raw, datagram), Packet::Tcp(expected));
}

#[track_caller]
fn check_malformed(datagram: &[u8], why: &'static str) {
    assert_eq!(read(LinkType::Raw, datagram), Packet::Malformed(why));
}

/// `v4` with options of a multiple of four bytes.
#[track_caller]
fn v4_with_options(options: &str) -> Vec<u8> {
    let options = hex(options);
    let mut datagram = v4();
    let added = u8::try_from(options.len()).expect("options are short");
    datagram[0] += added / 4;
    datagram[V4_LENGTH_AT + 1] += added;
    datagram.splice(20..20, options);
    datagram
}

#[test]
fn padding_and_trailers_of_a_frame_are_no_payload() {
    for packet in [v4(), v6()] {
        let expected = read(LinkType::Raw, &packet);
        let padded = [&packet, &[0xEE; 20][..]].concat();
        assert_eq!(read(LinkType::Raw, &padded), expected);
    }
}

#[test]
fn a_datagram_without_a_length_is_as_long_as_its_frame() {
    let cases = [
        (v4(), V4_LENGTH_AT, segment_of_v4()),
        (v6(), V6_LENGTH_AT, segment_of_v6()),
    ];
    for (mut packet, length_at, expected) in cases {
        packet[length_at..][..2].fill(0);
        check(&packet, expected);

        let Packet::Tcp(cut) = parse(LinkType::Raw, len_of(&packet) + 100_000, &packet) else {
            panic!("a segment");
        };
        assert_eq!((cut.payload_len, cut.payload), (100_005, PAYLOAD));
    }
}

#[test]
fn a_jumbograms_length_stands_in_its_option() {
    let jumbo = |len: &str, option: &str| {
        let mut datagram = in_v6(0, &behind(&format!("06 00 {option} {len}"), &tcp()));
        datagram[V6_LENGTH_AT..][..2].fill(0);
        datagram
    };
    let of_len = |payload_len| Segment {
        payload_len,
        ..segment_of_v6()
    };
    check(&jumbo("000186c1", "c204"), of_len(0x186C1 - 8 - 20));
    // A length that another field could hold is unlawful (RFC 2675, 3), and so are others: the frame tells.
    check(&jumbo("0000ffff", "c204"), of_len(5));
    check(&jumbo("00000000", "0104"), of_len(5));
}

#[test]
fn a_jumbo_option_may_stand_behind_padding() {
    let options = "06 01 00 0103000000 c204 000186c1 0000";
    let mut datagram = in_v6(0, &behind(options, &tcp()));
    datagram[V6_LENGTH_AT..][..2].fill(0);
    check(
        &datagram,
        Segment {
            payload_len: 0x186C1 - 16 - 20,
            ..segment_of_v6()
        },
    );
}

#[test]
fn a_jumbo_option_beside_a_length_means_nothing() {
    let datagram = in_v6(0, &behind("06 00 c204 000186c1", &tcp()));
    check(&datagram, segment_of_v6());
}

#[test]
fn extension_headers_are_no_payload() {
    let cases = [
        (0, "06 00 0104 00000000"),
        (60, "06 00 0104 00000000"),
        (0, "3c 00 0104 00000000 06 00 0104 00000000"),
        (60, "06 01 010c 00000000 00000000 00000000"),
        (
            51,
            "06 04 0000 00000000 00000000 00000000 00000000 00000000",
        ),
        (135, "06 00 0000 00000000"),
        (139, "06 00 0000 00000000"),
        (140, "06 00 0000 00000000"),
        (44, "06 00 0000 00001234"),
    ];
    for (next_header, headers) in cases {
        let packet = in_v6(next_header, &behind(headers, &tcp()));
        assert_eq!(
            read(LinkType::Raw, &packet),
            Packet::Tcp(segment_of_v6()),
            "{headers}"
        );
    }
    let authenticated = in_v4(
        51,
        &behind(
            "06 04 0000 00000000 00000000 00000000 00000000 00000000",
            &tcp(),
        ),
    );
    check(&authenticated, segment_of_v4());
}

#[test]
fn a_connection_along_a_source_route_is_with_its_last_hop() {
    let to = |address: &str| Segment {
        destination: address.parse().expect("an address"),
        ..segment_of_v4()
    };
    check(&v4_with_options("83 07 04 c0000209 00"), to("192.0.2.9:80"));
    check(
        &v4_with_options("01 89 0b 04 c0000208 c0000209"),
        to("192.0.2.9:80"),
    );
    check(&v4_with_options("83 07 08 c0000209 00"), segment_of_v4());
    check(&v4_with_options("01010101"), segment_of_v4());
    check(&v4_with_options("83 ff 04 c0000209 00"), segment_of_v4());

    let to = |address: &str| Segment {
        destination: address.parse().expect("an address"),
        ..segment_of_v6()
    };
    let routed = |header: &str| in_v6(43, &behind(header, &tcp()));
    let hops = format!("{ADDRESS_3} {ADDRESS_1}");
    check(
        &routed(&format!("06 04 00 01 00000000 {hops}")),
        to("[2001:db8::1]:80"),
    );
    check(
        &routed(&format!("06 02 02 01 00000000 {ADDRESS_3}")),
        to("[2001:db8::3]:80"),
    );
    check(
        &routed(&format!("06 04 04 01 01000000 {hops}")),
        to("[2001:db8::3]:80"),
    );
    check(
        &routed(&format!("06 04 00 00 00000000 {hops}")),
        segment_of_v6(),
    );
    check(&routed("06 00 03 01 00000000"), segment_of_v6());
}

#[test]
fn lengths_that_contradict_each_other_are_malformed() {
    let mut short_header = v4();
    short_header[0] = 0x44;
    let mut short_datagram = v4();
    short_datagram[V4_LENGTH_AT + 1] = 19;
    for packet in [short_header, short_datagram] {
        check_malformed(&packet, "the IPv4 header's lengths contradict each other");
    }
    let mut of_no_version = v4();
    of_no_version[0] = 0x55;
    check_malformed(&of_no_version, "neither IPv4 nor IPv6");
    check_malformed(&v4()[..19], "the IPv4 header is cut");
    check_malformed(&v6()[..39], "the IPv6 header is cut");
    check_malformed(
        &v4_with_options("01010101")[..22],
        "the IPv4 options are cut",
    );
    let endless = in_v6(0, &hex("06 ff 0104 00000000"));
    check_malformed(&endless, "an IPv6 extension header is cut");
}

#[test]
fn a_length_beyond_the_frame_is_believed_for_the_snap_length_may_have_been_forgotten() {
    let mut packet = v4();
    packet[V4_LENGTH_AT..][..2].copy_from_slice(&1500_u16.to_be_bytes());
    check(
        &packet,
        Segment {
            payload_len: 1460,
            ..segment_of_v4()
        },
    );
}

#[test]
fn headers_nested_without_end_are_malformed() {
    let nested = (0..40).fold(v4(), |packet, _| in_v4(4, &packet));
    check_malformed(&nested, "more headers than anybody nests");
}

#[test]
fn a_packet_that_icmp_quotes_is_no_segment() {
    let unreachable = behind("03 01 0000 00000000", &v4());
    assert_eq!(read(LinkType::Raw, &in_v4(1, &unreachable)), Packet::Other);
    let unreachable = behind("01 04 0000 00000000", &v6());
    assert_eq!(read(LinkType::Raw, &in_v6(58, &unreachable)), Packet::Other);
}

#[test]
fn a_fragment_by_itself_is_no_segment() {
    let mut packet = v4();
    packet[6] = 0x20;
    assert_eq!(read(LinkType::Raw, &packet), Packet::Other);
    let packet = in_v6(44, &behind("06 00 0001 00001234", &tcp()));
    assert_eq!(read(LinkType::Raw, &packet), Packet::Other);
}
