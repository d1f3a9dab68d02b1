//! The submissions in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use synfin_core::report::visible;

use crate::store::StoreError;

/// One hand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Submission {
    /// Its folder's name.
    pub(super) name: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Whether it says itself how its programs are run.
    pub(super) has_target: bool,
}

/// The folders in `folder`, by name: not links, not hidden ones, and not where `outputs` are.
pub(super) fn submissions(folder: &Path, outputs: &Path) -> Result<Vec<Submission>, StoreError> {
    let failed = |source| StoreError::Read {
        path: folder.to_owned(),
        source,
    };
    let outputs = fs::canonicalize(outputs).map_err(failed)?;
    let mut submissions = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        let path = fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.path());
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if is_folder && !name.starts_with('.') && !outputs.starts_with(&path) {
            submissions.push(Submission {
                has_target: path.join("target.toml").is_file(),
                name: visible(&name),
                folder: path,
            });
        }
    }
    submissions.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(submissions)
}
