//! One file on its way in.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, PoisonError};

use cap_std::fs::Dir;
use sha2::{Digest as _, Sha256};
use synfin_protocol::{Digest, FileName, PutMode};

use super::temporary::Temporary;
use super::{Store, StoreError};

/// What a client wants to store.
#[derive(Debug)]
pub(crate) struct UploadRequest {
    pub(crate) name: FileName,
    pub(crate) size_bytes: u64,
    pub(crate) mode: PutMode,
}

/// An upload in progress. Dropping it leaves no trace, and whatever had its name before is still there.
#[derive(Debug)]
pub(crate) struct Upload {
    // Before `temporary`, so that it is closed first: Windows removes no open file.
    file: File,
    temporary: Temporary,
    store: Arc<Store>,
    request: UploadRequest,
    received_bytes: u64,
    hasher: Sha256,
}

impl Upload {
    /// Refuses what is known to fail, before any data is on its way.
    pub(crate) fn begin(store: Arc<Store>, request: UploadRequest) -> Result<Self, StoreError> {
        store.check_size(request.size_bytes)?;
        store.check_name(&request)?;
        let (temporary, file) = Temporary::create(Arc::clone(&store))?;
        Ok(Self {
            file,
            temporary,
            store,
            request,
            received_bytes: 0,
            hasher: Sha256::new(),
        })
    }

    pub(crate) fn write(&mut self, content: &[u8]) -> Result<(), StoreError> {
        self.received_bytes = self.received_bytes.saturating_add(content.len() as u64);
        if self.received_bytes > self.request.size_bytes {
            return Err(self.wrong_size());
        }
        self.hasher.update(content);
        Ok(self.file.write_all(content)?)
    }

    /// Makes the file appear under its name, if it is what was sent.
    pub(crate) fn publish(self, sent: Digest) -> Result<(), StoreError> {
        if self.received_bytes != self.request.size_bytes {
            return Err(self.wrong_size());
        }
        if Digest(self.hasher.finalize().into()) != sent {
            return Err(StoreError::DigestMismatch);
        }
        self.file.sync_all()?;
        drop(self.file);
        let _one_at_a_time = self
            .store
            .publishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.store.check_name(&self.request)?;
        Ok(self.temporary.publish(self.request.name.as_str())?)
    }

    fn wrong_size(&self) -> StoreError {
        StoreError::WrongSize {
            announced_bytes: self.request.size_bytes,
            received_bytes: self.received_bytes,
        }
    }
}

impl Store {
    fn check_size(&self, size_bytes: u64) -> Result<(), StoreError> {
        if size_bytes > self.max_file_bytes {
            return Err(StoreError::TooLarge {
                size_bytes,
                limit_bytes: self.max_file_bytes,
            });
        }
        match free_bytes(&self.root)? {
            Some(free_bytes) if free_bytes < size_bytes => Err(StoreError::NoSpace {
                size_bytes,
                free_bytes,
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn check_name(&self, request: &UploadRequest) -> Result<(), StoreError> {
        match self.alias_of(&request.name)? {
            None => Ok(()),
            Some(other) if other != request.name => Err(StoreError::Collision(other)),
            Some(same) => self.check_overwrite(same, request.mode),
        }
    }

    fn check_overwrite(&self, existing: FileName, mode: PutMode) -> Result<(), StoreError> {
        if !self.root.symlink_metadata(existing.as_str())?.is_file() {
            return Err(StoreError::NotRegular(existing));
        }
        match mode {
            PutMode::CreateNew => Err(StoreError::Exists(existing)),
            PutMode::Overwrite => Ok(()),
        }
    }
}

/// What an ordinary user may still write, where the system tells.
#[cfg(unix)]
fn free_bytes(root: &Dir) -> io::Result<Option<u64>> {
    let space = rustix::fs::fstatvfs(root)?;
    Ok(Some(space.f_bavail.saturating_mul(space.f_frsize)))
}

#[cfg(not(unix))]
fn free_bytes(_root: &Dir) -> io::Result<Option<u64>> {
    Ok(None)
}
