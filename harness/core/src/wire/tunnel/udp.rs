//! UDP (RFC 768), and the tunnels that their ports tell.

use crate::pcap::LinkType;
use crate::wire::bytes::{Bytes, u16_at};
use crate::wire::layer::{Layer, Outer, Step, Stop};

/// What the port of either end says that a datagram carries.
#[inline]
pub(in crate::wire) fn payload<'a>(bytes: Bytes<'a>, outer: &mut Outer<'a>) -> Step<'a> {
    let (header, payload) = bytes.split::<8>("the UDP header is cut")?;
    outer.datagram = Some(payload.captured);
    let (from, to) = (u16_at(header, 0), u16_at(header, 2));
    let tunnel = tunnel_of(to).or_else(|| tunnel_of(from));
    tunnel.ok_or(Stop::Other)?(payload)
}

type Tunnel = fn(Bytes<'_>) -> Step<'_>;

/// The tunnel of a well-known port (<https://www.iana.org/assignments/service-names-port-numbers>), and 8472, which
/// Linux's VXLAN used first.
fn tunnel_of(port: u16) -> Option<Tunnel> {
    match port {
        1701 => Some(l2tp),
        2152 => Some(gtp),
        3544 => Some(teredo),
        4754 => Some(super::gre),
        4789 | 8472 => Some(vxlan),
        4790 => Some(vxlan_gpe),
        6081 => Some(geneve),
        6635 => Some(|bytes| Ok((Layer::Mpls, bytes))),
        _ => None,
    }
}

const VXLAN_CUT: &str = "the VXLAN header is cut";
const HAS_NETWORK: u8 = 0x08;

/// A network identifier, then an Ethernet frame (RFC 7348, 5).
fn vxlan(bytes: Bytes<'_>) -> Step<'_> {
    match bytes.split::<8>(VXLAN_CUT)? {
        ([flags, ..], frame) if flags & HAS_NETWORK != 0 => {
            Ok((Layer::Link(LinkType::Ethernet), frame))
        }
        _ => Err(Stop::Other),
    }
}

/// The same with the number of what follows (draft-ietf-nvo3-vxlan-gpe).
fn vxlan_gpe(bytes: Bytes<'_>) -> Step<'_> {
    let (header, payload) = bytes.split::<8>(VXLAN_CUT)?;
    match header[3] {
        1 | 2 => Ok((Layer::Ip, payload)),
        3 => Ok((Layer::Link(LinkType::Ethernet), payload)),
        5 => Ok((Layer::Mpls, payload)),
        _ => Err(Stop::Other),
    }
}

/// Options in units of four bytes, then what an EtherType says (RFC 8926, 3.4).
fn geneve(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the Geneve header is cut";
    const VERSION: u8 = 0xC0;
    const OPTIONS_WORDS: u8 = 0x3F;
    let (header, rest) = bytes.split::<8>(CUT)?;
    if header[0] & VERSION != 0 {
        return Err(Stop::Other);
    }
    let options_bytes = usize::from(header[0] & OPTIONS_WORDS) * 4;
    let payload = rest.after(options_bytes, CUT)?;
    Ok((Layer::EtherType(u16_at(header, 2)), payload))
}

/// A user's packet in GTP-U, behind the extension headers that its flags announce (3GPP TS 29.281, 5).
fn gtp(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the GTP header is cut";
    const VERSION_1_OF_GTP: u8 = 0x30;
    const VERSION_AND_KIND: u8 = 0xF0;
    const HAS_FIELDS: u8 = 0x07;
    const HAS_EXTENSION: u8 = 0x04;
    const USER_PACKET: u8 = 255;
    let ([flags, kind, ..], mut rest) = bytes.split::<8>(CUT)?;
    if flags & VERSION_AND_KIND != VERSION_1_OF_GTP || *kind != USER_PACKET {
        return Err(Stop::Other);
    }
    if flags & HAS_FIELDS != 0 {
        let ([_, _, _, first], after_fields) = rest.split::<4>(CUT)?;
        rest = after_fields;
        if flags & HAS_EXTENSION != 0 {
            rest = after_gtp_extensions(*first, rest)?;
        }
    }
    Ok((Layer::Ip, rest))
}

/// Each tells its length in units of four bytes at its beginning, and the next one's kind at its end; 0 is none.
fn after_gtp_extensions(mut kind: u8, mut bytes: Bytes<'_>) -> Result<Bytes<'_>, Stop> {
    const CUT: &str = "a GTP extension header is cut";
    while kind != 0 {
        let ([units], _) = bytes.split::<1>(CUT)?;
        let (header, rest) = bytes.split_at(usize::from(*units) * 4, CUT)?;
        let Some(next) = header.last() else {
            return Err(Stop::Malformed(
                "a GTP extension header is said to be empty",
            ));
        };
        (kind, bytes) = (*next, rest);
    }
    Ok(bytes)
}

/// IPv6 behind an authentication and an origin, which both may be left out (RFC 4380, 5.1.1).
fn teredo(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the Teredo header is cut";
    const AUTHENTICATION_BYTES: usize = 13;
    const ORIGIN_BYTES: usize = 8;
    let mut rest = bytes;
    if let [0, 1, id_bytes, value_bytes, ..] = rest.captured {
        let more = usize::from(*id_bytes) + usize::from(*value_bytes);
        rest = rest.after(AUTHENTICATION_BYTES + more, CUT)?;
    }
    if let [0, 0, ..] = rest.captured {
        rest = rest.after(ORIGIN_BYTES, CUT)?;
    }
    match rest.first_nibble() {
        Some(6) => Ok((Layer::Ip, rest)),
        _ => Err(Stop::Other),
    }
}

/// A data message of L2TP's second version: flags say which fields it has before PPP (RFC 2661, 3.1).
fn l2tp(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the L2TP header is cut";
    const IS_CONTROL: u16 = 0x8000;
    const HAS_LENGTH: u16 = 0x4000;
    const HAS_SEQUENCE: u16 = 0x0800;
    const HAS_OFFSET: u16 = 0x0200;
    const VERSION: u16 = 0x000F;
    let (flags, rest) = bytes.split::<2>(CUT)?;
    let flags = u16::from_be_bytes(*flags);
    if flags & IS_CONTROL != 0 || flags & VERSION != 2 {
        return Err(Stop::Other);
    }
    let fields_bytes = [(HAS_LENGTH, 2), (HAS_SEQUENCE, 4)]
        .iter()
        .filter(|(flag, _)| flags & flag != 0)
        .fold(4, |sum, (_, bytes)| sum + bytes);
    let rest = rest.after(fields_bytes, CUT)?;
    if flags & HAS_OFFSET == 0 {
        return Ok((Layer::Ppp, rest));
    }
    let (offset, rest) = rest.split::<2>(CUT)?;
    Ok((
        Layer::Ppp,
        rest.after(u16::from_be_bytes(*offset).into(), CUT)?,
    ))
}
