//! TCP options (RFC 9293, 3.1; RFC 7323), read only when somebody asks.

use super::Segment;

const END_OF_OPTIONS: u8 = 0;
const NO_OPERATION: u8 = 1;
const MAXIMUM_SEGMENT_SIZE: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const TIMESTAMPS: u8 = 8;

/// The largest shift that counts; a larger one counts as this (RFC 7323, 2.3).
const LARGEST_WINDOW_SCALE: u8 = 14;

impl Segment<'_> {
    /// The largest segment that the sender wants to receive, payload bytes; it stands in SYNs.
    pub fn mss(&self) -> Option<u16> {
        self.option_of_kind(MAXIMUM_SEGMENT_SIZE)
            .map(u16::from_be_bytes)
    }

    /// How many bits the windows that the sender will announce are to be shifted, at most 14; it stands in SYNs, and holds
    /// when both SYNs have it.
    pub fn window_scale(&self) -> Option<u8> {
        let [shift] = self.option_of_kind(WINDOW_SCALE)?;
        Some(shift.min(LARGEST_WINDOW_SCALE))
    }

    /// The sender's clock, and the clock of the peer's that it echoes (TSval, TSecr), in ticks of unknown length.
    pub fn timestamps(&self) -> Option<(u32, u32)> {
        let both: [u8; 8] = self.option_of_kind(TIMESTAMPS)?;
        let (value, echo) = both.split_first_chunk()?;
        let echo = echo.first_chunk()?;
        Some((u32::from_be_bytes(*value), u32::from_be_bytes(*echo)))
    }

    /// What the first option of a kind holds, if it is as long as it should be.
    fn option_of_kind<const N: usize>(&self, wanted: u8) -> Option<[u8; N]> {
        TcpOptions(self.options)
            .find(|(kind, _)| *kind == wanted)
            .and_then(|(_, value)| value.try_into().ok())
    }
}

/// The options of a header as kind and value, up to the end of the list or to the first that is cut or lies about its length.
struct TcpOptions<'a>(&'a [u8]);

impl<'a> Iterator for TcpOptions<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while let [NO_OPERATION, rest @ ..] = self.0 {
            self.0 = rest;
        }
        let (kind, len, rest) = match self.0 {
            [] | [END_OF_OPTIONS, ..] | [_] => return None,
            [kind, len, rest @ ..] => (*kind, *len, rest),
        };
        let value_bytes = usize::from(len).checked_sub(2)?;
        let (value, rest) = rest.split_at_checked(value_bytes)?;
        self.0 = rest;
        Some((kind, value))
    }
}
