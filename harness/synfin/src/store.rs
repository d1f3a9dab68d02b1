//! Files: recordings read, reports written. A file is either there whole or not at all.
//!
//! ```text
//! captures/RUN/   run.json, rubric and targets verbatim, <stem>.pcap, <stem>.json, <stem>/…log
//! reports/RUN/    report.json and what is rendered from it
//! ```

#![expect(
    clippy::disallowed_methods,
    reason = "this is the module that reads and writes files"
)]

mod bounds;
mod keep;
mod tree;

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use synfin_core::manifest::{ManifestError, Recorded, RunFile};
use tempfile::NamedTempFile;

pub use self::bounds::{Bounds, Excess, LEFT_OUT};
pub use self::keep::{remove_older_runs, remove_run};
pub use self::tree::digest_of_tree;

/// What went wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be read.
    #[error("read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be written.
    #[error("write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not what a recording of this version holds.
    #[error("understand {}", path.display())]
    Parse {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: ManifestError,
    },
    /// There is too much in it to be read.
    #[error("read {}: it has {excess}", path.display())]
    TooMuch {
        /// Which folder.
        path: PathBuf,
        /// Of what.
        excess: Excess,
    },
    /// It was to be removed as a run, and is none.
    #[error("remove {}: it is not the folder of a run", path.display())]
    NoRun {
        /// Which.
        path: PathBuf,
    },
}

/// A run's folder, read but for its captures.
#[derive(Debug)]
pub struct StoredRun {
    /// What was asked for, where, and what came of it.
    pub run: RunFile,
    /// The rubric's text.
    pub rubric: String,
    /// The target's text.
    pub target: String,
    /// The text of the target whose server ran, if it is another than the client's.
    pub server: Option<String>,
    /// The Windows target's text.
    pub windows: Option<String>,
    /// Every recording, in the run's order.
    pub recordings: Vec<StoredRecording>,
}

/// One recording of a run.
#[derive(Debug)]
pub struct StoredRecording {
    /// Its file stem, `five-at-once`.
    pub stem: String,
    /// All that is not on the wire.
    pub manifest: Recorded,
    /// Where its capture lies.
    pub capture: PathBuf,
}

/// Reads a run's folder. A recording may come from anywhere; its manifests name no file outside it, or are refused.
pub fn read_run(folder: &Path) -> Result<StoredRun, StoreError> {
    let run = parsed(&folder.join("run.json"), RunFile::from_json)?;
    let text = |name: &str| read_text(&folder.join(name));
    let stems = run.scenarios.iter().flat_map(|entry| &entry.recordings);
    Ok(StoredRun {
        rubric: text(&run.rubric)?,
        target: text(&run.targets.target)?,
        server: run.targets.server.as_deref().map(text).transpose()?,
        windows: run.targets.windows.as_deref().map(text).transpose()?,
        recordings: stems
            .map(|stem| read_recording(folder, stem))
            .collect::<Result<_, _>>()?,
        run,
    })
}

fn read_recording(folder: &Path, stem: &str) -> Result<StoredRecording, StoreError> {
    let manifest = parsed(&folder.join(format!("{stem}.json")), Recorded::from_json)?;
    Ok(StoredRecording {
        stem: stem.to_owned(),
        capture: folder.join(&manifest.capture.file),
        manifest,
    })
}

fn parsed<T>(path: &Path, parse: fn(&[u8]) -> Result<T, ManifestError>) -> Result<T, StoreError> {
    parse(&read(path)?).map_err(|source| StoreError::Parse {
        path: path.to_owned(),
        source,
    })
}

/// A file to be read from its beginning.
pub fn open(path: &Path) -> Result<BufReader<File>, StoreError> {
    let file = File::open(path).and_then(refuse_folder);
    file.map(BufReader::new).map_err(read_error(path))
}

/// A folder can be opened on some systems; the reason for failing to read it would come late and unclear.
fn refuse_folder(file: File) -> io::Result<File> {
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok(file)
}

/// A file's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(read_error(path))
}

/// A file's text, which is UTF-8.
pub fn read_text(path: &Path) -> Result<String, StoreError> {
    fs::read_to_string(path).map_err(read_error(path))
}

fn read_error(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    |source| StoreError::Read { path, source }
}

/// Makes a folder and those above it; it may be there already.
pub fn create_folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).map_err(write_error(path))
}

/// Makes a folder that was not there before: `name` in `parent`, or `name-2` and so on. Gives its path and name.
pub fn create_fresh_folder(parent: &Path, name: &str) -> Result<(PathBuf, String), StoreError> {
    let names =
        std::iter::once(name.to_owned()).chain((2..).map(|count| format!("{name}-{count}")));
    for name in names {
        let path = parent.join(&name);
        match fs::create_dir(&path) {
            Ok(()) => return Ok((path, name)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(write_error(&path)(error)),
        }
    }
    unreachable!("the names never end")
}

/// A new, empty file, to be written as a stream.
pub fn create(path: &Path) -> Result<File, StoreError> {
    File::create(path).map_err(write_error(path))
}

/// Length and SHA-256, hexadecimal, of what is left to read of a file.
pub fn digest(file: &mut File) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let bytes = io::copy(file, &mut hasher)?;
    Ok((bytes, format!("{:x}", hasher.finalize())))
}

/// SHA-256 of a file, hexadecimal.
pub fn digest_of(path: &Path) -> Result<String, StoreError> {
    let digest = File::open(path).and_then(|mut file| digest(&mut file));
    digest.map(|(_, sha256)| sha256).map_err(read_error(path))
}

/// The first bytes of a file, at most so many.
pub fn read_start(path: &Path, bytes_at_most: u64) -> Result<Vec<u8>, StoreError> {
    let mut start = Vec::new();
    let read = open(path)?.take(bytes_at_most).read_to_end(&mut start);
    read.map(|_| start).map_err(read_error(path))
}

/// Writes a file that was not there before.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let file = File::create_new(path);
    file.and_then(|mut file| file.write_all(bytes))
        .map_err(write_error(path))
}

/// The names of a folder's regular files that are not hidden, in order.
pub fn file_names(folder: &Path) -> Result<Vec<String>, StoreError> {
    let list = || {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_file() && !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    };
    list().map_err(read_error(folder))
}

/// Folders that hold nothing which somebody wrote, or our own outputs.
const NOT_WRITTEN: [&str; 9] = [
    "target",
    "build",
    "classes",
    "bin",
    "venv",
    "node_modules",
    "__pycache__",
    "captures",
    "reports",
];

/// The paths of the files in a folder and in those below it, so many folders at most: those nearest to it first, then in the
/// order of names. A folder that cannot be read is left out, unless it is the first.
pub fn file_names_below(folder: &Path, folders_max: usize) -> Result<Vec<String>, StoreError> {
    let mut names = file_names(folder)?;
    let mut folders = folders_in(folder, "");
    let mut looked_at = 0;
    while looked_at < folders.len().min(folders_max) {
        let below = folders[looked_at].clone();
        looked_at += 1;
        let path = folder.join(&below);
        let found = file_names(&path).unwrap_or_default();
        names.extend(found.into_iter().map(|name| format!("{below}/{name}")));
        folders.extend(folders_in(&path, &format!("{below}/")));
    }
    Ok(names)
}

/// The folders directly in one, behind this prefix.
fn folders_in(folder: &Path, prefix: &str) -> Vec<String> {
    let is_wanted = |name: &str| !name.starts_with('.') && !NOT_WRITTEN.contains(&name);
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| is_wanted(name))
        .map(|name| format!("{prefix}{name}"))
        .collect();
    names.sort();
    names
}

/// Writes a file beside its place and moves it there: a reader sees the old file or the new one, never a part.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || {
        let mut file = temporary_beside(path)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(write_error(path))
}

/// A temporary file in the folder of `path`, with the permissions of an ordinary new file.
fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".synfin-").tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    |source| StoreError::Write { path, source }
}

/// What points at the newest run, beside the runs: a symbolic link. On Windows, where making one takes a privilege, a
/// text file that holds the run's name.
pub const LATEST: &str = if cfg!(unix) { "latest" } else { "latest.txt" };

/// Lets [`LATEST`] point at a run's folder, which it stands beside.
pub fn point_latest_at(folder: &Path) -> Result<(), StoreError> {
    let latest = folder.with_file_name(LATEST);
    let name = Path::new(folder.file_name().unwrap_or_default());
    point(&latest, name).map_err(write_error(&latest))
}

#[cfg(unix)]
fn point(latest: &Path, name: &Path) -> io::Result<()> {
    let place = tempfile::Builder::new()
        .prefix(".synfin-")
        .tempdir_in(folder_of(latest))?;
    let fresh = place.path().join(LATEST);
    std::os::unix::fs::symlink(name, &fresh)?;
    fs::rename(&fresh, latest)
}

#[cfg(not(unix))]
fn point(latest: &Path, name: &Path) -> io::Result<()> {
    let mut file = temporary_beside(latest)?;
    file.write_all(name.to_string_lossy().as_bytes())?;
    file.persist(latest)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_atomically(&path, b"a longer text").unwrap();
        write_atomically(&path, b"short").unwrap();
        assert_eq!(read_text(&path).unwrap(), "short");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/report.json");
        let error = write_atomically(&path, b"").unwrap_err();
        assert_eq!(error.to_string(), format!("write {}", path.display()));
    }

    #[cfg(unix)]
    #[test]
    fn latest_moves_from_run_to_run() {
        let captures = tempfile::tempdir().unwrap();
        for run in ["first", "second"] {
            let folder = captures.path().join(run);
            create_folder(&folder).unwrap();
            point_latest_at(&folder).unwrap();
            assert_eq!(
                fs::read_link(captures.path().join(LATEST)).unwrap(),
                Path::new(run)
            );
        }
        assert_eq!(fs::read_dir(captures.path()).unwrap().count(), 3);
    }
}
