//! Wireshark's `tcp.completeness`.

use crate::wire::Segment;

/// Wireshark's `tcp.completeness` as tshark computes it in two passes: an OR over the connection's segments, in no
/// order and unvalidated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Completeness(u8);

impl Completeness {
    const SYN: u8 = 1;
    const SYN_ACK: u8 = 2;
    const ACK: u8 = 4;
    const DATA: u8 = 8;
    const FIN: u8 = 16;
    const RST: u8 = 32;

    /// The value that Wireshark shows, a sum of 1 SYN, 2 SYN-ACK, 4 ACK, 8 data, 16 FIN and 32 RST.
    pub(super) fn value(self) -> u8 {
        self.0
    }

    /// Takes a segment in. A SYN counts only when it opens the connection.
    pub(super) fn observe(&mut self, segment: &Segment<'_>, is_first: bool) {
        let flags = segment.flags;
        if is_first && flags.is_syn() && !flags.is_ack() {
            self.observe_opening_syn(segment.payload_len);
        }
        if flags.is_ack() {
            self.0 |= match (flags.is_syn(), segment.payload_len) {
                (true, _) => Self::SYN_ACK,
                (false, 0) => Self::ACK,
                (false, _) => Self::DATA,
            };
        }
        if flags.is_ack() && flags.is_fin() {
            self.0 |= Self::FIN;
        }
        if flags.is_rst() {
            self.0 |= Self::RST;
        }
    }

    /// Takes in the SYN that opens the connection, with its payload (RFC 7413).
    pub(super) fn observe_opening_syn(&mut self, payload_len: u32) {
        self.0 |= Self::SYN;
        if payload_len > 0 {
            self.0 |= Self::DATA;
        }
    }
}
