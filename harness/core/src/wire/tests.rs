//! Frames built byte by byte, and what is read of them.

use std::net::SocketAddr;

use etherparse::PacketBuilder;
use proptest::prelude::*;

use super::*;

const LINK_TYPES: [LinkType; 9] = [
    LinkType::Ethernet,
    LinkType::Null,
    LinkType::Loop,
    LinkType::Raw,
    LinkType::Ipv4,
    LinkType::Ipv6,
    LinkType::LinuxSll,
    LinkType::LinuxSll2,
    LinkType::Other(147),
];

const PAYLOAD: &[u8] = b"hello";
const ETHERNET_BYTES: usize = 14;
const IPV4_BYTES: usize = 20;
const IPV4_LENGTH_AT: usize = 2;
const IPV6_BYTES: usize = 40;
const IPV6_LENGTH_AT: usize = 4;
const IPV6_NEXT_HEADER_AT: usize = 6;

/// An IPv4 datagram with a TCP segment that holds `PAYLOAD`.
fn ipv4() -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4([127, 0, 0, 1], [127, 0, 0, 2], 64)
        .tcp(40000, 80, 0xFFFF_FFFE, 512)
        .ack(77)
        .psh()
        .write(&mut bytes, PAYLOAD)
        .expect("a vector takes it all");
    bytes
}

/// The same over IPv6.
fn ipv6() -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ipv6(
        std::net::Ipv6Addr::LOCALHOST.octets(),
        std::net::Ipv6Addr::LOCALHOST.octets(),
        64,
    )
    .tcp(40000, 80, 0xFFFF_FFFE, 512)
    .ack(77)
    .psh()
    .write(&mut bytes, PAYLOAD)
    .expect("a vector takes it all");
    bytes
}

/// An Ethernet header before a datagram: addresses, then any tags, then the EtherType.
fn ethernet(tags_and_type: &[u8], datagram: &[u8]) -> Vec<u8> {
    [&[0; 12], tags_and_type, datagram].concat()
}

/// The segment in a frame that was captured whole.
#[track_caller]
fn segment(link_type: LinkType, frame: &[u8]) -> Segment<'_> {
    segment_of_cut(link_type, frame.len(), frame)
}

/// The segment in a frame of which only `data` was captured.
#[track_caller]
fn segment_of_cut(link_type: LinkType, original_len: usize, data: &[u8]) -> Segment<'_> {
    let original_len = u32::try_from(original_len).expect("a frame is short");
    match parse(link_type, original_len, data) {
        Packet::Tcp(segment) => segment,
        other => panic!("expected a segment, got {other:?}"),
    }
}

#[test]
fn a_segment_is_read_field_by_field() {
    let frame = ethernet(&[8, 0], &ipv4());
    let address = |text: &str| -> SocketAddr { text.parse().expect("an address") };
    assert_eq!(
        segment(LinkType::Ethernet, &frame),
        Segment {
            network: Network::default(),
            ip_id: Some(0),
            source: address("127.0.0.1:40000"),
            destination: address("127.0.0.2:80"),
            seq: SeqNumber(0xFFFF_FFFE),
            ack: Some(SeqNumber(77)),
            flags: Flags::from_letters("P."),
            window: 512,
            options: &[],
            payload_len: 5,
            payload: PAYLOAD,
        }
    );
}

#[test]
fn every_link_layer_leads_to_the_same_segment() {
    let (v4, v6) = (ipv4(), ipv6());
    let cooked = |protocol: [u8; 2]| [&[0; 14], &protocol[..]].concat();
    let cooked2 = |protocol: [u8; 2]| [&protocol[..], &[0; 18]].concat();
    let frames = [
        (LinkType::Ethernet, ethernet(&[0x86, 0xDD], &v6)),
        (LinkType::Ethernet, ethernet(&[0x81, 0, 0, 5, 8, 0], &v4)),
        (
            LinkType::Ethernet,
            ethernet(&[0x88, 0xA8, 0, 5, 0x81, 0, 0, 6, 8, 0], &v4),
        ),
        (LinkType::Ethernet, ethernet(&[0x91, 0, 0, 5, 8, 0], &v4)),
        (LinkType::Null, [&[2, 0, 0, 0], &v4[..]].concat()),
        (LinkType::Null, [&[0, 0, 0, 2], &v4[..]].concat()),
        (LinkType::Null, [&[30, 0, 0, 0], &v6[..]].concat()),
        (LinkType::Loop, [&[0, 0, 0, 24], &v6[..]].concat()),
        (LinkType::Raw, v4.clone()),
        (LinkType::Raw, v6.clone()),
        (LinkType::Ipv4, v4.clone()),
        (LinkType::Ipv6, v6.clone()),
        (LinkType::LinuxSll, [cooked([8, 0]), v4.clone()].concat()),
        (LinkType::LinuxSll, [cooked([0x86, 0xDD]), v6].concat()),
        (LinkType::LinuxSll2, [cooked2([8, 0]), v4].concat()),
    ];
    for (link_type, frame) in frames {
        let segment = segment(link_type, &frame);
        assert_eq!(
            (segment.seq, segment.payload_len, segment.payload),
            (SeqNumber(0xFFFF_FFFE), 5, PAYLOAD),
            "{link_type:?} {frame:?}"
        );
    }
}

#[test]
fn padding_of_a_short_frame_is_no_payload() {
    let mut frame = ethernet(&[8, 0], &ipv4());
    frame.extend([0xEE; 20]);
    assert_eq!(segment(LinkType::Ethernet, &frame).payload, PAYLOAD);
}

#[test]
fn a_datagram_without_a_length_is_as_long_as_its_frame() {
    let mut v4 = ipv4();
    v4[IPV4_LENGTH_AT..][..2].fill(0);
    let frame = ethernet(&[8, 0], &v4);
    let whole = segment(LinkType::Ethernet, &frame);
    assert_eq!((whole.payload_len, whole.payload), (5, PAYLOAD));
    let cut = segment_of_cut(LinkType::Ethernet, frame.len() + 100_000, &frame);
    assert_eq!((cut.payload_len, cut.payload), (100_005, PAYLOAD));

    let mut v6 = ipv6();
    v6[IPV6_LENGTH_AT..][..2].fill(0);
    assert_eq!(segment(LinkType::Raw, &v6).payload, PAYLOAD);
}

#[test]
fn options_and_extension_headers_of_ip_are_no_payload() {
    let mut v4 = ipv4();
    v4.splice(IPV4_BYTES..IPV4_BYTES, [1; 4]);
    v4[0] = 0x46;
    v4[IPV4_LENGTH_AT + 1] += 4;

    let mut v6 = ipv6();
    let (tcp, hop_by_hop, padding) = (6, 0, [1, 4, 0, 0, 0, 0]);
    v6.splice(IPV6_BYTES..IPV6_BYTES, [&[tcp, 0], &padding[..]].concat());
    v6[IPV6_NEXT_HEADER_AT] = hop_by_hop;
    v6[IPV6_LENGTH_AT + 1] += 8;

    for datagram in [v4, v6] {
        let segment = segment(LinkType::Raw, &datagram);
        assert_eq!((segment.payload_len, segment.payload), (5, PAYLOAD));
    }
}

#[test]
fn a_frame_cut_by_the_snap_length_keeps_what_its_headers_say() {
    let frame = ethernet(&[8, 0], &ipv4());
    let headers = ETHERNET_BYTES + IPV4_BYTES + 20;
    for captured in headers..frame.len() {
        let cut = segment_of_cut(LinkType::Ethernet, frame.len(), &frame[..captured]);
        assert_eq!(
            (cut.payload_len, cut.payload),
            (5, &PAYLOAD[..captured - headers])
        );
    }
}

#[test]
fn a_header_that_is_cut_or_contradicts_itself_is_malformed() {
    let v4 = ipv4();
    let offset_at = IPV4_BYTES + 12;
    let with_offset = |words: u8| {
        let mut bytes = v4.clone();
        bytes[offset_at] = words << 4;
        bytes
    };
    let cases = [
        (v4[..10].to_vec(), "the IP header is cut or contradictory"),
        (v4[..IPV4_BYTES + 19].to_vec(), "the TCP header is cut"),
        (
            with_offset(4),
            "the TCP header is said to be shorter than 20 bytes",
        ),
        (
            with_offset(15),
            "the TCP header is said to be longer than its datagram",
        ),
    ];
    for (bytes, why) in cases {
        assert_eq!(parse(LinkType::Raw, 45, &bytes), Packet::Malformed(why));
    }
}

#[test]
fn a_fragment_is_no_segment() {
    let mut v4 = ipv4();
    v4[6] = 0x20;
    assert_eq!(parse(LinkType::Raw, 45, &v4), Packet::Other);
}

#[test]
fn a_datagram_of_udp_gives_its_payload() {
    let mut bytes = Vec::new();
    PacketBuilder::ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64)
        .udp(1, 2)
        .write(&mut bytes, PAYLOAD)
        .expect("a vector takes it all");
    assert_eq!(
        parse(LinkType::Raw, 33, &bytes),
        Packet::Udp { payload: PAYLOAD }
    );
}

#[test]
fn flags_print_as_the_letters_they_are_read_from() {
    for letters in ["S", "S.", ".", "P.", "F.", "FP.", "R", "R.", "FSRP.U", ""] {
        assert_eq!(Flags::from_letters(letters).to_string(), letters);
    }
}

#[test]
fn the_steps_of_a_handshake_are_told_apart() {
    let frame = ipv4();
    let with = |letters: &str| {
        let flags = Flags::from_letters(letters);
        Segment {
            flags,
            ack: flags.is_ack().then_some(SeqNumber(1)),
            ..segment(LinkType::Raw, &frame)
        }
    };
    let kinds = |letters: &str| (with(letters).is_first_syn(), with(letters).is_syn_ack());
    assert_eq!(kinds("S"), (true, false));
    assert_eq!(kinds("S."), (false, true));
    assert_eq!(kinds("."), (false, false));
    assert_eq!(kinds("SR"), (false, false));
}

proptest! {
    /// Nothing captured can panic, and nothing is made up: a payload lies within the bytes captured.
    #[test]
    fn any_bytes_are_read_without_a_panic(
        link_type in prop::sample::select(&LINK_TYPES[..]),
        original_len in any::<u32>(),
        data in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Packet::Tcp(segment) = parse(link_type, original_len, &data) {
            prop_assert!(data.as_ptr_range().contains(&segment.payload.as_ptr()) || segment.payload.is_empty());
            prop_assert!(segment.payload.len() as u64 <= u64::from(segment.payload_len));
        }
    }

    /// The same for bytes that are nearly right, which come further.
    #[test]
    fn a_frame_with_a_few_bytes_changed_is_read_without_a_panic(
        is_v6 in any::<bool>(),
        changes in prop::collection::vec((0..100_usize, any::<u8>()), 0..6),
        captured in 0..100_usize,
    ) {
        let mut frame = if is_v6 { ethernet(&[0x86, 0xDD], &ipv6()) } else { ethernet(&[8, 0], &ipv4()) };
        for (at, byte) in changes {
            if let Some(place) = frame.get_mut(at) {
                *place = byte;
            }
        }
        frame.truncate(captured);
        if let Packet::Tcp(segment) = parse(LinkType::Ethernet, 100, &frame) {
            prop_assert!(segment.payload.len() as u64 <= u64::from(segment.payload_len));
        }
    }
}
