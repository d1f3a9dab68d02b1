//! Points in time and distances between them, as values: the core reads no clock.

use std::fmt;

/// A point in time: nanoseconds since 1970-01-01 00:00 UTC, as the capturing machine's clock read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The point `nanoseconds` after the epoch.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after (a capture's clock may step back).
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Span {
    /// A span of `nanoseconds`.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Its length in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Its whole milliseconds and microseconds, `12.345`.
    fn millis(self) -> (u64, u64) {
        let micros = self.0 / 1_000;
        (micros / 1_000, micros % 1_000)
    }
}

/// Milliseconds with three decimals and the unit, `0.031 ms`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, thousandths) = self.millis();
        write!(f, "{whole}.{thousandths:03} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_steps_back_gives_a_zero_span() {
        let (early, late) = (Timestamp::from_nanos(5), Timestamp::from_nanos(9));
        assert_eq!(late.since(early), Span::from_nanos(4));
        assert_eq!(early.since(late), Span::from_nanos(0));
    }

    #[test]
    fn a_span_prints_milliseconds() {
        assert_eq!(Span::from_nanos(31_400).to_string(), "0.031 ms");
        assert_eq!(Span::from_nanos(12_345_678_901).to_string(), "12345.678 ms");
    }
}
