//! What build commands leave: a folder that is kept by an open descriptor alone.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use super::folder;

/// A folder that a role has left, in memory: it lives as long as this, when its scenario has long ended.
#[derive(Clone, Debug)]
pub struct Built(Arc<OwnedFd>);

impl Built {
    pub(super) fn of(folder: OwnedFd) -> Self {
        Self(Arc::new(folder))
    }

    pub(super) fn folder(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Its path, for this process.
    pub fn path(&self) -> PathBuf {
        folder::path_of(&self.0)
    }
}
