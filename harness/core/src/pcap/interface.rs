//! An interface of a pcapng section: what its packets are, and what their timestamps count.

use super::LinkType;
use super::fields::{ByteOrder, Fields};
use crate::time::Timestamp;

const OPTION_END: u16 = 0;
const OPTION_RESOLUTION: u16 = 9;
const OPTION_OFFSET: u16 = 14;

const NANOS_PER_SECOND: u32 = 1_000_000_000;
const NANOS_EXPONENT: u8 = 9;

/// What an interface description block says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link_type: LinkType,
    /// The most that is kept of a packet, bytes; 0 if all is.
    pub(super) snap_len: u32,
    clock: Clock,
}

/// How an interface counts time: `if_tsresol` and `if_tsoffset`.
#[derive(Clone, Copy, Debug)]
struct Clock {
    unit: Unit,
    /// Where its count begins, seconds after the epoch.
    offset_seconds: i64,
}

/// What a timestamp counts.
#[derive(Clone, Copy, Debug)]
enum Unit {
    /// This many nanoseconds.
    Nanos(u64),
    /// A fraction of a nanosecond: one of this many.
    PartsOfNanos(u128),
    /// A fraction of a second: two to the power of minus this.
    PowerOfTwo(u8),
}

impl Interface {
    /// Reads a block's body. Options that are broken are passed over, together with those behind them.
    pub(super) fn of_description(body: &[u8], order: ByteOrder) -> Option<Self> {
        let mut fields = Fields::new(body, order);
        let link_type = LinkType::from_number(fields.next_u16()?);
        let _reserved = fields.next_u16()?;
        let snap_len = fields.next_u32()?;
        Some(Self {
            link_type,
            snap_len,
            clock: Clock::of_options(fields, order),
        })
    }

    /// When a packet was captured. Times that [`Timestamp`] cannot hold become its first or last.
    #[inline]
    pub(super) fn timestamp(&self, high: u32, low: u32) -> Timestamp {
        let count = u64::from(high) << 32 | u64::from(low);
        match self.clock {
            Clock {
                unit: Unit::Nanos(nanos),
                offset_seconds: 0,
            } => Timestamp::from_nanos(count.saturating_mul(nanos)),
            clock => clock.timestamp(count),
        }
    }
}

impl Clock {
    fn of_options(mut options: Fields<'_>, order: ByteOrder) -> Self {
        let mut clock = Self {
            unit: Unit::of_resolution(6),
            offset_seconds: 0,
        };
        while let Some((code, value)) = next_option(&mut options) {
            match (code, value) {
                (OPTION_RESOLUTION, [resolution, ..]) => {
                    clock.unit = Unit::of_resolution(*resolution);
                }
                (OPTION_OFFSET, value) => {
                    if let Some(seconds) = Fields::new(value, order).next_i64() {
                        clock.offset_seconds = seconds;
                    }
                }
                _ => {}
            }
        }
        clock
    }

    fn timestamp(self, count: u64) -> Timestamp {
        let nanos = i128::from(self.unit.nanos(count))
            + i128::from(self.offset_seconds) * i128::from(NANOS_PER_SECOND);
        Timestamp::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
    }
}

impl Unit {
    /// `if_tsresol`: the negative power of ten, or of two if the highest bit is set.
    fn of_resolution(resolution: u8) -> Self {
        let exponent = resolution & 0x7F;
        if resolution & 0x80 != 0 {
            return Self::PowerOfTwo(exponent);
        }
        match NANOS_EXPONENT.checked_sub(exponent) {
            Some(exponent) => Self::Nanos(10_u64.pow(u32::from(exponent))),
            None => {
                Self::PartsOfNanos(10_u128.saturating_pow(u32::from(exponent - NANOS_EXPONENT)))
            }
        }
    }

    /// How many nanoseconds this many units are, or the most that fit.
    fn nanos(self, count: u64) -> u64 {
        let nanos = match self {
            Self::Nanos(nanos) => u128::from(count) * u128::from(nanos),
            Self::PartsOfNanos(parts) => u128::from(count) / parts,
            Self::PowerOfTwo(exponent) => {
                (u128::from(count) * u128::from(NANOS_PER_SECOND)) >> exponent
            }
        };
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }
}

/// The next option's code and value; `None` at the end, however it is marked.
fn next_option<'a>(options: &mut Fields<'a>) -> Option<(u16, &'a [u8])> {
    let code = options.next_u16()?;
    if code == OPTION_END {
        return None;
    }
    let length = usize::from(options.next_u16()?);
    let value = options.next_bytes(length)?;
    let padding = length.next_multiple_of(4) - length;
    // A last option may lack its padding.
    let _ = options.next_bytes(padding);
    Some((code, value))
}
