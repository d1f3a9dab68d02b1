//! The TCP header (RFC 9293, 3.1). A snap length may have cut its options.

use std::net::SocketAddr;

use super::bytes::{Bytes, u16_at, u32_at};
use super::layer::{Outer, Stop};
use super::{Flags, Segment, SeqNumber};

const HEADER_BYTES: usize = 20;

/// The segment in the payload of an IP datagram.
#[inline]
pub(super) fn segment<'a>(bytes: Bytes<'a>, outer: &Outer<'_>) -> Result<Segment<'a>, Stop> {
    let (header, rest) = bytes.split::<HEADER_BYTES>("the TCP header is cut")?;
    let offset_and_flags = u16_at(header, 12);
    let header_bytes = (offset_and_flags >> 12) * 4;
    let Some(options_bytes) = usize::from(header_bytes).checked_sub(HEADER_BYTES) else {
        return Err(Stop::Malformed(
            "the TCP header is said to be shorter than 20 bytes",
        ));
    };
    let Some(payload_len) = bytes.len.checked_sub(header_bytes.into()) else {
        return Err(Stop::Malformed(
            "the TCP header is said to be longer than its datagram",
        ));
    };
    let (options, payload) = rest
        .captured
        .split_at_checked(options_bytes)
        .unwrap_or((rest.captured, &[]));
    let flags = Flags::from_header(offset_and_flags);
    Ok(Segment {
        network: outer.network,
        ip_id: outer.ip_id,
        source: SocketAddr::new(outer.source, u16_at(header, 0)),
        destination: SocketAddr::new(outer.destination, u16_at(header, 2)),
        seq: SeqNumber(u32_at(header, 4)),
        ack: flags.is_ack().then(|| SeqNumber(u32_at(header, 8))),
        flags,
        window: u16_at(header, 14),
        options,
        payload_len,
        payload,
    })
}
