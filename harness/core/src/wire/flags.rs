//! The control bits.

use std::fmt;

/// The control bits of a segment (RFC 9293, 3.1). Shown by tcpdump's letters: `S.`, `P.`, `F.`, `R`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(u16);

/// The bits with tcpdump's letter for each, in the order in which tcpdump prints them.
const LETTERS: [(u16, char); 6] = [
    (Flags::FIN, 'F'),
    (Flags::SYN, 'S'),
    (Flags::RST, 'R'),
    (Flags::PSH, 'P'),
    (Flags::ACK, '.'),
    (Flags::URG, 'U'),
];

impl Flags {
    const FIN: u16 = 1;
    const SYN: u16 = 2;
    const RST: u16 = 4;
    const PSH: u16 = 8;
    const ACK: u16 = 16;
    const URG: u16 = 32;

    /// The flags in the two bytes that hold them, below the data offset.
    pub(super) fn from_header(offset_and_flags: u16) -> Self {
        Self(offset_and_flags & 0x0FFF)
    }

    /// The flags of tcpdump's letters; a letter that is none of them counts for nothing.
    pub fn from_letters(letters: &str) -> Self {
        let set = LETTERS
            .iter()
            .filter(|(_, letter)| letters.contains(*letter));
        Self(set.fold(0, |bits, (bit, _)| bits | bit))
    }

    /// FIN: the sender has no more data.
    pub fn is_fin(self) -> bool {
        self.0 & Self::FIN != 0
    }

    /// SYN: the sender synchronizes sequence numbers.
    pub fn is_syn(self) -> bool {
        self.0 & Self::SYN != 0
    }

    /// RST: the sender resets the connection.
    pub fn is_rst(self) -> bool {
        self.0 & Self::RST != 0
    }

    /// ACK: the acknowledgment number is valid.
    pub fn is_ack(self) -> bool {
        self.0 & Self::ACK != 0
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        LETTERS
            .iter()
            .filter(|(bit, _)| self.0 & bit != 0)
            .try_for_each(|(_, letter)| write!(f, "{letter}"))
    }
}
