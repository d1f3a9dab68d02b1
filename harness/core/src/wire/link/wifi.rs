//! IEEE 802.11 data frames that are not encrypted, behind the headers that capturing machines put before them.

use crate::wire::bytes::{Bytes, u32_at};
use crate::wire::layer::{Layer, Step, Stop};

const CUT: &str = "the 802.11 header is cut";

/// A radiotap header (radiotap.org) tells its length in little endian.
pub(super) fn after_radiotap(bytes: Bytes<'_>) -> Step<'_> {
    let ([_, _, low, high], _) = bytes.split::<4>("the radiotap header is cut")?;
    let header_bytes = u16::from_le_bytes([*low, *high]).into();
    payload(bytes.after(header_bytes, "the radiotap header is cut")?)
}

/// A Prism header tells its length in the byte order of the capturing machine; where it does not, it is an AVS header.
pub(super) fn after_prism(bytes: Bytes<'_>) -> Step<'_> {
    const PRISM_BYTES: u32 = 144;
    let (header, _) = bytes.split::<8>("the Prism header is cut")?;
    let len = u32_at(header, 4);
    if [len, len.swap_bytes()].contains(&PRISM_BYTES) {
        payload(bytes.after(PRISM_BYTES as usize, "the Prism header is cut")?)
    } else {
        after_avs(bytes)
    }
}

/// An AVS header tells its length in network byte order.
pub(super) fn after_avs(bytes: Bytes<'_>) -> Step<'_> {
    let (header, _) = bytes.split::<8>("the AVS header is cut")?;
    payload(bytes.after(u32_at(header, 4) as usize, "the AVS header is cut")?)
}

/// A data frame (IEEE 802.11, 9.3.2): what its control bytes say that it has, then LLC.
pub(super) fn payload(bytes: Bytes<'_>) -> Step<'_> {
    const VERSION_AND_TYPE: u8 = 0x0F;
    const DATA: u8 = 0x08;
    const NO_DATA: u8 = 0x40;
    const MORE_FRAGMENTS: u8 = 0x04;
    const PROTECTED: u8 = 0x40;
    const AGGREGATE: u8 = 0x80;
    let (header, _) = bytes.split::<24>(CUT)?;
    let [kind, flags] = [header[0], header[1]];
    let fragment_number = header[22] & 0x0F;
    let is_plain_data = kind & VERSION_AND_TYPE == DATA && kind & NO_DATA == 0;
    if !is_plain_data || flags & (MORE_FRAGMENTS | PROTECTED) != 0 || fragment_number != 0 {
        return Err(Stop::Other);
    }
    let service_at = 24 + fourth_address_bytes(flags);
    let (header, body) = bytes.split_at(service_at + service_bytes(kind, flags), CUT)?;
    match header.get(service_at) {
        // Of several packets in one frame (an A-MSDU) the first is read, behind its addresses and length.
        Some(service) if service & AGGREGATE != 0 => Ok((Layer::Llc, body.after(14, CUT)?)),
        _ => Ok((Layer::Llc, without_alignment(body)?)),
    }
}

/// A frame between two access points has a fourth address.
fn fourth_address_bytes(flags: u8) -> usize {
    const BOTH_SYSTEMS: u8 = 0x03;
    if flags & BOTH_SYSTEMS == BOTH_SYSTEMS {
        6
    } else {
        0
    }
}

/// A frame with quality of service has its control field, and behind it, if ordered, that of high throughput.
fn service_bytes(kind: u8, flags: u8) -> usize {
    const QUALITY_OF_SERVICE: u8 = 0x80;
    const HIGH_THROUGHPUT: u8 = 0x80;
    match (kind & QUALITY_OF_SERVICE, flags & HIGH_THROUGHPUT) {
        (0, _) => 0,
        (_, 0) => 2,
        _ => 6,
    }
}

/// Some hardware aligns the body to four bytes, and not every capture says so: LLC with SNAP shows where it begins.
fn without_alignment(body: Bytes<'_>) -> Result<Bytes<'_>, Stop> {
    match body.captured {
        [0, 0, 0xAA, 0xAA, ..] => body.after(2, CUT),
        _ => Ok(body),
    }
}
