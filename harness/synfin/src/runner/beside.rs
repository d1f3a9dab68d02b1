//! The work of others, beside what is run: a folder with a target of its own is a submission, too.

use std::fs;
use std::path::{Path, PathBuf};

/// What a target is called in the folder of its programs.
pub(super) const TARGET_FILE: &str = "target.toml";

/// The submissions that lie beside one of these folders and are none of them.
pub(super) fn submissions_beside(own: &[PathBuf]) -> Vec<PathBuf> {
    // What has gone is beside nothing.
    let canonical = |path: &PathBuf| fs::canonicalize(path).ok();
    let own: Vec<PathBuf> = own.iter().filter_map(canonical).collect();
    let parents = own.iter().filter_map(|folder| folder.parent());
    let mut found: Vec<PathBuf> = parents.flat_map(submissions_in).collect();
    found.retain(|folder| !own.contains(folder));
    found.sort();
    found.dedup();
    found
}

/// Folders, not links, that hold a target. A folder that cannot be listed shows its programs nothing either.
fn submissions_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| path.join(TARGET_FILE).is_file())
        .collect()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes files of its own")]
mod tests {
    use super::*;

    #[test]
    fn submissions_beside_are_found_and_nothing_that_is_run_or_holds_no_target() {
        let class = tempfile::tempdir().unwrap();
        let at = |path: &str| class.path().canonicalize().unwrap().join(path);
        for name in ["anna", "bert", "cleo", "tools"] {
            fs::create_dir(at(name)).unwrap();
        }
        for name in ["anna", "bert", "cleo"] {
            fs::write(at(name).join(TARGET_FILE), "").unwrap();
        }
        let others = |own: &[&str]| {
            let own: Vec<_> = own.iter().map(|path| at(path)).collect();
            submissions_beside(&own)
        };
        assert_eq!(others(&["anna"]), [at("bert"), at("cleo")]);
        assert_eq!(others(&["anna", "bert"]), [at("cleo")]);
        assert_eq!(others(&["gone"]), Vec::<PathBuf>::new());
    }
}
