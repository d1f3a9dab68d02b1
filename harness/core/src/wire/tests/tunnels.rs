//! Tunnels: the innermost IP header counts.

use super::build::*;
use super::*;

/// The payload of an IP datagram from elsewhere leads to the segment of `v4` or `v6`.
#[track_caller]
fn check(protocol: u8, payload: &[u8], expected: Segment<'_>) {
    let outer = in_v6(protocol, payload);
    let mut other_addresses = in_v4(protocol, payload);
    other_addresses[12..20].copy_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
    for datagram in [outer, other_addresses] {
        assert_eq!(read(LinkType::Raw, &datagram), Packet::Tcp(expected));
    }
}

const GRE: u8 = 47;
const UDP: u8 = 17;

#[test]
fn ip_in_ip_is_read() {
    check(4, &v4(), segment_of_v4());
    check(41, &v6(), segment_of_v6());
    check(4, &in_v4(41, &v6()), segment_of_v6());
    check(143, &ethernet("0800", &v4()), segment_of_v4());
    check(
        97,
        &behind("3000", &ethernet("0800", &v4())),
        segment_of_v4(),
    );
}

#[test]
fn gre_is_read_with_the_fields_that_it_has() {
    let headers = [
        "0000 0800",
        "8000 0800 00000000",
        "2000 0800 00000001",
        "1000 0800 00000001",
        "b000 0800 00000000 00000001 00000002",
    ];
    for header in headers {
        check(GRE, &behind(header, &v4()), segment_of_v4());
    }
    check(GRE, &behind("0000 86dd", &v6()), segment_of_v6());
    check(GRE, &behind("0000 8847 00064140", &v4()), segment_of_v4());
    let frame = ethernet("0800", &v4());
    for header in [
        "0000 6558",
        "0000 88be",
        "1000 88be 00000001 1000000000000000",
        "1000 22eb 00000001 200000000000000000000000",
        "1000 22eb 00000001 200000000000000000000001 0000000000000000",
    ] {
        check(GRE, &behind(header, &frame), segment_of_v4());
    }
}

#[test]
fn pptp_carries_ppp() {
    check(
        GRE,
        &behind("3001 880b 002f 0001 00000001 0021", &v4()),
        segment_of_v4(),
    );
    check(
        GRE,
        &behind("3081 880b 0031 0001 00000001 00000001 ff03 0021", &v4()),
        segment_of_v4(),
    );
    let acknowledgment = in_v4(GRE, &hex("2081 880b 0000 0001 00000001"));
    assert_eq!(read(LinkType::Raw, &acknowledgment), Packet::Other);
}

#[test]
fn mpls_labels_are_passed_to_whatever_follows_them() {
    let frame = ethernet("0800", &v4());
    check(137, &behind("00064140", &v4()), segment_of_v4());
    check(137, &behind("00064040 00064140", &v6()), segment_of_v6());
    check(137, &behind("00064140 00000000", &frame), segment_of_v4());
    check(137, &behind("00064140", &frame), segment_of_v4());
    check(
        137,
        &behind("00064140", &behind("00", &frame[1..])),
        segment_of_v4(),
    );
    check(
        UDP,
        &in_udp(6635, &behind("00064140", &v4())),
        segment_of_v4(),
    );
    let labelled = ethernet("8847 00064140", &v4());
    assert_eq!(
        read(LinkType::Ethernet, &labelled),
        Packet::Tcp(segment_of_v4())
    );
}

#[test]
fn tunnels_in_udp_are_known_by_their_ports() {
    let frame = ethernet("0800", &v4());
    let cases = [
        (4789, "0800000000000100", &frame),
        (8472, "0800000000000100", &frame),
        (4790, "0c00000100000100", &v4()),
        (4790, "0c00000300000100", &frame),
        (6081, "0000655800000100", &frame),
        (6081, "0100655800000100 00000000", &frame),
        (6081, "0000080000000100", &v4()),
        (2152, "30 ff 002d 00000001", &v4()),
        (2152, "32 ff 0031 00000001 0001 00 00", &v4()),
        (
            2152,
            "34 ff 0035 00000001 0000 00 85 01 1000 c0 01 0000 00",
            &v4(),
        ),
        (1701, "0002 0001 0001 ff03 0021", &v4()),
        (1701, "4a02 0040 0001 0001 00000000 0002 0000 0021", &v4()),
        (4754, "0000 0800", &v4()),
    ];
    for (port, header, packet) in cases {
        check(UDP, &in_udp(port, &behind(header, packet)), segment_of_v4());
    }
}

/// 3GPP TS 29.281, 5.1: where the flag is not set, the field of the next extension header is not interpreted.
#[test]
fn gtp_has_an_extension_only_if_its_flag_says_so() {
    let header = "32 ff 0031 00000001 0001 00 85";
    check(UDP, &in_udp(2152, &behind(header, &v4())), segment_of_v4());
}

#[test]
fn teredo_is_read_behind_what_may_stand_before_it() {
    for header in [
        "",
        "0000 0000 00000000",
        "0001 00 00 0000000000000000 00",
        "0001 02 01 aaaa bb 0000000000000000 00 0000 0000 00000000",
    ] {
        check(UDP, &in_udp(3544, &behind(header, &v6())), segment_of_v6());
    }
}

#[test]
fn a_datagram_to_a_tunnels_port_may_be_none_of_its() {
    for port in [1701, 2152, 3544, 4754, 4789, 4790, 6081, 6635] {
        for payload in [&b"hello, it is me"[..], b""] {
            let datagram = in_v4(UDP, &in_udp(port, payload));
            assert_eq!(
                read(LinkType::Raw, &datagram),
                Packet::Udp { payload },
                "{port}"
            );
        }
    }
}

#[test]
fn the_vlans_outside_a_tunnel_count_first() {
    let inner = ethernet("8100 0007 0800", &v4());
    let outer = in_v4(UDP, &in_udp(4789, &behind("0800000000000100", &inner)));
    let frame = ethernet("8100 0005 0800", &outer);
    let network = Network::default().within_vlan(5).within_vlan(7);
    let expected = Segment {
        network,
        ..segment_of_v4()
    };
    assert_eq!(read(LinkType::Ethernet, &frame), Packet::Tcp(expected));
}

#[test]
fn without_tunnels_a_segment_in_a_datagram_is_payload_whole_or_in_fragments() {
    let vxlan = behind("0800000000000100", &ethernet("0800", &v4()));
    let datagram = in_udp(4789, &vxlan);
    let whole = in_v4(UDP, &datagram);
    let (first, last) = datagram.split_at(24);
    let (first, last) = (fragment(0x2000, first), fragment(24 / 8, last));
    for packets in [vec![whole], vec![first, last]] {
        assert_eq!(last_read(Dissector::default(), &packets), "segment");
        assert_eq!(
            last_read(Dissector::without_tunnels(), &packets),
            "datagram"
        );
    }
}

/// A fragment of a UDP datagram in IPv4.
fn fragment(flags_and_offset: u16, bytes: &[u8]) -> Vec<u8> {
    let mut packet = in_v4(UDP, bytes);
    packet[6..8].copy_from_slice(&flags_and_offset.to_be_bytes());
    packet
}

/// What the last of the packets is read as.
fn last_read(mut dissector: Dissector, packets: &[Vec<u8>]) -> &'static str {
    let read = packets
        .iter()
        .map(|packet| match dissector.dissect(&frame_at(1, packet)) {
            Packet::Tcp(segment) if segment == segment_of_v4() => "segment",
            Packet::Udp { .. } => "datagram",
            Packet::Tcp(_) | Packet::Other | Packet::Malformed(_) => "something else",
        });
    read.last().expect("there are packets")
}
