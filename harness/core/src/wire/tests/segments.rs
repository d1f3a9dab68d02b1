//! The TCP header: flags, data offset, options.

use super::build::*;
use super::*;

const DATA_OFFSET_AT: usize = 12;

/// `v4` with TCP options of a multiple of four bytes.
#[track_caller]
fn with_options(options: &str) -> Vec<u8> {
    let options = hex(options);
    let mut segment = tcp();
    let words = u8::try_from(options.len() / 4).expect("options are short");
    segment[DATA_OFFSET_AT] += words << 4;
    segment.splice(20..20, options);
    in_v4(6, &segment)
}

#[track_caller]
fn segment(packet: &[u8]) -> Segment<'_> {
    match read(LinkType::Raw, packet) {
        Packet::Tcp(segment) => segment,
        other => panic!("expected a segment, got {other:?}"),
    }
}

#[test]
fn options_are_no_payload_and_are_read_when_asked_for() {
    let syn = with_options("0204 05b4 0402 080a 00000001 00000002 01 0303 07");
    let segment = segment(&syn);
    assert_eq!((segment.payload_len, segment.payload), (5, PAYLOAD));
    assert_eq!(segment.options.len(), 20);
    assert_eq!(segment.mss(), Some(1460));
    assert_eq!(segment.timestamps(), Some((1, 2)));
    assert_eq!(segment.window_scale(), Some(7));
}

#[test]
fn options_that_are_absent_cut_or_lie_are_none() {
    let none = |options: &str| {
        let packet = with_options(options);
        let segment = segment(&packet);
        (segment.mss(), segment.window_scale(), segment.timestamps())
    };
    for options in [
        "",
        "00 0303 07",
        "0303 07 02",
        "03ff 07 00",
        "0300 07 00",
        "0304 07 00",
        "0502 0000",
    ] {
        let window_scale = (options == "0303 07 02").then_some(7);
        assert_eq!(none(options), (None, window_scale, None), "{options}");
    }
}

#[test]
fn a_window_is_shifted_by_14_bits_at_most() {
    assert_eq!(
        segment(&with_options("0303 ff 00")).window_scale(),
        Some(14)
    );
}

#[test]
fn a_data_offset_that_lies_is_malformed() {
    let cases = [
        (4, "the TCP header is said to be shorter than 20 bytes"),
        (15, "the TCP header is said to be longer than its datagram"),
    ];
    for (words, why) in cases {
        let mut segment = tcp();
        segment[DATA_OFFSET_AT] = words << 4;
        assert_eq!(
            read(LinkType::Raw, &in_v4(6, &segment)),
            Packet::Malformed(why)
        );
    }
}

#[test]
fn a_frame_cut_by_the_snap_length_keeps_what_its_headers_say() {
    let whole = with_options("0204 05b4");
    let options_at = 40;
    for captured in options_at..whole.len() {
        let expected = Segment {
            options: &hex("0204 05b4")[..(captured - options_at).min(4)],
            payload: &PAYLOAD[..captured.saturating_sub(options_at + 4)],
            ..segment_of_v4()
        };
        let cut = parse(LinkType::Raw, len_of(&whole), &whole[..captured]);
        assert_eq!(cut, Packet::Tcp(expected));
    }
    let cut = parse(LinkType::Raw, len_of(&whole), &whole[..options_at - 1]);
    assert_eq!(cut, Packet::Malformed("the TCP header is cut"));
}

#[test]
fn urgent_bytes_are_payload() {
    let mut urgent = tcp();
    urgent[DATA_OFFSET_AT + 1] |= 0x20;
    urgent[18..20].copy_from_slice(&[0, 3]);
    let expected = Segment {
        flags: Flags::from_letters("P.U"),
        ..segment_of_v4()
    };
    assert_eq!(
        read(LinkType::Raw, &in_v4(6, &urgent)),
        Packet::Tcp(expected)
    );
}

#[test]
fn a_datagram_of_udp_gives_its_payload() {
    let datagram = in_v4(17, &in_udp(9, PAYLOAD));
    assert_eq!(
        read(LinkType::Raw, &datagram),
        Packet::Udp { payload: PAYLOAD }
    );
    let cut = Packet::Malformed("the UDP header is cut");
    assert_eq!(read(LinkType::Raw, &datagram[..27]), cut);
}

#[test]
fn flags_print_as_the_letters_they_are_read_from() {
    for letters in ["S", "S.", ".", "P.", "F.", "FP.", "R", "R.", "FSRP.U", ""] {
        assert_eq!(Flags::from_letters(letters).to_string(), letters);
    }
}

#[test]
fn the_steps_of_a_handshake_are_told_apart() {
    let kinds = |letters: &str| {
        let flags = Flags::from_letters(letters);
        let ack = flags.is_ack().then_some(SeqNumber(1));
        let segment = Segment {
            ack,
            flags,
            ..segment_of_v4()
        };
        (segment.is_first_syn(), segment.is_syn_ack())
    };
    assert_eq!(kinds("S"), (true, false));
    assert_eq!(kinds("S."), (false, true));
    assert_eq!(kinds("."), (false, false));
    assert_eq!(kinds("SR"), (false, false));
}

#[test]
fn checksums_are_never_judged() {
    const IP_CHECKSUM_AT: usize = 10;
    const TCP_CHECKSUM_AT: usize = 20 + 16;
    for checksum in [0x0000_u16, 0xFE28, 0xFFFF] {
        let mut datagram = v4();
        for at in [IP_CHECKSUM_AT, TCP_CHECKSUM_AT] {
            datagram[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
        }
        assert_eq!(segment(&datagram), segment_of_v4());
    }
}
