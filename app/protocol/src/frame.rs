//! Frame types, the eight header bytes, and what can be wrong with a frame.

use crate::ErrorCode;

/// Bytes of a frame before its payload: the type and the payload's length.
pub const HEADER_BYTES: usize = 8;
/// Most file bytes in one `DATA` frame.
pub const MAX_DATA_BYTES: u32 = 128 * 1024;
/// The smallest `max_data` a peer may ask for in `HELO`.
pub const MIN_DATA_BYTES: u32 = 4 * 1024;
/// Largest payload of any frame but `DATA`.
pub const MAX_CONTROL_BYTES: u32 = 64 * 1024;
/// Largest payload of a client's control frame: what a server keeps for a client that it knows nothing of.
pub const MAX_REQUEST_BYTES: u32 = 1024;

/// Bytes of `DATA` before the file's own: the tag.
const DATA_PREFIX_BYTES: u32 = 4;

/// Types that version 1 names but does not use; a frame of one is answered with [`ErrorCode::UnknownType`].
pub const RESERVED_TYPES: [[u8; 4]; 10] = [
    *b"CANC", *b"PING", *b"PONG", *b"DELE", *b"RENM", *b"MKDR", *b"STAT", *b"HASH", *b"AUTH",
    *b"STLS",
];

/// The frames of version 1, in the order in which a session may meet them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameType {
    /// Both: who speaks, which versions, which limits.
    Helo,
    /// Client: which files are there?
    List,
    /// Server: one page of them.
    Ents,
    /// Client: send me this file.
    Get,
    /// Server: its size; the data follows.
    Meta,
    /// Client: may I send this file?
    Put,
    /// Server: yes, go on.
    Cont,
    /// Both: a piece of a file.
    Data,
    /// Both: the end of a file, and its digest.
    Done,
    /// Server: the file is stored under its name.
    Okay,
    /// Server: no, and why.
    Err,
    /// Client: I have finished.
    Quit,
    /// Server: so have I; nothing follows.
    Bye,
}

impl FrameType {
    /// Every type of this version.
    pub const ALL: [Self; 13] = [
        Self::Helo,
        Self::List,
        Self::Ents,
        Self::Get,
        Self::Meta,
        Self::Put,
        Self::Cont,
        Self::Data,
        Self::Done,
        Self::Okay,
        Self::Err,
        Self::Quit,
        Self::Bye,
    ];

    /// The four ASCII bytes on the wire.
    pub const fn code(self) -> [u8; 4] {
        match self {
            Self::Helo => *b"HELO",
            Self::List => *b"LIST",
            Self::Ents => *b"ENTS",
            Self::Get => *b"GET_",
            Self::Meta => *b"META",
            Self::Put => *b"PUT_",
            Self::Cont => *b"CONT",
            Self::Data => *b"DATA",
            Self::Done => *b"DONE",
            Self::Okay => *b"OKAY",
            Self::Err => *b"ERR_",
            Self::Quit => *b"QUIT",
            Self::Bye => *b"BYE_",
        }
    }

    fn from_code(code: [u8; 4]) -> Result<Self, FrameError> {
        if RESERVED_TYPES.contains(&code) {
            return Err(FrameError::ReservedType(code));
        }
        Self::ALL
            .into_iter()
            .find(|frame_type| frame_type.code() == code)
            .ok_or(FrameError::UnknownType(code))
    }

    /// May `sender` send this at all?
    const fn is_sent_by(self, sender: Sender) -> bool {
        match self {
            Self::Helo | Self::Data | Self::Done => true,
            Self::List | Self::Get | Self::Put | Self::Quit => matches!(sender, Sender::Client),
            Self::Ents | Self::Meta | Self::Cont | Self::Okay | Self::Err | Self::Bye => {
                matches!(sender, Sender::Server)
            }
        }
    }

    const fn max_payload_bytes(self, sender: Sender) -> u32 {
        match (self, sender) {
            (Self::Data, _) => DATA_PREFIX_BYTES + MAX_DATA_BYTES,
            (_, Sender::Client) => MAX_REQUEST_BYTES,
            (_, Sender::Server) => MAX_CONTROL_BYTES,
        }
    }
}

impl std::fmt::Display for FrameType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.code().escape_ascii().fmt(formatter)
    }
}

/// The side whose bytes are being read; each side may send other frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// It connected and asks.
    Client,
    /// It listens and answers.
    Server,
}

impl std::fmt::Display for Sender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// A frame's type and length, both already found acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the payload means.
    pub frame_type: FrameType,
    /// Payload bytes that follow; never above the type's limit.
    pub payload_bytes: u32,
}

impl Header {
    /// Judges the first eight bytes of a frame: afterwards `payload_bytes` may be allocated without fear.
    pub fn parse(bytes: [u8; HEADER_BYTES], sender: Sender) -> Result<Self, FrameError> {
        let [a, b, c, d, length @ ..] = bytes;
        let frame_type = FrameType::from_code([a, b, c, d])?;
        if !frame_type.is_sent_by(sender) {
            return Err(FrameError::WrongSender { frame_type, sender });
        }
        let payload_bytes = u32::from_be_bytes(length);
        let limit_bytes = frame_type.max_payload_bytes(sender);
        if payload_bytes > limit_bytes {
            return Err(FrameError::TooLarge {
                frame_type,
                payload_bytes,
                limit_bytes,
            });
        }
        Ok(Self {
            frame_type,
            payload_bytes,
        })
    }

    /// The eight bytes.
    pub fn encode(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&self.frame_type.code());
        bytes[4..].copy_from_slice(&self.payload_bytes.to_be_bytes());
        bytes
    }
}

/// A frame that breaks the protocol. The connection cannot go on after one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Four bytes that no version defines.
    #[error("frame type \"{}\" is unknown", .0.escape_ascii())]
    UnknownType([u8; 4]),
    /// A type that later versions may use.
    #[error("frame type {} is reserved and not part of version 1", .0.escape_ascii())]
    ReservedType([u8; 4]),
    /// A known type from the side that never sends it.
    #[error("{frame_type} is not for a {sender} to send")]
    WrongSender {
        /// The type in question.
        frame_type: FrameType,
        /// Who sent it.
        sender: Sender,
    },
    /// A known type at a moment when it makes no sense.
    #[error("{0} is out of place here")]
    OutOfPlace(FrameType),
    /// A length above the type's limit.
    #[error("{frame_type} announces {payload_bytes} bytes, {limit_bytes} are allowed")]
    TooLarge {
        /// The type in question.
        frame_type: FrameType,
        /// What its header says.
        payload_bytes: u32,
        /// What would have been allowed.
        limit_bytes: u32,
    },
    /// The payload ends inside a field.
    #[error("the payload ends in the middle of a field")]
    Truncated,
    /// Text that is no UTF-8.
    #[error("a text field is not UTF-8")]
    NotUtf8,
    /// A size above 2^63-1.
    #[error("size {0} is above 2^63-1")]
    SizeOutOfRange(u64),
    /// A `HELO` that is not of this protocol.
    #[error("the magic bytes of HELO are wrong")]
    BadMagic,
    /// A field whose value has no meaning in this version.
    #[error("field {field} has the undefined value {value}")]
    BadValue {
        /// The field's name in PROTOCOL.md.
        field: &'static str,
        /// Its value.
        value: u64,
    },
    /// A version range that this side has no version in.
    #[error("version 1 is the only one spoken here, the peer speaks {min} to {max}")]
    NoCommonVersion {
        /// The peer's lowest.
        min: u16,
        /// The peer's highest.
        max: u16,
    },
}

impl FrameError {
    /// The code under which a server reports this.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownType(_) | Self::ReservedType(_) => ErrorCode::UnknownType,
            Self::TooLarge { .. } => ErrorCode::FrameTooLarge,
            Self::NoCommonVersion { .. } => ErrorCode::Version,
            Self::WrongSender { .. }
            | Self::OutOfPlace(_)
            | Self::Truncated
            | Self::NotUtf8
            | Self::SizeOutOfRange(_)
            | Self::BadMagic
            | Self::BadValue { .. } => ErrorCode::Protocol,
        }
    }
}
