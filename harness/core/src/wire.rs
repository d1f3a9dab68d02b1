//! One frame's bytes → one TCP segment. Whatever the bytes are, the answer is a value, never a panic.
//!
//! ```text
//! frame ─► link ─► ip ─► tcp ─► segment
//!            ▲     │ └──► defrag
//!            └─ tunnel
//! ```
//!
//! Each header tells the layer that follows it, and `layer` goes down by them; of IP headers within each other the innermost
//! counts. A packet that an ICMP message quotes is none.
//!
//! Lengths are what the headers say, not what the snap length left. Checksums are never judged: on loopback the kernel
//! does not fill them in.

mod bytes;
mod defrag;
mod dissect;
mod flags;
mod ip;
mod layer;
mod link;
mod network;
mod options;
mod seq;
mod tcp;
mod tunnel;

use std::net::SocketAddr;

pub use dissect::{Dissector, parse};
pub use flags::Flags;
pub use network::Network;
pub use seq::SeqNumber;

/// What a frame carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram that was no tunnel's (the recorder's sentinels are such).
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
    /// To whom; where a source route is to be followed, to its end.
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

#[cfg(test)]
mod tests;
