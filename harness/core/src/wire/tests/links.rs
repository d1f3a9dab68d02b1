//! One test for each family of link types: whatever stands before it, the segment is the same.

use super::build::*;
use super::*;

#[track_caller]
fn check(link_type: LinkType, headers: &str) {
    check_packet(link_type, headers, &v4());
}

/// The packet behind the headers is IPv4's or IPv6's, and the segment in it is found.
#[track_caller]
fn check_packet(link_type: LinkType, headers: &str, packet: &[u8]) {
    let expected = if packet == v6() {
        segment_of_v6()
    } else {
        segment_of_v4()
    };
    let frame = behind(headers, packet);
    assert_eq!(
        read(link_type, &frame),
        Packet::Tcp(expected),
        "behind {headers}"
    );
}

#[track_caller]
fn check_other(link_type: LinkType, headers: &str) {
    let frame = behind(headers, &v4());
    assert_eq!(read(link_type, &frame), Packet::Other, "behind {headers}");
}

const ADDRESSES: &str = "020000000001 020000000002";

#[test]
fn ethernet_carries_ip_at_once_or_behind_llc() {
    check(LinkType::Ethernet, &format!("{ADDRESSES} 0800"));
    check_packet(LinkType::Ethernet, &format!("{ADDRESSES} 86dd"), &v6());
    check(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 0035 aaaa03 000000 0800"),
    );
    check(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 0035 aaaa03 0000f8 0800"),
    );
    check(LinkType::Ethernet, &format!("{ADDRESSES} 0030 0606 03"));
    check(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 8870 aaaa03 000000 0800"),
    );
    check_other(LinkType::Ethernet, &format!("{ADDRESSES} 0806"));
    check_other(LinkType::Ethernet, &format!("{ADDRESSES} 0035 4242 03"));
}

#[test]
fn vlan_tags_of_every_age_are_of_the_segments_network() {
    let cases: &[(&str, &[u16])] = &[
        ("8100 0005 0800", &[5]),
        ("8100 e005 0800", &[5]),
        ("8100 e000 0800", &[]),
        ("88a8 0005 8100 0006 0800", &[5, 6]),
        ("9100 0005 8100 0006 0800", &[5, 6]),
        ("9200 0005 0800", &[5]),
        ("8100 0005 8100 0006 8100 0007 0800", &[5, 6]),
        ("8100 0005 0035 aaaa03 000000 0800", &[5]),
    ];
    for (tags, vlan_ids) in cases {
        let frame = ethernet(tags, &v4());
        let network = vlan_ids
            .iter()
            .fold(Network::default(), |network, id| network.within_vlan(*id));
        let expected = Segment {
            network,
            ..segment_of_v4()
        };
        assert_eq!(network.vlan_ids(), *vlan_ids, "{tags}");
        assert_eq!(
            read(LinkType::Ethernet, &frame),
            Packet::Tcp(expected),
            "{tags}"
        );
    }
}

#[test]
fn a_customers_frame_in_a_providers_is_read() {
    let inner = ethernet("0800", &v4());
    check_packet(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 88e7 00000001 {ADDRESSES} 0800"),
        &v4(),
    );
    let frame = ethernet("6558", &inner);
    assert_eq!(
        read(LinkType::Ethernet, &frame),
        Packet::Tcp(segment_of_v4())
    );
}

#[test]
fn loopback_knows_the_address_families_of_all_systems_in_both_byte_orders() {
    for link_type in [LinkType::Null, LinkType::Loop] {
        for family in ["02000000", "00000002"] {
            check(link_type, family);
        }
        for family in [10_u32, 23, 24, 28, 30] {
            check_packet(link_type, &format!("{family:08x}"), &v6());
            check_packet(link_type, &format!("{:08x}", family.swap_bytes()), &v6());
        }
        check_other(link_type, "00000007");
    }
}

#[test]
fn raw_links_carry_either_ip() {
    for link_type in [LinkType::Raw, LinkType::Ipv4, LinkType::Ipv6] {
        check(link_type, "");
        check_packet(link_type, "", &v6());
    }
    assert_eq!(LinkType::from_number(12), LinkType::Raw);
    assert_eq!(LinkType::from_number(14), LinkType::Raw);
}

#[test]
fn linux_cooked_headers_of_both_versions_are_read() {
    let zeros = "0000000000000000";
    check(LinkType::LinuxSll, &format!("0000 0001 0006 {zeros} 0800"));
    check_packet(
        LinkType::LinuxSll,
        &format!("0000 0001 0006 {zeros} 86dd"),
        &v6(),
    );
    check(
        LinkType::LinuxSll,
        &format!("0000 0001 0006 {zeros} 0004 aaaa03 000000 0800"),
    );
    check_other(LinkType::LinuxSll, &format!("0000 0338 0000 {zeros} 0000"));
    check(
        LinkType::LinuxSll2,
        &format!("0800 0000 00000001 0001 04 06 {zeros}"),
    );
    check_packet(
        LinkType::LinuxSll2,
        &format!("86dd 0000 00000001 0001 04 06 {zeros}"),
        &v6(),
    );
}

#[test]
fn a_cooked_frame_keeps_its_vlan() {
    let frame = behind("0000 0001 0006 0000000000000000 8100 0005 0800", &v4());
    let network = Network::default().within_vlan(5);
    let expected = Segment {
        network,
        ..segment_of_v4()
    };
    assert_eq!(read(LinkType::LinuxSll, &frame), Packet::Tcp(expected));
}

#[test]
fn ppp_is_read_in_all_framings() {
    check(LinkType::Ppp, "ff03 0021");
    check(LinkType::Ppp, "ff03 21");
    check(LinkType::Ppp, "0021");
    check(LinkType::Ppp, "21");
    check_packet(LinkType::Ppp, "ff03 0057", &v6());
    check(LinkType::Ppp, "0281 00064140");
    check_other(LinkType::Ppp, "ff03 c021");
    check(LinkType::PppHdlc, "ff03 0021");
    check(LinkType::PppHdlc, "0f00 0800");
    check(LinkType::PppWithDirection, "01 ff03 0021");
    check(LinkType::PppOfPppd, "00 03 0021");
    check(LinkType::CiscoHdlc, "8f00 0800");
    check_other(LinkType::CiscoHdlc, "ff03 0800");
}

#[test]
fn pppoe_is_read_with_its_ethernet_header_and_without() {
    check(LinkType::Pppoe, "11 00 0001 002f 0021");
    check(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 8864 11 00 0001 002f 0021"),
    );
    check_other(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 8864 11 a7 0001 002f 0021"),
    );
    check_other(
        LinkType::Ethernet,
        &format!("{ADDRESSES} 8863 11 00 0001 002f 0021"),
    );
}

#[test]
fn older_local_networks_are_read() {
    check(
        LinkType::TokenRing,
        &format!("10 40 {ADDRESSES} aaaa03 000000 0800"),
    );
    check(
        LinkType::TokenRing,
        "10 40 020000000001 820000000002 0230 aaaa03 000000 0800",
    );
    check(
        LinkType::Fddi,
        &format!("50 {ADDRESSES} aaaa03 000000 0800"),
    );
    check(
        LinkType::IpOverFibreChannel,
        "0000000000000000 0000000000000000 aaaa03 000000 0800",
    );
    check(
        LinkType::IpOverIeee1394,
        "0000000000000000 0000000000000000 0800",
    );
    check(LinkType::ArcnetBsd, "01 02 d4 00 0001");
    check(LinkType::ArcnetBsd, "01 02 d4 ff ffff d4 00 0001");
    check(LinkType::ArcnetBsd, "01 02 f0");
    check_packet(LinkType::ArcnetLinux, "01 02 0000 c4 00 0001", &v6());
    check_other(LinkType::ArcnetLinux, "01 02 0000 d4 01 0001");
    check_other(LinkType::ArcnetLinux, "01 02 0000 d5 00 0001");
}

#[test]
fn wide_area_links_are_read() {
    check(LinkType::FrameRelay, "1841 03 cc");
    check(LinkType::FrameRelay, "18400041 03 cc");
    check_packet(LinkType::FrameRelay, "1841 03 8e", &v6());
    check(LinkType::FrameRelay, "1841 03 00 80 000000 0800");
    check(LinkType::FrameRelay, "1841 0800");
    check_other(LinkType::FrameRelay, "1841 03 08");
    check(LinkType::AtmRfc1483, "aaaa03 000000 0800");
    check(
        LinkType::AtmRfc1483,
        &format!("aaaa03 0080c2 0007 0000 {ADDRESSES} 0800"),
    );
    check(LinkType::AtmRfc1483, "fefe03 cc");
    check(LinkType::Slip, "00 45 0000000000000000000000000000");
    check_other(LinkType::Slip, "00 80 0000000000000000000000000000");
}

const WIFI_ADDRESSES: &str = "020000000001 020000000002 020000000003";
const SNAP: &str = "aaaa03 000000 0800";

#[test]
fn wifi_data_that_is_not_encrypted_is_read() {
    let cases = [
        format!("0801 0000 {WIFI_ADDRESSES} 0010 {SNAP}"),
        format!("0803 0000 {WIFI_ADDRESSES} 0010 020000000004 {SNAP}"),
        format!("8801 0000 {WIFI_ADDRESSES} 0010 0000 {SNAP}"),
        format!("8801 0000 {WIFI_ADDRESSES} 0010 0000 0000 {SNAP}"),
        format!("8881 0000 {WIFI_ADDRESSES} 0010 0000 00000000 {SNAP}"),
        format!("8801 0000 {WIFI_ADDRESSES} 0010 8000 {ADDRESSES} 0035 {SNAP}"),
        format!("8803 0000 {WIFI_ADDRESSES} 0010 020000000004 8000 {ADDRESSES} 0035 {SNAP}"),
    ];
    for frame in &cases {
        check(LinkType::Wifi, frame);
        check(
            LinkType::WifiRadiotap,
            &format!("0000 0a00 00000000 0000 {frame}"),
        );
        check(
            LinkType::WifiAvs,
            &format!("80211001 0000000c 00000000 {frame}"),
        );
        check(
            LinkType::WifiPrism,
            &format!("80211001 0000000c 00000000 {frame}"),
        );
        check(
            LinkType::WifiPrism,
            &format!("00000044 00000090 {} {frame}", "00".repeat(136)),
        );
        check(
            LinkType::WifiPrism,
            &format!("44000000 90000000 {} {frame}", "00".repeat(136)),
        );
        check(LinkType::Ppi, &format!("0000 0800 69000000 {frame}"));
        check(
            LinkType::LinuxSll,
            &format!("0000 0323 0006 0000000000000000 0000 0000 0800 00000000 {frame}"),
        );
    }
}

#[test]
fn wifi_that_is_encrypted_split_or_without_data_is_something_else() {
    check_other(
        LinkType::Wifi,
        &format!("0841 0000 {WIFI_ADDRESSES} 0010 {SNAP}"),
    );
    check_other(
        LinkType::Wifi,
        &format!("0805 0000 {WIFI_ADDRESSES} 0010 {SNAP}"),
    );
    check_other(
        LinkType::Wifi,
        &format!("0801 0000 {WIFI_ADDRESSES} 0100 {SNAP}"),
    );
    check_other(
        LinkType::Wifi,
        &format!("4801 0000 {WIFI_ADDRESSES} 0010 {SNAP}"),
    );
    check_other(
        LinkType::Wifi,
        &format!("8000 0000 {WIFI_ADDRESSES} 0010 {SNAP}"),
    );
}

#[test]
fn headers_that_capturing_systems_add_are_passed() {
    check(
        LinkType::Ppi,
        &format!("0000 0800 01000000 {ADDRESSES} 0800"),
    );
    check(
        LinkType::Pktap,
        &format!("0c000000 01000000 01000000 {ADDRESSES} 0800"),
    );
    check(LinkType::Pflog, &format!("3d 02 {}", "00".repeat(62)));
    check(LinkType::Enc, "00000002 00000000 00000000");
    check(LinkType::Ipnet, &"00".repeat(24));
    check(LinkType::Nflog, "02 00 0000 0500 0a00 00000000 3100 0900");
    check_other(LinkType::Ppi, "0000 0800 ffffffff");
    check_other(LinkType::Other(147), "");
}

#[test]
fn every_named_link_type_has_its_number() {
    for number in 0..=u16::MAX {
        let link_type = LinkType::from_number(number);
        let expected = match number {
            12 | 14 => 101,
            number => number,
        };
        assert_eq!(link_type.number(), expected, "{link_type:?}");
    }
}

#[test]
fn a_header_that_is_cut_says_which() {
    let cases = [
        (LinkType::Ethernet, "the Ethernet header is cut"),
        (LinkType::Null, "the loopback header is cut"),
        (LinkType::Raw, "the IP header is cut"),
        (LinkType::LinuxSll, "the Linux cooked header is cut"),
        (LinkType::LinuxSll2, "the Linux cooked header is cut"),
        (LinkType::Ppp, "the PPP header is cut"),
        (LinkType::Wifi, "the 802.11 header is cut"),
        (LinkType::Ppi, "the PPI header is cut"),
    ];
    for (link_type, why) in cases {
        assert_eq!(read(link_type, &[]), Packet::Malformed(why));
    }
}
