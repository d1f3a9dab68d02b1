//! Ethernet (IEEE 802.3), and what EtherTypes stand for.

use super::ppp;
use crate::pcap::LinkType;
use crate::wire::Network;
use crate::wire::bytes::{Bytes, u16_at};
use crate::wire::layer::{Layer, Step, Stop};

/// The largest number in an EtherType's place that is a length (IEEE 802.3, 3.2.6).
const LARGEST_LENGTH: u16 = 1500;

const HEADER_CUT: &str = "the Ethernet header is cut";

/// Two addresses, then an EtherType.
#[inline]
pub(super) fn payload(bytes: Bytes<'_>) -> Step<'_> {
    let (header, payload) = bytes.split::<14>(HEADER_CUT)?;
    Ok((Layer::EtherType(u16_at(header, 12)), payload))
}

/// What an EtherType, or a length in its place, says that follows.
#[inline]
pub(in crate::wire) fn typed<'a>(number: u16, bytes: Bytes<'a>, network: &mut Network) -> Step<'a> {
    match number {
        // IPv4 and IPv6: the header says which.
        0x0800 | 0x86DD => Ok((Layer::Ip, bytes)),
        // IEEE 802.1Q, 802.1ad, and what was used before the latter.
        0x8100 | 0x88A8 | 0x9100 | 0x9200 => vlan(bytes, network),
        0x8847 | 0x8848 => Ok((Layer::Mpls, bytes)),
        // PPPoE's session stage, PPP in GRE, and transparent bridging.
        0x8864 => ppp::over_ethernet(bytes),
        0x880B => Ok((Layer::Ppp, bytes)),
        0x6558 => Ok((Layer::Link(LinkType::Ethernet), bytes)),
        // IEEE 802.1ah: a service tag, then the customer's frame.
        0x88E7 => Ok((Layer::Link(LinkType::Ethernet), bytes.after(4, HEADER_CUT)?)),
        // LLC in a frame too long for a length, and LLC behind one.
        0x8870 => Ok((Layer::Llc, bytes)),
        ..=LARGEST_LENGTH => Ok((Layer::Llc, bytes.of_len(u32::from(number)))),
        _ => Err(Stop::Other),
    }
}

fn vlan<'a>(bytes: Bytes<'a>, network: &mut Network) -> Step<'a> {
    let (tag, payload) = bytes.split::<4>("the VLAN tag is cut")?;
    *network = network.within_vlan(u16_at(tag, 0));
    Ok((Layer::EtherType(u16_at(tag, 2)), payload))
}

/// Two addresses of eight bytes, then an EtherType (RFC 2734 as Apple captures it).
pub(super) fn ieee1394(bytes: Bytes<'_>) -> Step<'_> {
    let (header, payload) = bytes.split::<18>("the IEEE 1394 header is cut")?;
    Ok((Layer::EtherType(u16_at(header, 16)), payload))
}
