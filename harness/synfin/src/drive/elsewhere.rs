//! A transferred file that is not where it should have arrived, looked for under other names.

use synfin_core::manifest::{FileRecord, Role, Transfer};

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
        let laid_out = laid_out(&self.log().files, file, expected);
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
                    FileKind::File
                        if entry.size_bytes == file.size && Some(&path) != laid_out.as_ref() =>
                    {
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

/// Where the client's own copy of a file lies that it uploads, and downloads again: nobody sent it there.
fn laid_out(files: &[FileRecord], file: &FileRecord, client_dir: &str) -> Option<String> {
    let is_source = |other: &&FileRecord| {
        other.client == file.client
            && other.name == file.name
            && other.transfer == Transfer::Upload
            && file.transfer == Transfer::Download
    };
    let source = files.iter().find(is_source)?;
    Some(within(client_dir, &source.name))
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
    fn what_a_client_uploads_is_not_taken_for_what_it_downloads() {
        let file = |client, transfer, name: &str| FileRecord {
            client,
            entry: 0,
            transfer,
            name: name.to_owned(),
            size: 1,
            source_sha256: String::new(),
            arrived_size: None,
            arrived_sha256: None,
            found_as: None,
        };
        let uploaded = [file(1, Transfer::Upload, "a.bin")];
        let source = |file: FileRecord| laid_out(&uploaded, &file, "mine");
        let download = |client, name| file(client, Transfer::Download, name);
        assert_eq!(source(download(1, "a.bin")).as_deref(), Some("mine/a.bin"));
        assert_eq!(source(download(2, "a.bin")), None);
        assert_eq!(source(download(1, "b.bin")), None);
        assert_eq!(source(uploaded[0].clone()), None);
    }

    #[test]
    fn the_way_to_a_file_begins_where_it_was_expected() {
        assert_eq!(path_from(".", "got/a.bin"), "got/a.bin");
        assert_eq!(path_from("got", "got/my_a.bin"), "my_a.bin");
        assert_eq!(path_from("got", "gotten/a.bin"), "../gotten/a.bin");
        assert_eq!(path_from("a/b", "a.bin"), "../../a.bin");
    }
}
