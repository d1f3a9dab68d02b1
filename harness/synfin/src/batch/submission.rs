//! The submissions in a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use synfin_core::report::visible;

use crate::store::StoreError;

/// One hand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Submission {
    /// Its folder's name, safe to print; no other submission's.
    pub(super) name: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Whether it says itself how its programs are run.
    pub(super) has_target: bool,
}

/// What is in a folder of submissions.
pub(super) struct Found {
    /// Its folders, by name: not links, not hidden ones, and not where the outputs are.
    pub(super) submissions: Vec<Submission>,
    /// What else is there and not hidden: names, safe to print.
    pub(super) others: Vec<String>,
}

/// Looks into `folder`; `outputs` are no submission.
pub(super) fn submissions(folder: &Path, outputs: &Path) -> Result<Found, StoreError> {
    let failed = |source| StoreError::Read {
        path: folder.to_owned(),
        source,
    };
    let outputs = fs::canonicalize(outputs).map_err(failed)?;
    let (mut submissions, mut others) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        let path = fs::canonicalize(entry.path()).unwrap_or_else(|_| entry.path());
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || outputs.starts_with(&path) {
            continue;
        }
        let name = visible(&name.to_string_lossy());
        if is_folder {
            submissions.push(Submission {
                has_target: path.join("target.toml").is_file(),
                name,
                folder: path,
            });
        } else {
            others.push(name);
        }
    }
    others.sort();
    submissions.sort_by(|one, other| (&one.name, &one.folder).cmp(&(&other.name, &other.folder)));
    tell_apart(&mut submissions);
    Ok(Found {
        submissions,
        others,
    })
}

/// Numbers those whose names look the same when they are safe to print.
fn tell_apart(submissions: &mut [Submission]) {
    let mut taken: BTreeSet<String> = submissions.iter().map(|it| it.name.clone()).collect();
    for place in 1..submissions.len() {
        let (before, rest) = submissions.split_at_mut(place);
        let this = &mut rest[0];
        if before.iter().all(|other| other.name != this.name) {
            continue;
        }
        let mut numbered = (2..).map(|number| format!("{} ({number})", this.name));
        let free = numbered.find(|name| !taken.contains(name));
        this.name = free.expect("numbers do not end before submissions do");
        taken.insert(this.name.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_numbered() {
        let submission = |name: &str| Submission {
            name: name.to_owned(),
            folder: PathBuf::new(),
            has_target: false,
        };
        let mut submissions = ["a", "a", "a", "a (2)", "b"].map(submission);
        tell_apart(&mut submissions);
        let names = submissions.map(|submission| submission.name);
        assert_eq!(names, ["a", "a (3)", "a (4)", "a (2)", "b"]);
    }
}
