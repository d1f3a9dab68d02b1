//! Tunnels: headers behind which a packet begins anew. Those in UDP are known by their ports.

mod udp;

use super::bytes::{Bytes, u16_at};
use super::layer::{Layer, Step, Stop};
use crate::pcap::LinkType;

pub(super) use udp::payload as in_udp;

const GRE_CUT: &str = "the GRE header is cut";

/// Generic routing encapsulation: flags say which fields it has (RFC 2784, RFC 2890).
pub(super) fn gre(bytes: Bytes<'_>) -> Step<'_> {
    const VERSION: u16 = 0x0007;
    const ROUTING: u16 = 0x4000;
    let (header, rest) = bytes.split::<4>(GRE_CUT)?;
    let (flags, protocol) = (u16_at(header, 0), u16_at(header, 2));
    match flags & VERSION {
        0 if flags & ROUTING == 0 => gre_payload(flags, protocol, rest),
        1 => pptp(flags, rest),
        _ => Err(Stop::Other),
    }
}

const HAS_CHECKSUM: u16 = 0x8000;
const HAS_KEY: u16 = 0x2000;
const HAS_SEQUENCE: u16 = 0x1000;

fn gre_payload(flags: u16, protocol: u16, fields: Bytes<'_>) -> Step<'_> {
    // ERSPAN of the first, second and third type: a mirrored Ethernet frame behind no header, one of 8 or of 12 bytes.
    const ERSPAN: u16 = 0x88BE;
    const ERSPAN_3: u16 = 0x22EB;
    let fields_bytes = optional_fields_bytes(flags, &[HAS_CHECKSUM, HAS_KEY, HAS_SEQUENCE]);
    let rest = fields.after(fields_bytes, GRE_CUT)?;
    match (protocol, flags & HAS_SEQUENCE) {
        (ERSPAN, 0) => Ok((Layer::Link(LinkType::Ethernet), rest)),
        (ERSPAN, _) => Ok((Layer::Link(LinkType::Ethernet), rest.after(8, GRE_CUT)?)),
        (ERSPAN_3, _) => erspan_3(rest),
        _ => Ok((Layer::EtherType(protocol), rest)),
    }
}

/// Each field of GRE that its flag says to be there has four bytes.
fn optional_fields_bytes(flags: u16, fields: &[u16]) -> usize {
    4 * fields.iter().filter(|field| flags & **field != 0).count()
}

fn erspan_3(bytes: Bytes<'_>) -> Step<'_> {
    const HAS_PLATFORM_FIELD: u8 = 1;
    let (header, frame) = bytes.split::<12>(GRE_CUT)?;
    let platform_bytes = match header[11] & HAS_PLATFORM_FIELD {
        0 => 0,
        _ => 8,
    };
    let frame = frame.after(platform_bytes, GRE_CUT)?;
    Ok((Layer::Link(LinkType::Ethernet), frame))
}

/// Enhanced GRE of PPTP (RFC 2637, 4.1): a length and a call, then PPP if there is a sequence number.
fn pptp(flags: u16, fields: Bytes<'_>) -> Step<'_> {
    const HAS_ACKNOWLEDGMENT: u16 = 0x0080;
    if flags & HAS_SEQUENCE == 0 {
        return Err(Stop::Other);
    }
    let (key, rest) = fields.split::<4>(GRE_CUT)?;
    let numbers_bytes = optional_fields_bytes(flags, &[HAS_SEQUENCE, HAS_ACKNOWLEDGMENT]);
    let payload = rest.after(numbers_bytes, GRE_CUT)?;
    Ok((Layer::Ppp, payload.of_len(u16_at(key, 0).into())))
}

/// Ethernet in IP (RFC 3378).
pub(super) fn etherip(bytes: Bytes<'_>) -> Step<'_> {
    match bytes.split::<2>("the EtherIP header is cut")? {
        ([0x30, 0], frame) => Ok((Layer::Link(LinkType::Ethernet), frame)),
        _ => Err(Stop::Other),
    }
}

/// A label, and what follows the last of the stack (RFC 3032): no number says what it is. A pseudowire's frame may have
/// a control word before it (RFC 4448, 4.6), whose first bits are 0; so may be those of an address.
pub(super) fn mpls(bytes: Bytes<'_>) -> Step<'_> {
    const BOTTOM_OF_STACK: u8 = 1;
    const CUT: &str = "the MPLS label is cut";
    let (label, rest) = bytes.split::<4>(CUT)?;
    if label[2] & BOTTOM_OF_STACK == 0 {
        return Ok((Layer::Mpls, rest));
    }
    match rest.first_nibble() {
        Some(4 | 6) => Ok((Layer::Ip, rest)),
        Some(0) if !is_ethernet(rest) => Ok((Layer::Link(LinkType::Ethernet), rest.after(4, CUT)?)),
        Some(1) | None => Err(Stop::Other),
        Some(_) => Ok((Layer::Link(LinkType::Ethernet), rest)),
    }
}

/// Whether an EtherType that leads to TCP stands where that of an Ethernet frame would.
fn is_ethernet(bytes: Bytes<'_>) -> bool {
    let ether_type = bytes.captured.get(12..14);
    matches!(
        ether_type,
        Some([0x08 | 0x81, 0x00] | [0x86, 0xDD] | [0x88, 0xA8 | 0x47 | 0x64])
    )
}
