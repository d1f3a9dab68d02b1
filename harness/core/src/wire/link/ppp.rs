//! PPP in its framings, and Cisco's HDLC.

use crate::wire::bytes::{Bytes, u16_at};
use crate::wire::layer::{Layer, Step, Stop};

const PPP_CUT: &str = "the PPP header is cut";
const ADDRESS_AND_CONTROL: [u8; 2] = [0xFF, 0x03];

/// A protocol number behind an address and a control byte, which may be left out; so may the number's upper byte where
/// it is 0 (RFC 1661, 6.5 and 6.6).
pub(in crate::wire) fn payload(bytes: Bytes<'_>) -> Step<'_> {
    let bytes = match bytes.split::<2>(PPP_CUT)? {
        (&ADDRESS_AND_CONTROL, rest) => rest,
        _ => bytes,
    };
    let ([first], rest) = bytes.split::<1>(PPP_CUT)?;
    if first & 1 == 1 {
        return protocol(u16::from(*first), rest);
    }
    let (number, rest) = bytes.split::<2>(PPP_CUT)?;
    protocol(u16::from_be_bytes(*number), rest)
}

fn protocol(number: u16, bytes: Bytes<'_>) -> Step<'_> {
    match number {
        // IPv4 (RFC 1332) and IPv6 (RFC 5072).
        0x0021 | 0x0057 => Ok((Layer::Ip, bytes)),
        // MPLS (RFC 3032, 4.3).
        0x0281 | 0x0283 => Ok((Layer::Mpls, bytes)),
        _ => Err(Stop::Other),
    }
}

/// PPP in HDLC-like framing (RFC 1662), or Cisco HDLC: the address tells them apart.
pub(super) fn in_hdlc(bytes: Bytes<'_>) -> Step<'_> {
    match bytes.split::<2>(PPP_CUT)? {
        (&ADDRESS_AND_CONTROL, _) => Ok((Layer::Ppp, bytes)),
        _ => cisco_hdlc(bytes),
    }
}

/// An address (unicast or broadcast), a control byte and an EtherType (RFC 1547, 4.3.1).
pub(super) fn cisco_hdlc(bytes: Bytes<'_>) -> Step<'_> {
    match bytes.split::<4>("the HDLC header is cut")? {
        (header @ [0x0F | 0x8F, ..], payload) => Ok((Layer::EtherType(u16_at(header, 2)), payload)),
        _ => Err(Stop::Other),
    }
}

/// Version, code, session and length, then PPP (RFC 2516, 4).
pub(super) fn over_ethernet(bytes: Bytes<'_>) -> Step<'_> {
    const VERSION_1_TYPE_1: u8 = 0x11;
    const SESSION_DATA: u8 = 0;
    match bytes.split::<6>("the PPPoE header is cut")? {
        (header @ [VERSION_1_TYPE_1, SESSION_DATA, ..], payload) => {
            Ok((Layer::Ppp, payload.of_len(u32::from(u16_at(header, 4)))))
        }
        _ => Err(Stop::Other),
    }
}
