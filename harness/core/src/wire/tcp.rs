//! The TCP header (RFC 9293, 3.1). Read by hand: its first twenty bytes tell all that is needed, and a snap length may
//! have cut its options.

use std::net::SocketAddr;

use etherparse::ip_number;

use super::ip::IpPayload;
use super::{Flags, Network, Packet, Segment, SeqNumber};

const TCP_HEADER_BYTES: usize = 20;
const SMALLEST_DATA_OFFSET: u16 = 5;
const UDP_HEADER_BYTES: usize = 8;

/// Reads what an IP datagram carried. A fragment is no segment: its length is not the segment's.
pub(super) fn parse<'a>(datagram: &IpPayload<'a>) -> Packet<'a> {
    match datagram.protocol {
        _ if datagram.is_fragment => Packet::Other,
        ip_number::TCP => segment(datagram),
        ip_number::UDP => match datagram.captured.get(UDP_HEADER_BYTES..) {
            Some(payload) => Packet::Udp { payload },
            None => Packet::Malformed("the UDP header is cut"),
        },
        _ => Packet::Other,
    }
}

fn segment<'a>(datagram: &IpPayload<'a>) -> Packet<'a> {
    let Some(header) = datagram.captured.first_chunk::<TCP_HEADER_BYTES>() else {
        return Packet::Malformed("the TCP header is cut");
    };
    let offset_and_flags = u16_at(header, 12);
    let data_offset = offset_and_flags >> 12;
    let header_bytes = data_offset * 4;
    if data_offset < SMALLEST_DATA_OFFSET {
        return Packet::Malformed("the TCP header is said to be shorter than 20 bytes");
    }
    let Some(payload_len) = datagram.len.checked_sub(u32::from(header_bytes)) else {
        return Packet::Malformed("the TCP header is said to be longer than its datagram");
    };
    let flags = Flags::from_header(offset_and_flags);
    let options = TCP_HEADER_BYTES..usize::from(header_bytes).min(datagram.captured.len());
    Packet::Tcp(Segment {
        network: Network::default(),
        ip_id: datagram.id,
        source: SocketAddr::new(datagram.source, u16_at(header, 0)),
        destination: SocketAddr::new(datagram.destination, u16_at(header, 2)),
        seq: SeqNumber(u32_at(header, 4)),
        ack: flags.is_ack().then(|| SeqNumber(u32_at(header, 8))),
        flags,
        window: u16_at(header, 14),
        options: &datagram.captured[options],
        payload_len,
        payload: captured_payload(datagram, usize::from(header_bytes), payload_len as usize),
    })
}

/// The payload captured: without the header's options, and without what follows the datagram in its frame.
fn captured_payload<'a>(
    datagram: &IpPayload<'a>,
    header_bytes: usize,
    payload_len: usize,
) -> &'a [u8] {
    let payload = datagram.captured.get(header_bytes..).unwrap_or_default();
    payload.get(..payload_len).unwrap_or(payload)
}

fn u16_at(header: &[u8; TCP_HEADER_BYTES], at: usize) -> u16 {
    u16::from_be_bytes([header[at], header[at + 1]])
}

fn u32_at(header: &[u8; TCP_HEADER_BYTES], at: usize) -> u32 {
    (u32::from(u16_at(header, at)) << 16) | u32::from(u16_at(header, at + 2))
}
