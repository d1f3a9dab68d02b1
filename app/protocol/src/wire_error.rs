//! `ERR_`: what is wrong, for programs and for people.

use crate::bytes::{Reader, Writer};
use crate::{ErrorCode, FrameError, FrameType, Tag};

/// The content of `ERR_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// For programs.
    pub code: ErrorCode,
    /// May the same request succeed later?
    pub retryable: bool,
    /// Is this the server's last frame?
    pub closing: bool,
    /// For people; free text.
    pub message: String,
}

impl WireError {
    /// Longest message that is sent, in bytes of UTF-8.
    const MAX_MESSAGE_BYTES: usize = 1024;

    /// One request failed, the connection goes on.
    pub fn of_request(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            retryable: code.is_retryable(),
            closing: false,
            message: message.into(),
        }
    }

    /// The connection ends.
    pub fn closing(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            closing: true,
            ..Self::of_request(code, message)
        }
    }

    const RETRYABLE: u8 = 1;
    const CLOSING: u8 = 2;

    pub(crate) fn parse(reader: &mut Reader<'_>) -> Result<Self, FrameError> {
        let code = ErrorCode::from_number(reader.u16()?);
        let flags = reader.u8()?;
        Ok(Self {
            code,
            retryable: flags & Self::RETRYABLE != 0,
            closing: flags & Self::CLOSING != 0,
            message: reader.text()?,
        })
    }

    pub(crate) fn encode(&self, tag: Tag) -> Vec<u8> {
        let retryable = if self.retryable { Self::RETRYABLE } else { 0 };
        let closing = if self.closing { Self::CLOSING } else { 0 };
        Writer::new(FrameType::Err)
            .u32(tag.0)
            .u16(self.code.number())
            .u8(retryable | closing)
            .text(&self.message, Self::MAX_MESSAGE_BYTES)
            .finish()
    }
}
