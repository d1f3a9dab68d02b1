//! What clients say, and how it is written.

use crate::bytes::{Reader, Writer};
use crate::fields::{content, digest, encode_done, name, tag};
use crate::{ClientHello, Digest, FrameError, FrameType, Header, Tag, UncheckedName};

/// One frame from a client. `DATA` borrows its bytes; everything else is small and owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientMessage<'a> {
    /// `HELO`
    Hello(ClientHello),
    /// `LIST`
    List {
        /// Of this request.
        tag: Tag,
        /// The last name of the page before; empty for the first page.
        after: UncheckedName,
    },
    /// `GET_`
    Get {
        /// Of this request.
        tag: Tag,
        /// The file wanted.
        name: UncheckedName,
    },
    /// `PUT_`
    Put {
        /// Of this request.
        tag: Tag,
        /// Bytes that will come.
        size_bytes: u64,
        /// If the name is taken.
        mode: PutMode,
        /// Where to store them.
        name: UncheckedName,
    },
    /// `DATA`
    Data {
        /// Of the upload.
        tag: Tag,
        /// At least one byte.
        content: &'a [u8],
    },
    /// `DONE`
    Done {
        /// Of the upload.
        tag: Tag,
        /// Of all its bytes.
        digest: Digest,
    },
    /// `QUIT`
    Quit,
}

impl<'a> ClientMessage<'a> {
    /// The meaning of a client's frame.
    pub fn parse(header: Header, payload: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(payload);
        Ok(match header.frame_type {
            FrameType::Helo => Self::Hello(ClientHello::parse(payload)?),
            FrameType::List => Self::List {
                tag: tag(&mut reader)?,
                after: name(&mut reader)?,
            },
            FrameType::Get => Self::Get {
                tag: tag(&mut reader)?,
                name: name(&mut reader)?,
            },
            FrameType::Put => Self::Put {
                tag: tag(&mut reader)?,
                size_bytes: reader.size()?,
                mode: put_mode(&mut reader)?,
                name: name(&mut reader)?,
            },
            FrameType::Data => Self::Data {
                tag: tag(&mut reader)?,
                content: content(reader)?,
            },
            FrameType::Done => Self::Done {
                tag: tag(&mut reader)?,
                digest: digest(&mut reader)?,
            },
            FrameType::Quit => Self::Quit,
            server_only @ (FrameType::Ents
            | FrameType::Meta
            | FrameType::Cont
            | FrameType::Okay
            | FrameType::Err
            | FrameType::Bye) => return Err(FrameError::OutOfPlace(server_only)),
        })
    }

    /// The frame's bytes. (A sender of many `DATA` uses [`crate::DataBuffer`] instead.)
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello(hello) => hello.encode(),
            Self::List { tag, after } => Writer::new(FrameType::List)
                .u32(tag.0)
                .block(&after.0)
                .finish(),
            Self::Get { tag, name } => Writer::new(FrameType::Get)
                .u32(tag.0)
                .block(&name.0)
                .finish(),
            Self::Put {
                tag,
                size_bytes,
                mode,
                name,
            } => Writer::new(FrameType::Put)
                .u32(tag.0)
                .u64(*size_bytes)
                .u8(put_flags(*mode))
                .block(&name.0)
                .finish(),
            Self::Data { tag, content } => Writer::new(FrameType::Data)
                .u32(tag.0)
                .raw(content)
                .finish(),
            Self::Done { tag, digest } => encode_done(*tag, *digest),
            Self::Quit => Writer::new(FrameType::Quit).finish(),
        }
    }
}

/// What an upload does about a file that is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PutMode {
    /// Be refused with [`ErrorCode::Exists`].
    CreateNew,
    /// Replace it, in one step, once everything has arrived.
    Overwrite,
}

const OVERWRITE: u8 = 1;

/// Unknown flags are refused, not ignored: a client that asked for something must not believe it got it.
fn put_mode(reader: &mut Reader<'_>) -> Result<PutMode, FrameError> {
    match reader.u8()? {
        0 => Ok(PutMode::CreateNew),
        OVERWRITE => Ok(PutMode::Overwrite),
        value => Err(FrameError::BadValue {
            field: "flags",
            value: value.into(),
        }),
    }
}

fn put_flags(mode: PutMode) -> u8 {
    match mode {
        PutMode::CreateNew => 0,
        PutMode::Overwrite => OVERWRITE,
    }
}
