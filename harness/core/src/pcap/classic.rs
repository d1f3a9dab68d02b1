//! The classic format: a file header, then records.
//!
//! The snap length in the file header is not believed, and a captured length above the original one is taken as it stands.

use std::io::Read;

use super::buffer::Buffer;
use super::fields::ByteOrder;
use super::step::{LONGEST_PACKET_BYTES, PacketRecord, Step};
use super::{Damage, LinkType};
use crate::time::Timestamp;

/// Length of the file header, bytes.
pub(super) const FILE_HEADER_BYTES: usize = 24;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// What the file header says of its records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Classic {
    variant: Variant,
    /// Before version 2.4, programs did not agree which length comes first: the shorter is what was captured.
    is_before_2_4: bool,
    link_type: LinkType,
}

/// What the magic number says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    order: ByteOrder,
    record_header_bytes: usize,
    nanos_per_fraction: u64,
}

impl Variant {
    /// The variant that a file's first four bytes tell; `None` if they are no magic number in either byte order.
    pub(super) fn of_magic(magic: [u8; 4]) -> Option<Self> {
        let of = |order: ByteOrder| {
            let (record_header_bytes, nanos_per_fraction) = match order.u32(magic) {
                0xA1B2_C3D4 => (16, 1_000),
                0xA1B2_3C4D => (16, 1),
                // Kuznetzov's patch of libpcap: interface, protocol and direction after the lengths.
                0xA1B2_CD34 => (24, 1_000),
                _ => return None,
            };
            Some(Self {
                order,
                record_header_bytes,
                nanos_per_fraction,
            })
        };
        of(ByteOrder::Little).or_else(|| of(ByteOrder::Big))
    }
}

impl Classic {
    /// Reads the rest of the file header. The upper bits of its last field tell of frame check sequences.
    pub(super) fn of_header(variant: Variant, header: &[u8; FILE_HEADER_BYTES]) -> Self {
        let order = variant.order;
        let [major, minor] = [4, 6].map(|at| order.u16([header[at], header[at + 1]]));
        let network = order.u32([header[20], header[21], header[22], header[23]]);
        Self {
            variant,
            is_before_2_4: major == 2 && minor < 4,
            link_type: LinkType::from_number((network & 0xFFFF) as u16),
        }
    }

    /// Reads one record. Nothing of it is consumed before all of it is there.
    #[inline]
    pub(super) fn step<R: Read>(&self, buffer: &mut Buffer<R>) -> Step {
        let Variant {
            order,
            record_header_bytes,
            nanos_per_fraction,
        } = self.variant;
        let offset = buffer.offset();
        let header = match buffer.peek() {
            Ok(header) => header,
            Err(shortage) => return Step::at_shortage(shortage, buffer, offset, None),
        };
        let [seconds, fraction, captured_len, original_len] = order.four_u32(header);
        let (captured_len, original_len) = self.lengths(captured_len, original_len);
        if captured_len > LONGEST_PACKET_BYTES {
            return Step::Broken {
                offset,
                reason: Damage::PacketTooLong {
                    bytes: u64::from(captured_len),
                },
            };
        }
        let record_bytes = record_header_bytes + captured_len as usize;
        if let Err(shortage) = buffer.require(record_bytes) {
            return Step::at_shortage(shortage, buffer, offset, Some(record_bytes as u64));
        }
        let record = buffer.consume(record_bytes);
        // A fraction of more than a second counts on into the seconds. Neither field is long enough to overflow.
        let nanos =
            u64::from(seconds) * NANOS_PER_SECOND + u64::from(fraction) * nanos_per_fraction;
        Step::Packet(PacketRecord {
            timestamp: Timestamp::from_nanos(nanos),
            original_len,
            link_type: self.link_type,
            data: record.start + record_header_bytes..record.end,
        })
    }

    /// The captured and the original length, as far as they are to be believed: the captured is what stands in the file.
    fn lengths(&self, first: u32, second: u32) -> (u32, u32) {
        if self.is_before_2_4 {
            (first.min(second), first.max(second))
        } else {
            (first, first.max(second))
        }
    }
}
