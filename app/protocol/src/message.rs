//! What clients and servers say to each other, and how it is written.

use crate::bytes::{Reader, Writer};
use crate::frame::{FrameError, FrameType, Header};
use crate::{ClientHello, Digest, ErrorCode, ServerHello, UncheckedName};

/// The number under which a client asks and a server answers. A client counts up from 1; 0 is the connection itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag(pub u32);

impl Tag {
    /// What concerns no request but the connection.
    pub const CONNECTION: Self = Self(0);
}

/// What an upload does about a file that is already there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PutMode {
    /// Be refused with [`ErrorCode::Exists`].
    CreateNew,
    /// Replace it, in one step, once everything has arrived.
    Overwrite,
}

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
}

/// A part of a server's list of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The files of this part.
    pub entries: Vec<Entry>,
    /// Is there another part, after the last name of this one?
    pub more: bool,
}

/// One file of a list. The name is the peer's word and unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As `GET_` wants it.
    pub name: UncheckedName,
    /// Its size.
    pub size_bytes: u64,
    /// Last change, in nanoseconds since 1970-01-01T00:00:00Z.
    pub modified_unix_ns: i64,
}

impl Entry {
    /// Bytes of an entry beside its name: entry length, name length, size, time.
    const FIXED_BYTES: usize = 2 + 2 + 8 + 8;

    /// Bytes of this entry in a page.
    pub fn wire_bytes(&self) -> usize {
        Self::FIXED_BYTES + self.name.0.len()
    }

    fn encode(&self, writer: Writer) -> Writer {
        let length = u16::try_from(self.wire_bytes() - 2).unwrap_or(u16::MAX);
        writer
            .u16(length)
            .block(&self.name.0)
            .u64(self.size_bytes)
            .raw(&self.modified_unix_ns.to_be_bytes())
    }

    fn parse(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            name: name(&mut reader)?,
            size_bytes: reader.size()?,
            modified_unix_ns: reader.i64()?,
        })
    }
}

impl Page {
    /// Most bytes that a page's entries may have together.
    pub const MAX_ENTRY_BYTES: usize = crate::MAX_CONTROL_BYTES as usize - Self::FIXED_BYTES;
    /// Bytes of `ENTS` before its entries: tag, flags, count.
    const FIXED_BYTES: usize = 4 + 1 + 2;
    const MORE: u8 = 1;

    fn encode(&self, tag: Tag) -> Vec<u8> {
        let count = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        let start = Writer::new(FrameType::Ents)
            .u32(tag.0)
            .u8(u8::from(self.more))
            .u16(count);
        self.entries
            .iter()
            .take(count.into())
            .fold(start, |writer, entry| entry.encode(writer))
            .finish()
    }

    fn parse(mut reader: Reader<'_>) -> Result<Self, FrameError> {
        let more = reader.u8()? & Self::MORE != 0;
        let count = reader.u16()?;
        let entries = (0..count)
            .map(|_| Entry::parse(reader.block()?))
            .collect::<Result<_, _>>()?;
        Ok(Self { entries, more })
    }
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
                error: wire_error(&mut reader)?,
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
            Self::Error { tag, error } => Writer::new(FrameType::Err)
                .u32(tag.0)
                .u16(error.code.number())
                .u8(error_flags(error))
                .text(&error.message, WireError::MAX_MESSAGE_BYTES)
                .finish(),
            Self::Bye => Writer::new(FrameType::Bye).finish(),
        }
    }
}

const OVERWRITE: u8 = 1;
const RETRYABLE: u8 = 1;
const CLOSING: u8 = 2;
const SHA_256: u8 = 1;

/// The tag of a request or of an answer to one: never that of the connection.
fn tag(reader: &mut Reader<'_>) -> Result<Tag, FrameError> {
    match reader.u32()? {
        0 => Err(FrameError::BadValue {
            field: "tag",
            value: 0,
        }),
        number => Ok(Tag(number)),
    }
}

fn name(reader: &mut Reader<'_>) -> Result<UncheckedName, FrameError> {
    Ok(UncheckedName(reader.block()?.to_vec()))
}

fn content(reader: Reader<'_>) -> Result<&[u8], FrameError> {
    match reader.rest() {
        [] => Err(FrameError::Truncated),
        content => Ok(content),
    }
}

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

fn digest(reader: &mut Reader<'_>) -> Result<Digest, FrameError> {
    match reader.u8()? {
        SHA_256 => Ok(Digest(reader.array()?)),
        value => Err(FrameError::BadValue {
            field: "algorithm",
            value: value.into(),
        }),
    }
}

fn encode_done(tag: Tag, digest: Digest) -> Vec<u8> {
    Writer::new(FrameType::Done)
        .u32(tag.0)
        .u8(SHA_256)
        .raw(&digest.0)
        .finish()
}

fn wire_error(reader: &mut Reader<'_>) -> Result<WireError, FrameError> {
    let code = ErrorCode::from_number(reader.u16()?);
    let flags = reader.u8()?;
    let (retryable, closing) = (flags & RETRYABLE != 0, flags & CLOSING != 0);
    Ok(WireError {
        code,
        retryable,
        closing,
        message: reader.text()?,
    })
}

fn error_flags(error: &WireError) -> u8 {
    let retryable = if error.retryable { RETRYABLE } else { 0 };
    let closing = if error.closing { CLOSING } else { 0 };
    retryable | closing
}
