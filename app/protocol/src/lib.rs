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

mod frame;
mod hello;

mod client_message;
mod server_message;

mod data;
mod page;
mod wire_error;

mod digest;
mod error_code;
mod fields;
mod name;

mod bytes;

pub use client_message::{ClientMessage, PutMode};
pub use data::DataBuffer;
pub use digest::Digest;
pub use error_code::ErrorCode;
pub use fields::Tag;
pub use frame::{
    FrameError, FrameType, HEADER_BYTES, Header, MAX_CONTROL_BYTES, MAX_DATA_BYTES,
    MAX_REQUEST_BYTES, MIN_DATA_BYTES, RESERVED_TYPES, Sender,
};
pub use hello::{ClientHello, Features, MAGIC, ServerHello, VERSION, VersionRange};
pub use name::{Escaped, FileName, MAX_NAME_BYTES, NameError, RESERVED_PREFIX, UncheckedName};
pub use page::{Entry, Page};
pub use server_message::ServerMessage;
pub use wire_error::WireError;
