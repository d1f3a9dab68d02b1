//! IEEE 802.2 LLC with SNAP, and the links that use it.

use crate::pcap::LinkType;
use crate::wire::bytes::{Bytes, u16_at};
use crate::wire::layer::{Layer, Step, Stop};

const LLC_CUT: &str = "the LLC header is cut";
const UNNUMBERED_INFORMATION: u8 = 3;

/// Service access points and control, then, if they say so, SNAP (RFC 1042) or IP.
pub(in crate::wire) fn payload(bytes: Bytes<'_>) -> Step<'_> {
    match bytes.split::<3>(LLC_CUT)? {
        ([0xAA, 0xAA, UNNUMBERED_INFORMATION], rest) => snap(rest),
        ([0x06, 0x06, UNNUMBERED_INFORMATION], rest) => Ok((Layer::Ip, rest)),
        ([0xFE, 0xFE, UNNUMBERED_INFORMATION], rest) => network_layer_id(rest),
        _ => Err(Stop::Other),
    }
}

/// An organization, then a number that is an EtherType where the organization is 0 or that of tunnelled Ethernet
/// (RFC 1042, IEEE 802.1H), and a bridged Ethernet frame where it is that of IEEE 802.1 (RFC 2684, 5.2).
fn snap(bytes: Bytes<'_>) -> Step<'_> {
    let (header, rest) = bytes.split::<5>(LLC_CUT)?;
    match (header, u16_at(header, 3)) {
        ([0, 0, 0 | 0xF8, ..], number) => Ok((Layer::EtherType(number), rest)),
        ([0, 0x80, 0xC2, ..], 1 | 7) => {
            let frame = rest.after(2, LLC_CUT)?;
            Ok((Layer::Link(LinkType::Ethernet), frame))
        }
        _ => Err(Stop::Other),
    }
}

/// A network layer protocol identifier (ISO/IEC TR 9577).
fn network_layer_id(bytes: Bytes<'_>) -> Step<'_> {
    match bytes.split::<1>(LLC_CUT)? {
        ([0xCC | 0x8E], rest) => Ok((Layer::Ip, rest)),
        ([0x80], rest) => snap(rest),
        _ => Err(Stop::Other),
    }
}

/// An address of two to four bytes, whose last has its lowest bit set, then control and a protocol identifier
/// (RFC 2427, 3), or an EtherType as Cisco has it.
pub(super) fn frame_relay(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the Frame Relay header is cut";
    let address_end = bytes.captured.iter().take(4).position(|byte| byte & 1 == 1);
    let Some(last) = address_end else {
        return Err(Stop::Malformed("the Frame Relay address does not end"));
    };
    let rest = bytes.after(last + 1, CUT)?;
    match rest.split::<2>(CUT)? {
        ([UNNUMBERED_INFORMATION, 0], _) => network_layer_id(rest.after(2, CUT)?),
        ([UNNUMBERED_INFORMATION, _], _) => network_layer_id(rest.after(1, CUT)?),
        (ether_type, payload) => Ok((Layer::EtherType(u16::from_be_bytes(*ether_type)), payload)),
    }
}

/// Two control bytes and two addresses, with a source route behind them if the source's first bit says so (IEEE 802.5).
pub(super) fn token_ring(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the token ring header is cut";
    const SOURCE_AT: usize = 8;
    const HAS_ROUTE: u8 = 0x80;
    const ROUTE_BYTES: u8 = 0x1F;
    let (header, rest) = bytes.split::<14>(CUT)?;
    if header[SOURCE_AT] & HAS_ROUTE == 0 {
        return Ok((Layer::Llc, rest));
    }
    let ([route, _], _) = rest.split::<2>(CUT)?;
    let route_bytes = usize::from(route & ROUTE_BYTES);
    Ok((Layer::Llc, rest.after(route_bytes, CUT)?))
}
