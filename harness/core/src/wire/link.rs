//! The link layer: what lies before the IP header.

use etherparse::{EtherType, LaxIpSlice, LaxNetSlice, LaxSlicedPacket};

use crate::pcap::LinkType;

/// Bytes before the protocol of a Linux cooked header and its whole length, both versions.
const SLL_PROTOCOL_AT: usize = 14;
const SLL_BYTES: usize = 16;
const SLL2_PROTOCOL_AT: usize = 0;
const SLL2_BYTES: usize = 20;

/// What the link layer carried.
pub(super) enum Network<'a> {
    /// IPv4 or IPv6.
    Ip(LaxIpSlice<'a>),
    /// Something else.
    Other,
    /// Its headers are cut or contradict themselves.
    Malformed(&'static str),
}

/// Finds the IP datagram in a frame.
pub(super) fn network_layer(link_type: LinkType, data: &[u8]) -> Network<'_> {
    match link_type {
        LinkType::Ethernet => match LaxSlicedPacket::from_ethernet(data) {
            Ok(packet) => sliced(packet),
            Err(_) => Network::Malformed("the Ethernet header is cut"),
        },
        LinkType::Null | LinkType::Loop => loopback(data),
        LinkType::Raw | LinkType::Ipv4 | LinkType::Ipv6 => ip(data),
        LinkType::LinuxSll => cooked(data, SLL_PROTOCOL_AT, SLL_BYTES),
        LinkType::LinuxSll2 => cooked(data, SLL2_PROTOCOL_AT, SLL2_BYTES),
        LinkType::Other(_) => Network::Other,
    }
}

/// What etherparse found behind an EtherType and any VLAN tags.
fn sliced(packet: LaxSlicedPacket<'_>) -> Network<'_> {
    match (packet.net, packet.stop_err) {
        (Some(LaxNetSlice::Ipv4(v4)), _) => Network::Ip(LaxIpSlice::Ipv4(v4)),
        (Some(LaxNetSlice::Ipv6(v6)), _) => Network::Ip(LaxIpSlice::Ipv6(v6)),
        (Some(LaxNetSlice::Arp(_)), _) | (None, None) => Network::Other,
        (None, Some(_)) => Network::Malformed("the headers before TCP are cut or contradictory"),
    }
}

/// An address family of four bytes, then IP. The family's byte order is that of the capturing machine and its number
/// for IPv6 that of its system (10, 24, 28 or 30); the IP header says which version it is.
fn loopback(data: &[u8]) -> Network<'_> {
    const IP_FAMILIES: [u32; 5] = [2, 10, 24, 28, 30];
    let Some((family, datagram)) = data.split_first_chunk() else {
        return Network::Malformed("the loopback header is cut");
    };
    let read = [u32::from_le_bytes(*family), u32::from_be_bytes(*family)];
    if read.iter().any(|family| IP_FAMILIES.contains(family)) {
        ip(datagram)
    } else {
        Network::Other
    }
}

/// A Linux cooked header of `header_bytes`, with the EtherType at `protocol_at`.
fn cooked(data: &[u8], protocol_at: usize, header_bytes: usize) -> Network<'_> {
    let protocol = data.get(protocol_at..).and_then(<[u8]>::first_chunk);
    let (Some(protocol), Some(payload)) = (protocol, data.get(header_bytes..)) else {
        return Network::Malformed("the Linux cooked header is cut");
    };
    let ether_type = EtherType(u16::from_be_bytes(*protocol));
    sliced(LaxSlicedPacket::from_ether_type(ether_type, payload))
}

fn ip(data: &[u8]) -> Network<'_> {
    match LaxIpSlice::from_slice(data) {
        Ok((datagram, _)) => Network::Ip(datagram),
        Err(_) => Network::Malformed("the IP header is cut or contradictory"),
    }
}
