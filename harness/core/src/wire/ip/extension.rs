//! What an IP header's protocol number says that follows, but for TCP and UDP: IPv6's extension headers and tunnels.

use std::net::{IpAddr, Ipv6Addr};

use crate::pcap::LinkType;
use crate::wire::bytes::{Bytes, u16_at, u32_at};
use crate::wire::layer::{Layer, Outer, Piece, Position, Step, Stop};
use crate::wire::tunnel;

const HOP_BY_HOP: u8 = 0;
const CUT: &str = "an IPv6 extension header is cut";

/// What follows a header of this protocol number.
pub(in crate::wire) fn payload<'a>(
    protocol: u8,
    bytes: Bytes<'a>,
    outer: &mut Outer<'a>,
) -> Step<'a> {
    const IPV4: u8 = 4;
    const IPV6: u8 = 41;
    const ROUTING: u8 = 43;
    const FRAGMENT: u8 = 44;
    const GRE: u8 = 47;
    const AUTHENTICATION: u8 = 51;
    const DESTINATION_OPTIONS: u8 = 60;
    const ETHERIP: u8 = 97;
    const MOBILITY: u8 = 135;
    const MPLS: u8 = 137;
    const HOST_IDENTITY: u8 = 139;
    const SHIM6: u8 = 140;
    const ETHERNET: u8 = 143;
    match protocol {
        HOP_BY_HOP | DESTINATION_OPTIONS | MOBILITY | HOST_IDENTITY | SHIM6 => options(bytes),
        ROUTING => routing(bytes, outer),
        FRAGMENT => fragment(bytes),
        AUTHENTICATION => authentication(bytes),
        IPV4 | IPV6 => Ok((Layer::Ip, bytes)),
        GRE => tunnel::gre(bytes),
        ETHERIP => tunnel::etherip(bytes),
        MPLS => Ok((Layer::Mpls, bytes)),
        ETHERNET => Ok((Layer::Link(LinkType::Ethernet), bytes)),
        _ => Err(Stop::Other),
    }
}

/// A header that tells the next one and its own length in units of eight bytes beyond the first eight (RFC 8200, 4.2).
fn options(bytes: Bytes<'_>) -> Step<'_> {
    let (header, _, rest) = split(bytes)?;
    Ok((Layer::Protocol(header[0]), rest))
}

/// The first eight bytes of such a header, those after them, and what follows it.
fn split(bytes: Bytes<'_>) -> Result<(&[u8; 8], &[u8], Bytes<'_>), Stop> {
    let (header, rest) = bytes.split::<8>(CUT)?;
    let (more, rest) = rest.split_at(usize::from(header[1]) * 8, CUT)?;
    Ok((header, more, rest))
}

/// While a route has hops left, the connection is with the last of them: the TCP checksum is over that address
/// (RFC 8200, 8.1).
fn routing<'a>(bytes: Bytes<'a>, outer: &mut Outer<'a>) -> Step<'a> {
    const SOURCE_ROUTE: u8 = 0;
    const HOME_ADDRESS: u8 = 2;
    const SEGMENTS: u8 = 4;
    let (header, addresses, rest) = split(bytes)?;
    let [next_header, _, kind, segments_left, ..] = *header;
    let last = match kind {
        SOURCE_ROUTE | HOME_ADDRESS => addresses.last_chunk::<16>(),
        // Segments stand in reverse order (RFC 8754, 2).
        SEGMENTS => addresses.first_chunk::<16>(),
        _ => None,
    };
    if let (Some(last), 1..) = (last, segments_left) {
        outer.destination = IpAddr::V6(Ipv6Addr::from(*last));
    }
    Ok((Layer::Protocol(next_header), rest))
}

/// A fragment header (RFC 8200, 4.5). With the first and last of its datagram at once it is no fragment (RFC 6946).
fn fragment(bytes: Bytes<'_>) -> Step<'_> {
    const OFFSET: u16 = 0xFFF8;
    const MORE_FRAGMENTS: u16 = 1;
    let (header, rest) = bytes.split::<8>(CUT)?;
    let protocol = header[0];
    let offset_and_flags = u16_at(header, 2);
    if offset_and_flags & (OFFSET | MORE_FRAGMENTS) == 0 {
        return Ok((Layer::Protocol(protocol), rest));
    }
    let piece = Piece {
        id: u32_at(header, 4),
        protocol,
        offset: u32::from(offset_and_flags & OFFSET),
        position: match offset_and_flags & MORE_FRAGMENTS {
            0 => Position::Last,
            _ => Position::Inner,
        },
    };
    Ok((Layer::Fragment(piece), rest))
}

/// An authentication header: its length is in units of four bytes beyond the first eight (RFC 4302, 2.2).
fn authentication(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the authentication header is cut";
    let (header, rest) = bytes.split::<8>(CUT)?;
    let rest = rest.after(usize::from(header[1]) * 4, CUT)?;
    Ok((Layer::Protocol(header[0]), rest))
}

/// The payload length of a jumbogram (RFC 2675, 2), where its hop-by-hop options tell a lawful one.
pub(super) fn jumbo_payload_len(next_header: u8, payload: &[u8]) -> Option<u32> {
    const PAD1: u8 = 0;
    const JUMBO: u8 = 0xC2;
    const LARGEST_OF_ANOTHER: u32 = 0xFFFF;
    if next_header != HOP_BY_HOP {
        return None;
    }
    let (header, rest) = payload.split_first_chunk::<2>()?;
    let options_bytes = 6 + usize::from(header[1]) * 8;
    let mut options = rest.get(..options_bytes).unwrap_or(rest);
    loop {
        match options {
            [PAD1, rest @ ..] => options = rest,
            [JUMBO, 4, a, b, c, d, ..] => {
                let len = u32::from_be_bytes([*a, *b, *c, *d]);
                return (len > LARGEST_OF_ANOTHER).then_some(len);
            }
            [_, len, rest @ ..] => options = rest.get(usize::from(*len)..)?,
            _ => return None,
        }
    }
}
