//! The digest of a folder: the same names, modes and contents give the same, wherever it lies and in whatever order the
//! system lists it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{StoreError, digest, read_error};

/// SHA-256, hexadecimal, of a folder's contents and of `texts` beside it. Links are taken as what they say, and not
/// followed; what is neither file, folder nor link is known by its name alone.
///
/// # Errors
/// If something in it cannot be read.
pub fn digest_of_tree(folder: &Path, texts: &[&str]) -> Result<String, StoreError> {
    let mut hasher = Sha256::new();
    for text in texts {
        field(&mut hasher, text.as_bytes());
    }
    add_folder(&mut hasher, folder)?;
    Ok(format!("{:x}", hasher.finalize()))
}

fn add_folder(hasher: &mut Sha256, folder: &Path) -> Result<(), StoreError> {
    let listed = fs::read_dir(folder).map_err(read_error(folder))?;
    let mut paths = listed
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(read_error(folder))?;
    paths.sort();
    field(hasher, &(paths.len() as u64).to_le_bytes());
    for path in paths {
        let name = path.file_name().unwrap_or_default();
        field(hasher, name.as_encoded_bytes());
        add_entry(hasher, &path)?;
    }
    Ok(())
}

fn add_entry(hasher: &mut Sha256, path: &Path) -> Result<(), StoreError> {
    let found = fs::symlink_metadata(path).map_err(read_error(path))?;
    field(hasher, &mode(&found).to_le_bytes());
    if found.is_dir() {
        add_folder(hasher, path)
    } else if found.is_symlink() {
        let target = fs::read_link(path).map_err(read_error(path))?;
        field(hasher, target.as_os_str().as_encoded_bytes());
        Ok(())
    } else if found.is_file() {
        let contents = File::open(path).and_then(|mut file| digest(&mut file));
        let (_, sha256) = contents.map_err(read_error(path))?;
        field(hasher, sha256.as_bytes());
        Ok(())
    } else {
        Ok(())
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
}
