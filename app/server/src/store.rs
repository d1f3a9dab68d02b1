//! The directory that is served. Everything here blocks, and runs on threads that may.
//!
//! All access goes through one directory handle (`cap-std`), so that no name and no symbolic link leads out of it,
//! whatever happens to the directory meanwhile. A file under its final name is never written to: it is replaced by
//! renaming a finished one over it, and a download keeps reading the file that it opened.

mod download;
mod error;
mod listing;
mod temporary;
mod upload;

use std::io;
use std::path::Path;
use std::sync::Mutex;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use synfin_protocol::FileName;

pub(crate) use download::Download;
pub(crate) use error::StoreError;
pub(crate) use upload::{Upload, UploadRequest};

/// The directory to serve, opened once: renaming or replacing it later changes nothing.
#[derive(Debug)]
pub struct Root(Dir);

impl Root {
    /// Opens `path`, makes it if only its last component is missing, and removes what a killed server left behind.
    pub fn open(path: &Path) -> io::Result<Self> {
        let root = open_or_create(path)?;
        temporary::sweep(&root)?;
        Ok(Self(root))
    }
}

/// A directory of files, open for as long as the server runs.
#[derive(Debug)]
pub(crate) struct Store {
    root: Dir,
    max_file_bytes: u64,
    /// Held from the last look at the names that are taken until the new one is there.
    publishing: Mutex<()>,
}

impl Store {
    pub(crate) fn new(Root(root): Root, max_file_bytes: u64) -> Self {
        Self {
            root,
            max_file_bytes,
            publishing: Mutex::new(()),
        }
    }

    /// The name of a file that a case-insensitive file system would take for `name`, be it `name` itself.
    fn alias_of(&self, name: &FileName) -> io::Result<Option<FileName>> {
        let key = name.fold_key();
        let mut alias = None;
        for entry in self.root.entries()? {
            match entry?
                .file_name()
                .to_str()
                .map(|other| FileName::new(other.as_bytes()))
            {
                Some(Ok(other)) if other == *name => return Ok(Some(other)),
                Some(Ok(other)) if other.fold_key() == key => alias = Some(other),
                Some(_) | None => {}
            }
        }
        Ok(alias)
    }
}

/// Only the last component is made: a mistyped path should not become a tree.
fn open_or_create(root: &Path) -> io::Result<Dir> {
    match Dir::open_ambient_dir(root, ambient_authority()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::create_dir(root)?;
            Dir::open_ambient_dir(root, ambient_authority())
        }
        outcome => outcome,
    }
}
