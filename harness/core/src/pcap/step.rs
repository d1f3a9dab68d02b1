//! What reading one record or block of a capture gives.

use std::io::Read;
use std::ops::Range;

use super::buffer::{Buffer, Shortage};
use super::{Damage, LinkType};
use crate::time::Timestamp;

/// The longest packet read, bytes. The longest that TCP meets is a BIG TCP frame of Linux with half a megabyte; 16 MiB is also
/// libpcap's bound for a block. A length beyond is damage.
pub(super) const LONGEST_PACKET_BYTES: u32 = 16 << 20;

/// One step through a capture.
#[derive(Debug)]
pub(super) enum Step {
    /// A packet.
    Packet(PacketRecord),
    /// A record that has a frame number in Wireshark, but no packet in it.
    Numbered,
    /// Something without a frame.
    Passed,
    /// The end, after a whole record.
    End,
    /// The end, at a place that cannot be read past.
    Broken {
        /// Where the record that cannot be read begins.
        offset: u64,
        reason: Damage,
    },
}

/// A frame but for its number; the bytes still stand in the buffer.
#[derive(Debug)]
pub(super) struct PacketRecord {
    pub(super) timestamp: Timestamp,
    pub(super) original_len: u32,
    pub(super) link_type: LinkType,
    pub(super) data: Range<usize>,
}

impl Step {
    /// The end that a shortage is in a record that begins at `offset`, of `expected` bytes if its header is there.
    #[cold]
    pub(super) fn at_shortage<R: Read>(
        shortage: Shortage,
        buffer: &Buffer<R>,
        offset: u64,
        expected: Option<u64>,
    ) -> Self {
        let present = buffer.offset() - offset + buffer.unread().len() as u64;
        if let (Shortage::Ended, None, 0) = (&shortage, expected, present) {
            return Self::End;
        }
        let reason = shortage.into_damage(present, expected);
        Self::Broken { offset, reason }
    }
}
