//! Headers that a capturing system puts before the packet: they stood on no wire.

use crate::pcap::LinkType;
use crate::wire::bytes::{Bytes, u16_at};
use crate::wire::layer::{Layer, Step, Stop};

/// Linux's cooked header: kind, device type, address and protocol.
pub(super) fn cooked(bytes: Bytes<'_>) -> Step<'_> {
    let (header, payload) = bytes.split::<16>("the Linux cooked header is cut")?;
    cooked_protocol(u16_at(header, 2), u16_at(header, 14), payload)
}

/// Its second version: protocol first, device type at 8.
pub(super) fn cooked2(bytes: Bytes<'_>) -> Step<'_> {
    let (header, payload) = bytes.split::<20>("the Linux cooked header is cut")?;
    cooked_protocol(u16_at(header, 8), u16_at(header, 0), payload)
}

/// What the device's type and the protocol say: an EtherType but for LLC, and 802.11 of a device that monitors it.
fn cooked_protocol(device_type: u16, protocol: u16, payload: Bytes<'_>) -> Step<'_> {
    const WIFI_WITH_RADIOTAP: u16 = 803;
    const NETLINK: u16 = 824;
    const LLC: u16 = 4;
    match (device_type, protocol) {
        (WIFI_WITH_RADIOTAP, _) => Ok((Layer::Link(LinkType::WifiRadiotap), payload)),
        (NETLINK, _) => Err(Stop::Other),
        (_, LLC) => Ok((Layer::Llc, payload)),
        (_, protocol) => Ok((Layer::EtherType(protocol), payload)),
    }
}

/// A direction, and the kind of compression with what it took away (RFC 1144); only what was not compressed is read.
pub(super) fn slip(bytes: Bytes<'_>) -> Step<'_> {
    const COMPRESSED: u8 = 0x80;
    let (header, payload) = bytes.split::<16>("the SLIP header is cut")?;
    if header[1] & COMPRESSED == 0 {
        Ok((Layer::Ip, payload))
    } else {
        Err(Stop::Other)
    }
}

/// Per-packet information: its length and the packet's link type in little endian.
pub(super) fn ppi(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the PPI header is cut";
    let ([_, _, low, high, link_type @ ..], _) = bytes.split::<8>(CUT)?;
    let header_bytes = u16::from_le_bytes([*low, *high]).into();
    of_type(
        u32::from_le_bytes(*link_type),
        bytes.after(header_bytes, CUT)?,
    )
}

/// Darwin's: length, kind of record and link type in little endian.
pub(super) fn pktap(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the PKTAP header is cut";
    let ([a, b, c, d, _, _, _, _, link_type @ ..], _) = bytes.split::<12>(CUT)?;
    let header_bytes = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
    of_type(
        u32::from_le_bytes(*link_type),
        bytes.after(header_bytes, CUT)?,
    )
}

/// The packet of a link type that a header named. Headers of such headers are no packets.
fn of_type(number: u32, bytes: Bytes<'_>) -> Step<'_> {
    let number = u16::try_from(number).map_err(|_| Stop::Other)?;
    Ok((Layer::Link(LinkType::from_number(number)), bytes))
}

/// OpenBSD's packet filter's: its own length, which is rounded up to four bytes.
pub(super) fn pflog(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the pflog header is cut";
    let ([len], _) = bytes.split::<1>(CUT)?;
    let header_bytes = usize::from(*len).next_multiple_of(4);
    Ok((Layer::Ip, bytes.after(header_bytes, CUT)?))
}

/// Linux's netfilter log: attributes of length, type and value, one of which is the packet. Their byte order is that of
/// the capturing machine, which today is little endian.
pub(super) fn nflog(bytes: Bytes<'_>) -> Step<'_> {
    const CUT: &str = "the NFLOG attributes are cut";
    const PAYLOAD: u16 = 9;
    const ATTRIBUTE_HEADER_BYTES: u16 = 4;
    let (_, mut rest) = bytes.split::<4>(CUT)?;
    loop {
        let ([len_low, len_high, type_low, type_high], value) = rest.split::<4>(CUT)?;
        let len = u16::from_le_bytes([*len_low, *len_high]);
        let Some(value_bytes) = len.checked_sub(ATTRIBUTE_HEADER_BYTES) else {
            return Err(Stop::Malformed(
                "an NFLOG attribute is said to be shorter than its header",
            ));
        };
        if u16::from_le_bytes([*type_low, *type_high]) == PAYLOAD {
            return Ok((Layer::Ip, value.of_len(value_bytes.into())));
        }
        rest = rest.after(usize::from(len).next_multiple_of(4), CUT)?;
    }
}
