//! The messages of the synfin file-transfer protocol and their bytes.
//!
//! `app/PROTOCOL.md` is the normative text; this crate is that text as types. It performs no I/O, reads no clock and
//! knows neither sockets nor files: both programs of the pair read bytes from somewhere and ask here what they mean.
//!
//! ```text
//!            8 bytes                  length bytes
//!  wire ──► [Header::parse] ──ok──► [ClientMessage::parse]  (what a client said)
//!              │                    [ServerMessage::parse]  (what a server said)
//!              └─ unknown type or length over its limit: FrameError, before anything is allocated
//! ```
#![forbid(unsafe_code)]

mod bytes;
mod data;
mod digest;
mod error_code;
mod frame;
mod hello;
mod message;
mod name;

pub use data::DataBuffer;
pub use digest::Digest;
pub use error_code::ErrorCode;
pub use frame::{
    FrameError, FrameType, HEADER_BYTES, Header, MAX_CONTROL_BYTES, MAX_DATA_BYTES,
    MAX_REQUEST_BYTES, MIN_DATA_BYTES, RESERVED_TYPES, Sender,
};
pub use hello::{ClientHello, Features, MAGIC, ServerHello, VERSION, VersionRange};
pub use message::{ClientMessage, Entry, Page, PutMode, ServerMessage, Tag, WireError};
pub use name::{Escaped, FileName, MAX_NAME_BYTES, NameError, RESERVED_PREFIX, UncheckedName};
