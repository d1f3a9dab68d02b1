//! Fields in and out of a payload: big-endian numbers and length-prefixed text, without one unchecked index.

use crate::{FrameError, FrameType, HEADER_BYTES, Header};

/// Largest size or offset on the wire, so that every implementation can hold it in a signed 64-bit number.
const MAX_SIZE: u64 = i64::MAX as u64;

/// Takes fields off the front of a payload. Bytes that are left at the end belong to later versions and are ignored.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(payload: &'a [u8]) -> Self {
        Self { rest: payload }
    }

    /// Everything that was not taken yet.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (head, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(FrameError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FrameError> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FrameError> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FrameError> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FrameError> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, FrameError> {
        self.array().map(i64::from_be_bytes)
    }

    /// A size in bytes: 64 bits of which the highest is never set.
    pub(crate) fn size(&mut self) -> Result<u64, FrameError> {
        let size = self.u64()?;
        if size > MAX_SIZE {
            Err(FrameError::SizeOutOfRange(size))
        } else {
            Ok(size)
        }
    }

    /// A 16-bit length and that many bytes.
    pub(crate) fn block(&mut self) -> Result<&'a [u8], FrameError> {
        let length = usize::from(self.u16()?);
        let (head, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(FrameError::Truncated)?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn text(&mut self) -> Result<String, FrameError> {
        let bytes = self.block()?;
        let text = std::str::from_utf8(bytes).map_err(|_| FrameError::NotUtf8)?;
        Ok(text.to_owned())
    }
}

/// Appends fields to a frame whose header is filled in by [`Writer::finish`].
pub(crate) struct Writer {
    frame_type: FrameType,
    frame: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(frame_type: FrameType) -> Self {
        Self {
            frame_type,
            frame: vec![0; HEADER_BYTES],
        }
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.frame.extend_from_slice(bytes);
        self
    }

    pub(crate) fn u8(self, value: u8) -> Self {
        self.raw(&[value])
    }

    pub(crate) fn u16(self, value: u16) -> Self {
        self.raw(&value.to_be_bytes())
    }

    pub(crate) fn u32(self, value: u32) -> Self {
        self.raw(&value.to_be_bytes())
    }

    pub(crate) fn u64(self, value: u64) -> Self {
        self.raw(&value.to_be_bytes())
    }

    /// A length-prefixed block; what does not fit its 16-bit length is cut off.
    pub(crate) fn block(self, bytes: &[u8]) -> Self {
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.u16(length).raw(&bytes[..usize::from(length)])
    }

    /// Text of at most `max_bytes`, cut at a character's border.
    pub(crate) fn text(self, text: &str, max_bytes: usize) -> Self {
        self.block(&text.as_bytes()[..text.floor_char_boundary(max_bytes)])
    }

    /// The whole frame, header included.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let header = Header {
            frame_type: self.frame_type,
            payload_bytes: u32::try_from(self.frame.len() - HEADER_BYTES).unwrap_or(u32::MAX),
        };
        self.frame[..HEADER_BYTES].copy_from_slice(&header.encode());
        self.frame
    }
}
