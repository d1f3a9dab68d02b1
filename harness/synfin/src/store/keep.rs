//! Which recordings stay: only what is surely the folder of a complete run is ever removed.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::{LATEST, StoreError, read_error, write_error};

/// A run's name in order: its moment, and which of that moment it is.
type RunName = (String, u32);

/// How the name of a run looks; a second run of the same second has `-2` behind it.
const MOMENT: &[u8] = b"0000-00-00T00-00-00Z";

/// Removes the runs in `captures/` but for the newest. Gives the folders that are gone.
///
/// # Errors
/// If a folder could not be listed or removed.
pub fn remove_older_runs(
    captures: &Path,
    newest: NonZeroUsize,
) -> Result<Vec<PathBuf>, StoreError> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(captures).map_err(read_error(captures))? {
        let path = entry.map_err(read_error(captures))?.path();
        runs.extend(run_name(&path).map(|name| (name, path)));
    }
    runs.sort();
    let older = runs.len().saturating_sub(newest.get());
    let older = runs.into_iter().take(older).map(|(_, path)| path);
    older.map(|path| remove_run(&path).map(|()| path)).collect()
}

/// Removes a run's folder, and what points at it as the latest.
///
/// # Errors
/// If it is not the folder of a run, or could not be removed.
pub fn remove_run(folder: &Path) -> Result<(), StoreError> {
    if run_name(folder).is_none() {
        let path = folder.to_owned();
        return Err(StoreError::NoRun { path });
    }
    fs::remove_dir_all(folder).map_err(write_error(folder))?;
    let latest = folder.with_file_name(LATEST);
    let is_dangling = latest.is_symlink() && !latest.exists();
    if is_dangling {
        fs::remove_file(&latest).map_err(write_error(&latest))?;
    }
    Ok(())
}

/// The name of a complete run's folder; none of anything else. A link is no folder.
fn run_name(path: &Path) -> Option<RunName> {
    let is_run = !path.is_symlink() && path.join("run.json").is_file();
    parsed(path.file_name()?.to_str()?).filter(|_| is_run)
}

fn parsed(name: &str) -> Option<RunName> {
    let (moment, rest) = name.split_at_checked(MOMENT.len())?;
    let fits = |(byte, form): (u8, u8)| {
        if form == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == form
        }
    };
    let is_moment = moment.bytes().zip(MOMENT.iter().copied()).all(fits);
    let count = match rest.strip_prefix('-') {
        Some(count) => count.parse().ok()?,
        None if rest.is_empty() => 1,
        None => return None,
    };
    is_moment.then(|| (moment.to_owned(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: [&str; 4] = [
        "2026-11-21T23-59-59Z",
        "2026-11-22T00-00-00Z",
        "2026-11-22T00-00-00Z-2",
        "2026-11-22T00-00-00Z-10",
    ];

    /// A `captures/` with these runs, an unfinished one, and what is none.
    fn captures() -> tempfile::TempDir {
        let captures = tempfile::tempdir().unwrap();
        for name in RUNS.iter().chain(&["my-own", "2026-11-22T00-00-00Z-old"]) {
            fs::create_dir(captures.path().join(name)).unwrap();
            fs::write(captures.path().join(name).join("run.json"), "{}").unwrap();
        }
        fs::create_dir(captures.path().join("2020-01-01T00-00-00Z")).unwrap();
        fs::write(captures.path().join("README.md"), "").unwrap();
        captures
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_newest_runs_stay_and_what_is_no_run_is_never_touched() {
        let captures = captures();
        let two = NonZeroUsize::new(2).unwrap();
        let gone = remove_older_runs(captures.path(), two).unwrap();
        let older = [RUNS[0], RUNS[1]];
        assert_eq!(gone, older.map(|name| captures.path().join(name)));
        let stay = [
            "2020-01-01T00-00-00Z",
            RUNS[3],
            RUNS[2],
            "2026-11-22T00-00-00Z-old",
            "README.md",
            "my-own",
        ];
        assert_eq!(names(captures.path()), stay);
    }

    #[test]
    fn what_is_no_run_is_not_removed_when_named() {
        let captures = captures();
        for name in ["2020-01-01T00-00-00Z", "my-own", "nowhere"] {
            let error = remove_run(&captures.path().join(name)).unwrap_err();
            assert!(matches!(error, StoreError::NoRun { .. }), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_removed_run_is_no_longer_the_latest() {
        let captures = captures();
        let run = captures.path().join(RUNS[3]);
        crate::store::point_latest_at(&run).unwrap();
        remove_run(&run).unwrap();
        assert!(!captures.path().join(LATEST).is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_is_named_like_a_run_is_no_run() {
        let (captures, elsewhere) = (captures(), captures());
        let link = captures.path().join("2026-11-23T00-00-00Z");
        std::os::unix::fs::symlink(elsewhere.path().join("my-own"), &link).unwrap();
        assert!(remove_run(&link).is_err());
        assert!(elsewhere.path().join("my-own/run.json").is_file());
    }
}
