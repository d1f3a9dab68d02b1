//! IPv4 and IPv6: whose the payload is, and how long it is by the headers.

use std::net::IpAddr;

use etherparse::{IpNumber, LaxIpSlice};

/// An IP datagram's payload.
pub(super) struct IpPayload<'a> {
    pub(super) id: Option<u16>,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) protocol: IpNumber,
    /// Whether it is only a part of what was sent.
    pub(super) is_fragment: bool,
    /// Length by the headers, bytes.
    pub(super) len: u32,
    /// What of it was captured, without the padding that may follow.
    pub(super) captured: &'a [u8],
}

/// The payload of a datagram in the frame `data`, which was `original_len` bytes long on the wire.
pub(super) fn payload<'a>(
    datagram: &LaxIpSlice<'a>,
    original_len: u32,
    data: &[u8],
) -> IpPayload<'a> {
    let payload = datagram.payload();
    IpPayload {
        id: match datagram {
            LaxIpSlice::Ipv4(v4) => Some(v4.header().identification()),
            LaxIpSlice::Ipv6(_) => None,
        },
        source: datagram.source_addr(),
        destination: datagram.destination_addr(),
        protocol: payload.ip_number,
        is_fragment: payload.fragmented,
        len: len_by_headers(datagram).unwrap_or_else(|| {
            // The kernel leaves the length 0 where the datagram is longer than its field: segmentation offload and
            // BIG TCP. Then the payload is what the frame has after its headers.
            let header_bytes = data.len().saturating_sub(payload.payload.len());
            original_len.saturating_sub(u32::try_from(header_bytes).unwrap_or(u32::MAX))
        }),
        captured: payload.payload,
    }
}

/// The payload's length as the IP header tells it; `None` where its field is 0 or too small for the headers themselves.
fn len_by_headers(datagram: &LaxIpSlice<'_>) -> Option<u32> {
    let (datagram_bytes, header_bytes) = match datagram {
        LaxIpSlice::Ipv4(v4) => (
            usize::from(v4.header().total_len()),
            v4.header().slice().len() + v4.extensions().auth.map_or(0, |auth| auth.slice().len()),
        ),
        LaxIpSlice::Ipv6(v6) => (
            usize::from(v6.header().payload_length()),
            v6.extensions().slice().len(),
        ),
    };
    let payload_bytes = datagram_bytes.checked_sub(header_bytes)?;
    if datagram_bytes == 0 {
        return None;
    }
    u32::try_from(payload_bytes).ok()
}
