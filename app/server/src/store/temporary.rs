//! Files that are not yet there: named so that no client can ask for them, locked while they are written, and removed
//! whatever happens.

use std::fs::TryLockError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::fs::{Dir, DirEntry, File, OpenOptions};

use super::Store;

/// A part of what `synfin_protocol::RESERVED_PREFIX` keeps clients away from.
const PREFIX: &str = ".synfin-upload-";

/// A temporary file in the store's own directory, because a rename is atomic only there. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Temporary {
    store: Arc<Store>,
    name: String,
    is_published: bool,
}

impl Temporary {
    /// A new, empty, locked file. The lock tells other servers on the same directory that it is in use.
    pub(super) fn create(store: Arc<Store>) -> io::Result<(Self, std::fs::File)> {
        loop {
            let name = unused_name();
            match store
                .root
                .open_with(&name, OpenOptions::new().write(true).create_new(true))
            {
                Ok(file) => {
                    let temporary = Self {
                        store,
                        name,
                        is_published: false,
                    };
                    return Ok((temporary, locked(file)));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives the file its final name, in one step, whatever had that name before.
    pub(super) fn publish(mut self, name: &str) -> io::Result<()> {
        let root = &self.store.root;
        root.rename(&self.name, root, name)?;
        self.is_published = true;
        sync_directory(&self.store.root)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        if let Err(error) = self.store.root.remove_file(&self.name) {
            tracing::warn!(name = %self.name, %error, "a temporary file could not be removed");
        }
    }
}

/// Unique among this process's files; another process's are told apart by `create_new`.
fn unused_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}-{number}", std::process::id())
}

/// Not every file system can lock; without it only a second server on the same directory would be the worse for it.
fn locked(file: File) -> std::fs::File {
    let file = file.into_std();
    let _unsupported = file.try_lock();
    file
}

/// Removes temporary files that nobody is writing any more. One that cannot be removed is only in the way.
pub(super) fn sweep(root: &Dir) -> io::Result<()> {
    for entry in root.entries()? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            continue;
        }
        match remove_if_unused(&entry) {
            Ok(()) => {
                tracing::info!(?name, "removed a temporary file");
            }
            Err(error) => tracing::warn!(?name, %error, "left a temporary file"),
        }
    }
    Ok(())
}

fn remove_if_unused(entry: &DirEntry) -> io::Result<()> {
    let file = entry.open_with(OpenOptions::new().write(true))?.into_std();
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another server is writing it")),
        Ok(()) | Err(TryLockError::Error(_)) => {
            drop(file);
            entry.remove_file()
        }
    }
}

/// A rename is on disk only when its directory is. Windows has no such call and keeps names in order by itself.
#[cfg(unix)]
fn sync_directory(root: &Dir) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, fsync, openat};

    // The handle itself may be one that only names the directory (O_PATH), and cannot be synced.
    let directory = openat(
        root,
        ".",
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    Ok(fsync(directory)?)
}

#[cfg(not(unix))]
fn sync_directory(_root: &Dir) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_client_can_name_a_temporary_file() {
        let refusal = synfin_protocol::FileName::new(unused_name().as_bytes());
        assert_eq!(refusal, Err(synfin_protocol::NameError::ReservedPrefix));
    }
}
