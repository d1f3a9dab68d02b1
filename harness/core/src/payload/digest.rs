//! The SHA-256 of a stream, for comparing payload with a file without keeping either.

use sha2::{Digest as _, Sha256};

use super::{Absence, Piece};

/// The digest of all bytes of a stream so far.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    sha256: Sha256,
    bytes: u64,
    missing_bytes: u64,
}

impl Digest {
    /// Takes a piece in.
    pub fn push(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Bytes { bytes, .. } => {
                self.sha256.update(bytes);
                self.bytes += bytes.len() as u64;
            }
            // Counted when they were passed.
            Piece::Missing {
                why: Absence::OutOfTurn,
                ..
            } => {}
            Piece::Missing { offsets, .. } => self.missing_bytes += offsets.end - offsets.start,
        }
    }

    /// How many bytes were digested.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many bytes of the stream were not: the digest is then of something else than was sent.
    pub fn missing_bytes(&self) -> u64 {
        self.missing_bytes
    }

    /// The digest in lower-case hexadecimal digits.
    pub fn sha256(self) -> String {
        format!("{:x}", self.sha256.finalize())
    }
}
