//! IPv4 (RFC 791) and IPv6 (RFC 8200): whose the payload is, and how long it is by the headers.

pub(super) mod extension;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::bytes::{Bytes, u16_at, u32_at};
use super::layer::{Layer, Outer, Piece, Position, Step, Stop};

/// Protocol numbers (<https://www.iana.org/assignments/protocol-numbers>).
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

/// An IPv4 or IPv6 datagram: its first bits say which, whatever stood before it.
#[inline]
pub(super) fn payload<'a>(bytes: Bytes<'a>, outer: &mut Outer<'a>) -> Step<'a> {
    match bytes.first_nibble() {
        Some(4) => v4(bytes, outer),
        Some(6) => v6(bytes, outer),
        Some(_) => Err(Stop::Malformed("neither IPv4 nor IPv6")),
        None => Err(Stop::Malformed("the IP header is cut")),
    }
}

const V4_HEADER_BYTES: usize = 20;

/// What a total length of 0 leaves open, the frame tells: segmentation offload and BIG TCP make datagrams longer than
/// their field.
#[inline]
fn v4<'a>(bytes: Bytes<'a>, outer: &mut Outer<'a>) -> Step<'a> {
    let (header, _) = bytes.split::<V4_HEADER_BYTES>("the IPv4 header is cut")?;
    let header_bytes = usize::from(header[0] & 0x0F) * 4;
    let total_len = u16_at(header, 2);
    let datagram = match total_len {
        0 => bytes,
        len => bytes.of_len(len.into()),
    };
    if header_bytes < V4_HEADER_BYTES || header_bytes > datagram.len as usize {
        return Err(Stop::Malformed(
            "the IPv4 header's lengths contradict each other",
        ));
    }
    let (whole_header, payload) = datagram.split_at(header_bytes, "the IPv4 options are cut")?;
    let id = u16_at(header, 4);
    outer.ip_id = Some(id);
    outer.source = IpAddr::V4(Ipv4Addr::from(u32_at(header, 12)));
    outer.destination = IpAddr::V4(
        final_destination(&whole_header[V4_HEADER_BYTES..])
            .unwrap_or_else(|| Ipv4Addr::from(u32_at(header, 16))),
    );
    Ok((v4_content(header, id), payload))
}

/// The whole payload of a protocol, or a fragment of it.
#[inline]
fn v4_content(header: &[u8; V4_HEADER_BYTES], id: u16) -> Layer {
    const MORE_FRAGMENTS: u16 = 0x2000;
    const OFFSET: u16 = 0x1FFF;
    let protocol = header[9];
    let flags_and_offset = u16_at(header, 6);
    if flags_and_offset & (MORE_FRAGMENTS | OFFSET) == 0 {
        return Layer::Protocol(protocol);
    }
    Layer::Fragment(Piece {
        id: id.into(),
        protocol,
        offset: u32::from(flags_and_offset & OFFSET) * 8,
        position: match flags_and_offset & MORE_FRAGMENTS {
            0 => Position::Last,
            _ => Position::Inner,
        },
    })
}

/// Where a datagram with a source route that it has not come to the end of is going (RFC 791, 3.1): the last address of
/// the route. The connection is with that host: it answers by that address, and the TCP checksum is over it
/// (RFC 1122, 4.2.3.8).
#[inline]
fn final_destination(options: &[u8]) -> Option<Ipv4Addr> {
    if options.is_empty() {
        return None;
    }
    routed_to(options)
}

fn routed_to(mut options: &[u8]) -> Option<Ipv4Addr> {
    const END: u8 = 0;
    const NO_OPERATION: u8 = 1;
    const LOOSE_ROUTE: u8 = 131;
    const STRICT_ROUTE: u8 = 137;
    loop {
        match options {
            [] | [END, ..] => return None,
            [NO_OPERATION, rest @ ..] => options = rest,
            [LOOSE_ROUTE | STRICT_ROUTE, len, next, ..] => {
                let route = options.get(..usize::from(*len))?;
                return (next < len).then(|| Some(Ipv4Addr::from(*route.last_chunk::<4>()?)))?;
            }
            [_, len, ..] => options = options.get(usize::from(*len).max(2)..)?,
            [_] => return None,
        }
    }
}

/// What a payload length of 0 leaves open, the jumbo option tells (RFC 2675), or the frame where there is none: newer
/// kernels leave it out on the way to a device that segments.
#[inline]
fn v6<'a>(bytes: Bytes<'a>, outer: &mut Outer<'a>) -> Step<'a> {
    let (header, rest) = bytes.split::<40>("the IPv6 header is cut")?;
    let next_header = header[6];
    let payload = match u16_at(header, 4) {
        0 => match extension::jumbo_payload_len(next_header, rest.captured) {
            Some(len) => rest.of_len(len),
            None => rest,
        },
        len => rest.of_len(len.into()),
    };
    let (_, addresses) = header.split_at(8);
    let (source, destination) = addresses.split_at(16);
    outer.ip_id = None;
    outer.source = IpAddr::V6(address(source));
    outer.destination = IpAddr::V6(address(destination));
    Ok((Layer::Protocol(next_header), payload))
}

/// The address in sixteen bytes.
#[inline]
fn address(bytes: &[u8]) -> Ipv6Addr {
    let mut octets = [0; 16];
    octets.copy_from_slice(bytes);
    Ipv6Addr::from(octets)
}
