//! One frame's bytes → one TCP segment. Whatever the bytes are, the answer is a value, never a panic.
//!
//! ```text
//! frame ─► link (Ethernet, loopback, cooked, raw) ─► ip (IPv4, IPv6) ─► tcp
//! ```
//!
//! Lengths are what the headers say, not what the snap length left. Checksums are never judged: on loopback the kernel
//! does not fill them in.

mod flags;
mod ip;
mod link;
mod network;
mod options;
mod seq;
mod tcp;

use std::net::SocketAddr;

use crate::pcap::{Frame, LinkType};

pub use flags::Flags;
pub use network::Network;
pub use seq::SeqNumber;

/// What a frame carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram (the recorder's sentinels are such).
    Udp {
        /// The payload captured.
        payload: &'a [u8],
    },
    /// Something else, well-formed as far as it was looked at.
    Other,
    /// Not what its headers say.
    Malformed(&'static str),
}

/// A TCP segment as captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The network it was seen on.
    pub network: Network,
    /// IPv4's identification of the datagram (RFC 791, 3.1); IPv6 has none.
    pub ip_id: Option<u16>,
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// Sequence number of the first byte, or of SYN or FIN.
    pub seq: SeqNumber,
    /// Acknowledgment number; `None` without the ACK flag.
    pub ack: Option<SeqNumber>,
    /// The control bits.
    pub flags: Flags,
    /// Receive window as sent, unscaled.
    pub window: u16,
    /// The options captured, as they stand in the header.
    pub options: &'a [u8],
    /// Payload length by the headers, bytes; the snap length may have cut what `payload` holds.
    pub payload_len: u32,
    /// The payload captured.
    pub payload: &'a [u8],
}

impl Segment<'_> {
    /// The first step of a handshake: SYN, and nothing of ACK or RST.
    pub fn is_first_syn(&self) -> bool {
        self.flags.is_syn() && self.ack.is_none() && !self.flags.is_rst()
    }

    /// The second step of a handshake: SYN and ACK.
    pub fn is_syn_ack(&self) -> bool {
        self.flags.is_syn() && self.ack.is_some() && !self.flags.is_rst()
    }

    /// The sequence number of the first payload byte: a SYN stands before it.
    pub fn payload_seq(&self) -> SeqNumber {
        self.seq.plus(u32::from(self.flags.is_syn()))
    }
}

/// Reads the headers of the frames of one capture, in their order.
#[derive(Debug, Default)]
pub struct Dissector {}

impl Dissector {
    /// Reads the headers of one frame.
    pub fn dissect<'a>(&'a mut self, frame: &Frame<'a>) -> Packet<'a> {
        parse(frame.link_type, frame.original_len, frame.data)
    }
}

/// Reads the headers of one frame. `original_len` is the frame's length on the wire.
pub fn parse(link_type: LinkType, original_len: u32, data: &[u8]) -> Packet<'_> {
    match link::network_layer(link_type, data) {
        link::Network::Ip(datagram) => tcp::parse(&ip::payload(&datagram, original_len, data)),
        link::Network::Other => Packet::Other,
        link::Network::Malformed(why) => Packet::Malformed(why),
    }
}

#[cfg(test)]
mod tests;
