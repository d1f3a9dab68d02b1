//! A transferred file that is not where it should have arrived, looked for under other names.

use synfin_core::manifest::{FileRecord, Role};

use super::stage::Stage;
use crate::sandbox::{FileKind, SandboxError};
use crate::store;

/// How deep below the program's folder is looked, and at how many folders at most.
const DEPTH_MAX: usize = 3;
const FOLDERS_MAX: usize = 100;

impl Stage {
    /// A regular file with the very contents of one that did not arrive: its path from the folder `expected`, where it should be,
    /// which is looked at first. An empty file is like any other, and not looked for.
    pub(super) async fn found_elsewhere(
        &self,
        role: Role,
        expected: &str,
        file: &FileRecord,
    ) -> Result<Option<String>, SandboxError> {
        if file.size == 0 {
            return Ok(None);
        }
        let mut folders = vec![expected.to_owned()];
        if expected != "." {
            folders.push(".".to_owned());
        }
        let mut looked_at = 0;
        while looked_at < folders.len().min(FOLDERS_MAX) {
            let folder = folders[looked_at].clone();
            looked_at += 1;
            for entry in self.sandbox.list(role, &folder).await? {
                let path = within(&folder, &entry.name);
                match entry.kind {
                    FileKind::File if entry.size_bytes == file.size => {
                        let found = self.digest_of(role, &path).await?;
                        if found.is_some_and(|(_, sha256)| sha256 == file.source_sha256) {
                            return Ok(Some(path_from(expected, &path)));
                        }
                    }
                    FileKind::Directory
                        if path.split('/').count() < DEPTH_MAX && !folders.contains(&path) =>
                    {
                        folders.push(path);
                    }
                    FileKind::File | FileKind::Directory | FileKind::Symlink | FileKind::Other => {}
                }
            }
        }
        Ok(None)
    }

    /// Size and digest of a regular file; a program may have put something else there, or nothing.
    pub(super) async fn digest_of(
        &self,
        role: Role,
        path: &str,
    ) -> Result<Option<(u64, String)>, SandboxError> {
        let opened = match self.sandbox.open(role, path).await {
            // What is not a regular file (a link, a FIFO) has not arrived.
            Err(SandboxError::Refused(_)) => None,
            opened => opened?,
        };
        let Some(mut opened) = opened else {
            return Ok(None);
        };
        // A file may be as large as a role's whole scratch.
        let digest = tokio::task::spawn_blocking(move || store::digest(&mut opened).ok());
        Ok(digest.await.expect("hashing a file does not panic"))
    }
}

/// The way from one folder of the program's to a path there: `../downloads/a.bin`.
fn path_from(folder: &str, path: &str) -> String {
    if folder == "." {
        return path.to_owned();
    }
    match path
        .strip_prefix(folder)
        .and_then(|it| it.strip_prefix('/'))
    {
        Some(inside) => inside.to_owned(),
        None => "../".repeat(folder.split('/').count()) + path,
    }
}

/// The path of a name in a folder of the program's.
fn within(folder: &str, name: &str) -> String {
    match folder {
        "." => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_file_begins_where_it_was_expected() {
        assert_eq!(path_from(".", "got/a.bin"), "got/a.bin");
        assert_eq!(path_from("got", "got/my_a.bin"), "my_a.bin");
        assert_eq!(path_from("got", "gotten/a.bin"), "../gotten/a.bin");
        assert_eq!(path_from("a/b", "a.bin"), "../../a.bin");
    }
}
