//! One file on its way out.

use std::io::Read;

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::fs::{File, OpenOptions};
use sha2::{Digest as _, Sha256};
use synfin_protocol::{Digest, FileName};

use super::{Store, StoreError};

/// A file opened for reading. Its size is settled when it is opened.
#[derive(Debug)]
pub(crate) struct Download {
    file: File,
    size_bytes: u64,
    remaining_bytes: u64,
    hasher: Sha256,
}

impl Store {
    /// Opens a regular file: never a link, never a device or a pipe, and without waiting for anybody.
    pub(crate) fn download(&self, name: &FileName) -> Result<Download, StoreError> {
        let found = self
            .root
            .symlink_metadata(name.as_str())
            .map_err(|error| not_found(error, name))?;
        if !found.is_file() {
            return Err(StoreError::NotRegular(name.clone()));
        }
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let file = self
            .root
            .open_with(name.as_str(), &options)
            .map_err(|error| not_found(error, name))?;
        // Once more on the handle: between the two calls another program may have put something else there.
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(StoreError::NotRegular(name.clone()));
        }
        let size_bytes = metadata.len();
        Ok(Download {
            file,
            size_bytes,
            remaining_bytes: size_bytes,
            hasher: Sha256::new(),
        })
    }
}

fn not_found(error: std::io::Error, name: &FileName) -> StoreError {
    if error.kind() == std::io::ErrorKind::NotFound {
        StoreError::NotFound(name.clone())
    } else {
        error.into()
    }
}

impl Download {
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.remaining_bytes == 0
    }

    /// Fills `buffer` from its start, completely unless the file ends; how many bytes that were.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, StoreError> {
        let wanted = buffer
            .len()
            .min(usize::try_from(self.remaining_bytes).unwrap_or(usize::MAX));
        match self.file.read_exact(&mut buffer[..wanted]) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(StoreError::SourceChanged);
            }
            Err(error) => return Err(error.into()),
        }
        self.hasher.update(&buffer[..wanted]);
        self.remaining_bytes -= wanted as u64;
        Ok(wanted)
    }

    /// Of everything that was read.
    pub(crate) fn digest(self) -> Digest {
        Digest(self.hasher.finalize().into())
    }
}
