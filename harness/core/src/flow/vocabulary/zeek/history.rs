//! Zeek's `history` letters.

use std::fmt;

use crate::flow::Side;

/// How many letters are kept of a connection: what bounds its memory. Ordinary ones have about eight.
const MAX_LETTERS: usize = 23;

/// What happened on a connection, a letter each: upper case the originator, lower case the responder, `^` that the first
/// segment seen was the responder's. `s` a SYN, `h` a SYN-ACK, `a` a bare acknowledgment, `d` payload, `f` a FIN, `r` an
/// RST, `g` a gap, `t` payload again, `w` a zero window, `i` FIN and RST at once, `q` other flags that exclude each other.
///
/// Of Zeek's letters there is no `c`, since checksums are never judged, and no `x`, since no analysis is given up. What
/// comes after the 23rd letter is left out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct History {
    letters: [u8; MAX_LETTERS],
    len: u8,
}

impl History {
    /// The letters.
    pub fn as_str(&self) -> &str {
        let letters = &self.letters[..usize::from(self.len)];
        std::str::from_utf8(letters).unwrap_or_default()
    }

    /// Adds a letter that stands for what this side did; it is given in upper case.
    pub(super) fn push(&mut self, from: Side, letter: u8) {
        match from {
            Side::Initiator => self.push_as_is(letter),
            Side::Responder => self.push_as_is(letter.to_ascii_lowercase()),
        }
    }

    /// Notes that the first segment seen was the responder's.
    pub(super) fn push_flip(&mut self) {
        self.push_as_is(b'^');
    }

    fn push_as_is(&mut self, letter: u8) {
        if let Some(free) = self.letters.get_mut(usize::from(self.len)) {
            *free = letter;
            self.len += 1;
        }
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_initiators_letters_are_upper_case() {
        let mut history = History::default();
        history.push(Side::Initiator, b'S');
        history.push(Side::Responder, b'H');
        assert_eq!(history.to_string(), "Sh");
        assert_eq!(format!("{history:>4}"), "  Sh");
    }

    #[test]
    fn what_comes_after_the_last_letter_kept_is_left_out() {
        let mut history = History::default();
        for _ in 0..300 {
            history.push(Side::Initiator, b'R');
        }
        assert_eq!(history.as_str(), "R".repeat(MAX_LETTERS));
    }
}
