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

/// What the first bytes of a frame are (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// BSD loopback (0): an address family in the byte order of the capturing machine, then IP.
    Null,
    /// Ethernet (1), also what Linux's `lo` pretends to be.
    Ethernet,
    /// IEEE 802.5 token ring (6).
    TokenRing,
    /// ARCNET (7), as BSDs capture it.
    ArcnetBsd,
    /// SLIP (8), with a direction and the kind of compression before it.
    Slip,
    /// PPP (9), with or without its address and control bytes.
    Ppp,
    /// FDDI (10).
    Fddi,
    /// PPP or Cisco HDLC (50), as the first byte says.
    PppHdlc,
    /// A PPPoE session without the Ethernet header (51).
    Pppoe,
    /// LLC in ATM (100).
    AtmRfc1483,
    /// IPv4 or IPv6 at once (101).
    Raw,
    /// Cisco HDLC (104).
    CiscoHdlc,
    /// IEEE 802.11 (105).
    Wifi,
    /// Frame Relay (107).
    FrameRelay,
    /// OpenBSD loopback (108): an address family in network byte order, then IP.
    Loop,
    /// OpenBSD's view of what IPsec encapsulates (109).
    Enc,
    /// Linux "cooked" capture (113), as of tcpdump's device `any`.
    LinuxSll,
    /// OpenBSD packet filter log (117).
    Pflog,
    /// IEEE 802.11 behind a Prism header (119).
    WifiPrism,
    /// IP over Fibre Channel (122, RFC 2625).
    IpOverFibreChannel,
    /// IEEE 802.11 behind a radiotap header (127).
    WifiRadiotap,
    /// ARCNET (129), as Linux captures it.
    ArcnetLinux,
    /// IP over IEEE 1394 (138), as Apple captures it.
    IpOverIeee1394,
    /// IEEE 802.11 behind an AVS header (163).
    WifiAvs,
    /// PPP (166), whose first byte pppd replaced by its direction.
    PppOfPppd,
    /// Per-packet information (192), which names the link type of what follows it.
    Ppi,
    /// PPP behind a byte that tells its direction (204).
    PppWithDirection,
    /// Solaris ipnet (226): zones and interfaces, then IP.
    Ipnet,
    /// IPv4 at once (228).
    Ipv4,
    /// IPv6 at once (229).
    Ipv6,
    /// Linux netfilter log (239).
    Nflog,
    /// Darwin's pktap (258), which names the link type of what follows it.
    Pktap,
    /// Linux "cooked" capture (276), second version.
    LinuxSll2,
    /// Any other, by its number in the LINKTYPE registry.
    Other(u16),
}

/// The link types with their numbers in the LINKTYPE registry, in its order.
const LINK_TYPES: [(LinkType, u16); 33] = [
    (LinkType::Null, 0),
    (LinkType::Ethernet, 1),
    (LinkType::TokenRing, 6),
    (LinkType::ArcnetBsd, 7),
    (LinkType::Slip, 8),
    (LinkType::Ppp, 9),
    (LinkType::Fddi, 10),
    (LinkType::PppHdlc, 50),
    (LinkType::Pppoe, 51),
    (LinkType::AtmRfc1483, 100),
    (LinkType::Raw, 101),
    (LinkType::CiscoHdlc, 104),
    (LinkType::Wifi, 105),
    (LinkType::FrameRelay, 107),
    (LinkType::Loop, 108),
    (LinkType::Enc, 109),
    (LinkType::LinuxSll, 113),
    (LinkType::Pflog, 117),
    (LinkType::WifiPrism, 119),
    (LinkType::IpOverFibreChannel, 122),
    (LinkType::WifiRadiotap, 127),
    (LinkType::ArcnetLinux, 129),
    (LinkType::IpOverIeee1394, 138),
    (LinkType::WifiAvs, 163),
    (LinkType::PppOfPppd, 166),
    (LinkType::Ppi, 192),
    (LinkType::PppWithDirection, 204),
    (LinkType::Ipnet, 226),
    (LinkType::Ipv4, 228),
    (LinkType::Ipv6, 229),
    (LinkType::Nflog, 239),
    (LinkType::Pktap, 258),
    (LinkType::LinuxSll2, 276),
];

impl LinkType {
    /// The link type of this number in the LINKTYPE registry. BSDs number RAW by 12 and 14.
    pub fn from_number(number: u16) -> Self {
        const RAW_OF_BSDS: [u16; 2] = [12, 14];
        if RAW_OF_BSDS.contains(&number) {
            return Self::Raw;
        }
        LINK_TYPES
            .iter()
            .find(|(_, its_number)| *its_number == number)
            .map_or(Self::Other(number), |(link_type, _)| *link_type)
    }

    /// Its number in the LINKTYPE registry.
    pub fn number(self) -> u16 {
        if let Self::Other(number) = self {
            return number;
        }
        LINK_TYPES
            .iter()
            .find(|(link_type, _)| *link_type == self)
            .map_or(0, |(_, number)| *number)
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
