//! Packets built header by header: the headers are text, in hexadecimal.

use super::*;

/// What every segment built here carries.
pub(super) const PAYLOAD: &[u8] = b"hello";

/// The bytes of hexadecimal digits, which spaces may part.
#[track_caller]
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|letter| *letter != ' ')
        .map(|letter| letter.to_digit(16).expect("a hexadecimal digit"))
        .collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    assert!(rest.is_empty(), "half a byte in {text:?}");
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(high * 16 + low).expect("two digits are a byte"))
        .collect()
}

/// Headers in front of a packet.
#[track_caller]
pub(super) fn behind(headers: &str, packet: &[u8]) -> Vec<u8> {
    [&hex(headers), packet].concat()
}

/// Two Ethernet addresses, then tags and an EtherType, in front of a packet.
#[track_caller]
pub(super) fn ethernet(tags_and_type: &str, packet: &[u8]) -> Vec<u8> {
    behind(
        &format!("020000000001 020000000002 {tags_and_type}"),
        packet,
    )
}

/// A TCP segment that holds `PAYLOAD` and has no options.
pub(super) fn tcp() -> Vec<u8> {
    behind("9c40 0050 fffffffe 0000004d 5018 0200 0000 0000", PAYLOAD)
}

/// The same in IPv4.
pub(super) fn v4() -> Vec<u8> {
    in_v4(6, &tcp())
}

/// The same in IPv6.
pub(super) fn v6() -> Vec<u8> {
    in_v6(6, &tcp())
}

/// A payload in IPv4 from 192.0.2.1 to 192.0.2.2, with identification 0x1234.
pub(super) fn in_v4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let total_len = u16::try_from(20 + payload.len()).expect("a datagram is short");
    let header =
        format!("45 00 {total_len:04x} 1234 0000 40 {protocol:02x} 0000 c0000201 c0000202");
    behind(&header, payload)
}

/// A payload in IPv6 from 2001:db8::1 to 2001:db8::2.
pub(super) fn in_v6(next_header: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).expect("a datagram is short");
    let header = format!("60000000 {len:04x} {next_header:02x} 40 {ADDRESS_1} {ADDRESS_2}");
    behind(&header, payload)
}

pub(super) const ADDRESS_1: &str = "20010db8 00000000 00000000 00000001";
pub(super) const ADDRESS_2: &str = "20010db8 00000000 00000000 00000002";
pub(super) const ADDRESS_3: &str = "20010db8 00000000 00000000 00000003";

/// A payload in UDP to a port.
pub(super) fn in_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let len = 8 + payload.len();
    behind(&format!("c000 {port:04x} {len:04x} 0000"), payload)
}

/// The segment of `v4` as it should be read.
pub(super) fn segment_of_v4() -> Segment<'static> {
    Segment {
        network: Network::default(),
        ip_id: Some(0x1234),
        source: "192.0.2.1:40000".parse().expect("an address"),
        destination: "192.0.2.2:80".parse().expect("an address"),
        seq: SeqNumber(0xFFFF_FFFE),
        ack: Some(SeqNumber(77)),
        flags: Flags::from_letters("P."),
        window: 512,
        options: &[],
        payload_len: 5,
        payload: PAYLOAD,
    }
}

/// The segment of `v6` as it should be read.
pub(super) fn segment_of_v6() -> Segment<'static> {
    Segment {
        ip_id: None,
        source: "[2001:db8::1]:40000".parse().expect("an address"),
        destination: "[2001:db8::2]:80".parse().expect("an address"),
        ..segment_of_v4()
    }
}

/// What is read of a frame that was captured whole.
pub(super) fn read(link_type: LinkType, frame: &[u8]) -> Packet<'_> {
    parse(link_type, len_of(frame), frame)
}

/// The length of a frame as a record of it says.
pub(super) fn len_of(frame: &[u8]) -> u32 {
    u32::try_from(frame.len()).expect("a frame is short")
}

/// A frame captured whole, at a second of the capture.
pub(super) fn frame_at(second: u64, data: &[u8]) -> Frame<'_> {
    Frame {
        number: FrameNumber(1),
        timestamp: Timestamp::from_nanos(second * 1_000_000_000),
        original_len: len_of(data),
        link_type: LinkType::Raw,
        data,
    }
}
