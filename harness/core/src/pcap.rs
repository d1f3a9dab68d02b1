//! Capture files: container ↔ frames. pcap and pcapng are read, compressed or not, whatever of them is readable; pcap with
//! nanoseconds is written.
//!
//! ```text
//! source ─► compression ─► buffer ─┬─► classic ──────────────┬─► reader ─► Frame, Skipped, Tail
//!                                  └─► blocks ─► interface ──┘
//! ```

mod damage;
mod reader;

mod blocks;
mod buffer;
mod classic;
mod compression;
mod fields;
mod interface;
mod step;

mod writer;

use std::fmt;
use std::io;

use crate::time::Timestamp;

pub use damage::{Damage, Skipped};
pub use reader::Reader;
pub use writer::Writer;

/// Snap length of the captures written, bytes: the most that libpcap reads (`MAXIMUM_SNAPLEN`).
pub const SNAP_LENGTH_BYTES: u32 = 262_144;

/// A frame's place in its capture, from 1 on, as Wireshark shows it: custom blocks of pcapng take a number too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNumber(pub u64);

/// What the first bytes of a frame are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// Ethernet (1), also what Linux's `lo` pretends to be.
    Ethernet,
    /// BSD loopback (0): an address family in the byte order of the capturing machine, then IP.
    Null,
    /// OpenBSD loopback (108): an address family in network byte order, then IP.
    Loop,
    /// IPv4 or IPv6 at once (101).
    Raw,
    /// IPv4 at once (228).
    Ipv4,
    /// IPv6 at once (229).
    Ipv6,
    /// Linux "cooked" capture (113), as of tcpdump's device `any`.
    LinuxSll,
    /// Linux "cooked" capture, second version (276).
    LinuxSll2,
    /// Any other, by its number in the LINKTYPE registry.
    Other(u16),
}

impl LinkType {
    /// The link type of this number in the LINKTYPE registry. 12 and 14 are what BSDs number RAW by.
    pub fn from_number(number: u16) -> Self {
        match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            12 | 14 | 101 => Self::Raw,
            108 => Self::Loop,
            113 => Self::LinuxSll,
            228 => Self::Ipv4,
            229 => Self::Ipv6,
            276 => Self::LinuxSll2,
            other => Self::Other(other),
        }
    }

    /// Its number in the LINKTYPE registry.
    pub fn number(self) -> u16 {
        match self {
            Self::Null => 0,
            Self::Ethernet => 1,
            Self::Raw => 101,
            Self::Loop => 108,
            Self::LinuxSll => 113,
            Self::Ipv4 => 228,
            Self::Ipv6 => 229,
            Self::LinuxSll2 => 276,
            Self::Other(number) => number,
        }
    }
}

/// One captured frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its place in the capture.
    pub number: FrameNumber,
    /// When it was captured.
    pub timestamp: Timestamp,
    /// Its length on the wire, bytes.
    pub original_len: u32,
    /// What its first bytes are.
    pub link_type: LinkType,
    /// The bytes captured; shorter than `original_len` when the snap length cut it.
    pub data: &'a [u8],
}

/// How a capture file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tail {
    /// After a whole record.
    Whole,
    /// Inside a record, or at one behind which no other can be found.
    Truncated {
        /// Frames read before.
        frames: u64,
        /// Where that record begins: bytes into the capture, after decompression.
        offset: u64,
        /// What the reader met.
        reason: Damage,
    },
}

/// Why a capture could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The first bytes are of no capture format.
    #[error("the first bytes are neither pcap's nor pcapng's")]
    NotACapture,
    /// The first bytes cannot be read or decompressed.
    #[error(transparent)]
    Unreadable(io::Error),
}

impl fmt::Display for FrameNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
