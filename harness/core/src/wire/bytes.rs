//! What a layer's header stands in front of.

use super::layer::Stop;

/// The bytes of a layer: those captured, and how many there were.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    /// The first of them; the snap length may have cut the others.
    pub(super) captured: &'a [u8],
    /// How many the headers before them, or the frame's length on the wire, say that they were.
    pub(super) len: u32,
}

impl<'a> Bytes<'a> {
    /// A whole frame. It was at least as long as what was captured of it, whatever its record says.
    pub(super) fn of_frame(original_len: u32, captured: &'a [u8]) -> Self {
        Self {
            captured,
            len: original_len.max(len_of(captured.len())),
        }
    }

    /// The first `N` bytes and those after them; malformed, because it is `cut`, where there are fewer.
    #[inline]
    pub(super) fn split<const N: usize>(
        self,
        cut: &'static str,
    ) -> Result<(&'a [u8; N], Self), Stop> {
        let Some((header, captured)) = self.captured.split_first_chunk() else {
            return Err(Stop::Malformed(cut));
        };
        let rest = Self {
            captured,
            len: self.len.saturating_sub(len_of(N)),
        };
        Ok((header, rest))
    }

    /// The first `header_bytes` and those after them.
    #[inline]
    pub(super) fn split_at(
        self,
        header_bytes: usize,
        cut: &'static str,
    ) -> Result<(&'a [u8], Self), Stop> {
        let Some((header, captured)) = self.captured.split_at_checked(header_bytes) else {
            return Err(Stop::Malformed(cut));
        };
        let rest = Self {
            captured,
            len: self.len.saturating_sub(len_of(header_bytes)),
        };
        Ok((header, rest))
    }

    /// The bytes after the first `header_bytes`.
    #[inline]
    pub(super) fn after(self, header_bytes: usize, cut: &'static str) -> Result<Self, Stop> {
        Ok(self.split_at(header_bytes, cut)?.1)
    }

    /// The same bytes with the length that their header says: what was captured beyond it is padding or a trailer.
    #[inline]
    pub(super) fn of_len(self, len: u32) -> Self {
        let captured = self.captured.get(..len as usize).unwrap_or(self.captured);
        Self { captured, len }
    }

    /// The first byte's upper half: the version of an IP header.
    #[inline]
    pub(super) fn first_nibble(self) -> Option<u8> {
        Some(self.captured.first()? >> 4)
    }
}

/// Of no more bytes is ever anything said.
#[inline]
fn len_of(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The number in network byte order at a place of a header.
#[inline]
pub(super) fn u16_at<const N: usize>(header: &[u8; N], at: usize) -> u16 {
    u16::from_be_bytes([header[at], header[at + 1]])
}

/// The number in network byte order at a place of a header.
#[inline]
pub(super) fn u32_at<const N: usize>(header: &[u8; N], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}
