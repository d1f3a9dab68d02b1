//! What servers say, and how it is written.

use crate::bytes::{Reader, Writer};
use crate::fields::{content, digest, encode_done, tag};
use crate::{Digest, FrameError, FrameType, Header, Page, ServerHello, Tag, WireError};

/// One frame from a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerMessage<'a> {
    /// `HELO`
    Hello(ServerHello),
    /// `ENTS`
    Entries {
        /// Of the request.
        tag: Tag,
        /// Files in the order of their names' bytes.
        page: Page,
    },
    /// `META`
    Meta {
        /// Of the request.
        tag: Tag,
        /// Bytes that will come.
        size_bytes: u64,
    },
    /// `CONT`
    Continue {
        /// Of the upload.
        tag: Tag,
    },
    /// `DATA`
    Data {
        /// Of the download.
        tag: Tag,
        /// At least one byte.
        content: &'a [u8],
    },
    /// `DONE`
    Done {
        /// Of the download.
        tag: Tag,
        /// Of all its bytes.
        digest: Digest,
    },
    /// `OKAY`
    Stored {
        /// Of the upload.
        tag: Tag,
    },
    /// `ERR_`
    Error {
        /// Of the request, or [`Tag::CONNECTION`].
        tag: Tag,
        /// What is wrong.
        error: WireError,
    },
    /// `BYE_`
    Bye,
}

impl<'a> ServerMessage<'a> {
    /// The frame that carries it.
    pub fn frame_type(&self) -> FrameType {
        match self {
            Self::Hello(_) => FrameType::Helo,
            Self::Entries { .. } => FrameType::Ents,
            Self::Meta { .. } => FrameType::Meta,
            Self::Continue { .. } => FrameType::Cont,
            Self::Data { .. } => FrameType::Data,
            Self::Done { .. } => FrameType::Done,
            Self::Stored { .. } => FrameType::Okay,
            Self::Error { .. } => FrameType::Err,
            Self::Bye => FrameType::Bye,
        }
    }

    /// The meaning of a server's frame.
    pub fn parse(header: Header, payload: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(payload);
        Ok(match header.frame_type {
            FrameType::Helo => Self::Hello(ServerHello::parse(payload)?),
            FrameType::Ents => Self::Entries {
                tag: tag(&mut reader)?,
                page: Page::parse(reader)?,
            },
            FrameType::Meta => Self::Meta {
                tag: tag(&mut reader)?,
                size_bytes: reader.size()?,
            },
            FrameType::Cont => Self::Continue {
                tag: tag(&mut reader)?,
            },
            FrameType::Data => Self::Data {
                tag: tag(&mut reader)?,
                content: content(reader)?,
            },
            FrameType::Done => Self::Done {
                tag: tag(&mut reader)?,
                digest: digest(&mut reader)?,
            },
            FrameType::Okay => Self::Stored {
                tag: tag(&mut reader)?,
            },
            FrameType::Err => Self::Error {
                tag: Tag(reader.u32()?),
                error: WireError::parse(&mut reader)?,
            },
            FrameType::Bye => Self::Bye,
            client_only @ (FrameType::List | FrameType::Get | FrameType::Put | FrameType::Quit) => {
                return Err(FrameError::OutOfPlace(client_only));
            }
        })
    }

    /// The frame's bytes. (A sender of many `DATA` uses [`crate::DataBuffer`] instead.)
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello(hello) => hello.encode(),
            Self::Entries { tag, page } => page.encode(*tag),
            Self::Meta { tag, size_bytes } => Writer::new(FrameType::Meta)
                .u32(tag.0)
                .u64(*size_bytes)
                .finish(),
            Self::Continue { tag } => Writer::new(FrameType::Cont).u32(tag.0).finish(),
            Self::Data { tag, content } => Writer::new(FrameType::Data)
                .u32(tag.0)
                .raw(content)
                .finish(),
            Self::Done { tag, digest } => encode_done(*tag, *digest),
            Self::Stored { tag } => Writer::new(FrameType::Okay).u32(tag.0).finish(),
            Self::Error { tag, error } => error.encode(*tag),
            Self::Bye => Writer::new(FrameType::Bye).finish(),
        }
    }
}
