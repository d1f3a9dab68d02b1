//! A client of the synfin file-transfer protocol: five functions around one [`Connection`].
//!
//! ```no_run
//! # fn main() -> Result<(), synfin_client::ClientError> {
//! use std::path::Path;
//! use synfin_client::{DEFAULT_TIMEOUT, Existing, FileName, create_connection, download_file, list_files, quit};
//!
//! let mut connection = create_connection("127.0.0.1:5001", DEFAULT_TIMEOUT)?;
//! for file in list_files(&mut connection)? {
//!     println!("{} {}", file.name, file.size_bytes);
//! }
//! let notes = FileName::new(b"notes.txt")?;
//! download_file(&mut connection, &notes, Path::new("."), Existing::Keep)?;
//! quit(connection)
//! # }
//! ```
//! It blocks: one connection does one thing at a time, and every wait has the limit that the caller chose. Whatever a
//! server sends is checked before it is used: lengths before they are allocated, names before they become files,
//! contents by their digest.
#![forbid(unsafe_code)]

mod connection;
mod download;
mod error;
mod list;
mod upload;

pub use connection::{Connection, DEFAULT_TIMEOUT, create_connection, quit};
pub use download::{Existing, download_file};
pub use error::ClientError;
pub use list::{RemoteFile, list_files};
pub use synfin_protocol::{Digest, ErrorCode, FileName, NameError, PutMode, WireError};
pub use upload::upload_file;

/// A file that went over the wire, whole and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// Its name on the server.
    pub name: FileName,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, computed here and found equal there.
    pub digest: Digest,
}
