//! What can go wrong, in words for the person at the keyboard.

use std::io;
use std::path::PathBuf;

use synfin_protocol::{Escaped, FrameError, FrameType, NameError, WireError};

/// A failed operation.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is no `HOST:PORT`, or the host is unknown.
    #[error("cannot understand the address {address}: {source}")]
    Address {
        /// As it was given.
        address: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nobody listens there.
    #[error("no server is running at {address} (connection refused)")]
    NoServer {
        /// As it was given.
        address: String,
    },
    /// Nobody can be reached there.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// As it was given.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing moved for as long as the caller was willing to wait.
    #[error("the server did not answer in time")]
    Timeout,
    /// The server's FIN came where an answer should have been.
    #[error("the server closed the connection")]
    Closed,
    /// The connection broke.
    #[error("the connection to the server is lost: {0}")]
    Lost(#[source] io::Error),
    /// The server said no.
    #[error("the server refused ({}): {}", .0.code.name(), Escaped(.0.message.as_bytes()))]
    Refused(WireError),
    /// The server does not keep to the protocol.
    #[error("the server does not speak this protocol: {0}")]
    Frame(#[from] FrameError),
    /// The server does not keep to the order of things.
    #[error("the server answered with {0} where that makes no sense")]
    Unexpected(FrameType),
    /// A list that repeats itself or runs backwards.
    #[error("the server's list of files is out of order")]
    Disorder,
    /// A name that no server would take, or that no client should.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A download would replace this file.
    #[error("{} is there already", .0.display())]
    LocalExists(PathBuf),
    /// A file here cannot be read or written.
    #[error("{}: {source}", path.display())]
    Local {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file to upload is a directory, a pipe or a device.
    #[error("{} is no regular file", .0.display())]
    NotRegular(PathBuf),
    /// The file to upload became shorter meanwhile.
    #[error("{} became shorter while it was being sent", .0.display())]
    SourceChanged(PathBuf),
    /// What arrived is not what was sent; nothing was kept.
    #[error("what arrived is not what the server sent (the digests differ)")]
    DigestMismatch,
}

impl ClientError {
    pub(crate) fn local(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::Local { path, source }
    }
}

impl From<io::Error> for ClientError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::Timeout,
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Lost(error),
        }
    }
}
