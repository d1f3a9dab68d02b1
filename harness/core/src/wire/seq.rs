//! Sequence numbers.

use std::fmt;

/// A TCP sequence number: arithmetic modulo 2^32 (RFC 9293, 3.4). It has no order of its own: "later" means less than
/// half the circle ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// The number `bytes` further on.
    #[must_use]
    pub const fn plus(self, bytes: u32) -> Self {
        Self(self.0.wrapping_add(bytes))
    }

    /// The number at a stream's 64-bit `offset` from this one.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the circle has 2^32 numbers"
    )]
    pub const fn plus_offset(self, offset: u64) -> Self {
        self.plus(offset as u32)
    }

    /// How far this is ahead of `earlier`, bytes; negative when it is behind. Half the circle counts as behind.
    pub const fn distance_from(self, earlier: Self) -> i32 {
        self.0.wrapping_sub(earlier.0).cast_signed()
    }

    /// Whether this is ahead of `other`.
    pub const fn is_after(self, other: Self) -> bool {
        self.distance_from(other) > 0
    }
}

impl fmt::Display for SeqNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_number_after_the_last_is_zero() {
        assert_eq!(SeqNumber(u32::MAX).plus(1), SeqNumber(0));
        assert_eq!(SeqNumber(2).distance_from(SeqNumber(u32::MAX)), 3);
        assert_eq!(SeqNumber(u32::MAX).distance_from(SeqNumber(2)), -3);
        assert!(SeqNumber(0).is_after(SeqNumber(u32::MAX)));
        assert!(!SeqNumber(7).is_after(SeqNumber(7)));
    }

    proptest! {
        #[test]
        fn a_distance_leads_back_to_the_number(from in any::<u32>(), to in any::<u32>()) {
            let distance = SeqNumber(to).distance_from(SeqNumber(from));
            prop_assert_eq!(SeqNumber(from).plus(distance.cast_unsigned()), SeqNumber(to));
        }
    }
}
