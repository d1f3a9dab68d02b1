//! What build commands leave: a folder that is kept by an open descriptor.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Sandbox, folder};

/// A folder that a role has left: it lives as long as this. In memory it does so by the descriptor alone, when its scenario has
/// long ended; on the host's disk by its scenario's init.
#[derive(Clone, Debug)]
pub struct Built {
    folder: Arc<OwnedFd>,
    _keeper: Option<Sandbox>,
}

impl Built {
    pub(super) fn of(folder: OwnedFd) -> Self {
        Self {
            folder: Arc::new(folder),
            _keeper: None,
        }
    }

    pub(super) fn kept_by(folder: OwnedFd, keeper: Sandbox) -> Self {
        Self {
            folder: Arc::new(folder),
            _keeper: Some(keeper),
        }
    }

    pub(super) fn folder(&self) -> BorrowedFd<'_> {
        self.folder.as_fd()
    }

    /// Its path, for this process.
    pub fn path(&self) -> PathBuf {
        folder::path_of(&self.folder)
    }
}
