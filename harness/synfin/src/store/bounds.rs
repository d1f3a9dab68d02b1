//! How much a folder may be that somebody handed in: more than anybody needs, and so little that to read or copy it takes no
//! grader's time or disk.

use std::path::Path;

use synfin_core::manifest::Bytes;

/// What is no part of a submission: history, build products and our own outputs.
pub const LEFT_OUT: [&str; 4] = [".git", "target", "captures", "reports"];

/// How many files and directories there may be.
const ENTRIES_MAX: usize = 10_000;

/// How deep a directory may lie in others.
const DEPTH_MAX: usize = 100;

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Files and directories.
    #[error("more than {ENTRIES_MAX} files and directories")]
    Entries,
    /// Directories in directories.
    #[error("directories more than {DEPTH_MAX} deep")]
    Depth,
    /// Bytes of files, by their lengths: a hole in a file is read like any other part of it.
    #[error("more than {} of files", Bytes(*max))]
    Bytes {
        /// How many there may be.
        max: u64,
    },
}

/// What may still come of a folder.
#[derive(Debug)]
pub struct Bounds {
    bytes_max: u64,
    bytes: u64,
    entries: usize,
}

impl Bounds {
    /// Those of a folder whose files may have so many bytes.
    pub fn new(bytes_max: u64) -> Self {
        Self {
            bytes_max,
            bytes: 0,
            entries: 0,
        }
    }

    /// Takes one more entry in, at this path from the folder, with the bytes that there are to read of it.
    ///
    /// # Errors
    /// If that is too much.
    pub fn admit(&mut self, inner: &Path, bytes: u64) -> Result<(), Excess> {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.entries > ENTRIES_MAX {
            Err(Excess::Entries)
        } else if inner.components().count() > DEPTH_MAX {
            Err(Excess::Depth)
        } else if self.bytes > self.bytes_max {
            let max = self.bytes_max;
            Err(Excess::Bytes { max })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_told_when_it_is_passed_and_not_when_it_is_met() {
        let shallow = Path::new("a");
        let mut bounds = Bounds::new(10);
        assert_eq!(bounds.admit(shallow, 10), Ok(()));
        assert_eq!(bounds.admit(shallow, 1), Err(Excess::Bytes { max: 10 }));
        let mut bounds = Bounds::new(0);
        let as_deep = "d/".repeat(DEPTH_MAX);
        assert_eq!(bounds.admit(as_deep.as_ref(), 0), Ok(()));
        let deeper = format!("{as_deep}d");
        assert_eq!(bounds.admit(deeper.as_ref(), 0), Err(Excess::Depth));
        for _ in 2..ENTRIES_MAX {
            assert_eq!(bounds.admit(shallow, 0), Ok(()));
        }
        assert_eq!(bounds.admit(shallow, 0), Err(Excess::Entries));
    }

    #[test]
    fn what_is_too_much_is_told_in_words() {
        let max = 256 << 20;
        assert_eq!(
            Excess::Bytes { max }.to_string(),
            "more than 256 MiB of files"
        );
    }
}
