//! The digest of a folder: the same names, modes and contents give the same, wherever it lies and in whatever order the
//! system lists it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Bounds, LEFT_OUT, StoreError, digest, read_error};

/// Files of more bytes are nobody's submission.
const BYTES_MAX: u64 = 1 << 30;

/// SHA-256, hexadecimal, of a folder's contents and of `texts` beside it, without [`LEFT_OUT`]. Links are taken as what they
/// say, and not followed; what is neither file, folder nor link is known by its name alone.
///
/// # Errors
/// If something in it cannot be read, or it is more than anybody hands in.
pub fn digest_of_tree(folder: &Path, texts: &[&str]) -> Result<String, StoreError> {
    let mut tree = Tree {
        folder,
        hasher: Sha256::new(),
        bounds: Bounds::new(BYTES_MAX),
    };
    for text in texts {
        field(&mut tree.hasher, text.as_bytes());
    }
    tree.add_folder(Path::new(""))?;
    Ok(format!("{:x}", tree.hasher.finalize()))
}

/// A folder on its way into a digest.
struct Tree<'a> {
    folder: &'a Path,
    hasher: Sha256,
    bounds: Bounds,
}

impl Tree<'_> {
    /// Adds the folder at this path from the whole.
    fn add_folder(&mut self, inner: &Path) -> Result<(), StoreError> {
        let folder = self.folder.join(inner);
        let listed = fs::read_dir(&folder).map_err(read_error(&folder))?;
        let mut names = listed
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(read_error(&folder))?;
        names.retain(|name| LEFT_OUT.iter().all(|left_out| name != left_out));
        names.sort();
        field(&mut self.hasher, &(names.len() as u64).to_le_bytes());
        for name in names {
            field(&mut self.hasher, name.as_encoded_bytes());
            self.add_entry(&inner.join(name))?;
        }
        Ok(())
    }

    fn add_entry(&mut self, inner: &Path) -> Result<(), StoreError> {
        let path = self.folder.join(inner);
        let found = fs::symlink_metadata(&path).map_err(read_error(&path))?;
        let read_bytes = if found.is_file() { found.len() } else { 0 };
        self.bounds
            .admit(inner, read_bytes)
            .map_err(|excess| StoreError::TooMuch {
                path: self.folder.to_owned(),
                excess,
            })?;
        field(&mut self.hasher, &mode(&found).to_le_bytes());
        if found.is_dir() {
            self.add_folder(inner)
        } else if found.is_symlink() {
            let target = fs::read_link(&path).map_err(read_error(&path))?;
            field(&mut self.hasher, target.as_os_str().as_encoded_bytes());
            Ok(())
        } else if found.is_file() {
            let contents = File::open(&path).and_then(|mut file| digest(&mut file));
            let (_, sha256) = contents.map_err(read_error(&path))?;
            field(&mut self.hasher, sha256.as_bytes());
            Ok(())
        } else {
            Ok(())
        }
    }
}

#[cfg(unix)]
fn mode(found: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(found)
}

#[cfg(not(unix))]
fn mode(found: &fs::Metadata) -> u32 {
    u32::from(found.is_dir())
}

/// With its length before it, so that no two sequences of fields are the same bytes.
fn field(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn of(files: &[(&str, &str)], texts: &[&str]) -> String {
        digest_of_tree(folder(files).path(), texts).unwrap()
    }

    #[test]
    fn the_same_contents_have_the_same_digest_wherever_they_lie() {
        let files = [("a.py", "1"), ("lib/b.py", "2")];
        let reversed = [("lib/b.py", "2"), ("a.py", "1")];
        assert_eq!(of(&files, &["r"]), of(&reversed, &["r"]));
    }

    #[test]
    fn every_change_of_name_content_or_text_is_another_digest() {
        let all = [
            of(&[("a", "1")], &["r", "t"]),
            of(&[("a", "2")], &["r", "t"]),
            of(&[("b", "1")], &["r", "t"]),
            of(&[("a", "1")], &["rt", ""]),
            of(&[("a", "1"), ("b", "")], &["r", "t"]),
            of(&[("a/1", "")], &["r", "t"]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_and_a_pipe_not_opened() {
        let folder = folder(&[]);
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("zeros")).unwrap();
        let status = std::process::Command::new("mkfifo")
            .arg(folder.path().join("pipe"))
            .status();
        assert!(status.unwrap().success());
        digest_of_tree(folder.path(), &[]).unwrap();
    }

    #[test]
    fn what_is_no_part_of_a_submission_changes_nothing() {
        let built = [("a", "1"), ("target/debug/a", "2"), (".git/HEAD", "3")];
        assert_eq!(of(&built, &[]), of(&[("a", "1")], &[]));
    }

    #[test]
    fn a_file_of_more_than_anybody_hands_in_is_not_read() {
        let folder = folder(&[]);
        let file = File::create(folder.path().join("sparse")).unwrap();
        file.set_len(5 << 40).unwrap();
        let refused = digest_of_tree(folder.path(), &[]).unwrap_err();
        let expected = format!(
            "read {}: it has more than 1 GiB of files",
            folder.path().display()
        );
        assert_eq!(refused.to_string(), expected);
    }
}
