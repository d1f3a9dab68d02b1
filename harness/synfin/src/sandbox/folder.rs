//! A role's folder, as init serves it: made as a copy of the source folder, written before a program starts, read while and
//! after it runs. A program may have put anything there, so nothing is followed that leads out.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Seek};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{PermissionsExt, fchown, lchown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags};

use super::message::Owner;
use super::{FileKind, Listed};
use crate::store::{Bounds, Excess, LEFT_OUT};

/// How many entries of a directory are listed.
const LISTED_MAX: usize = 1_000;

/// Why a folder could not be copied.
#[derive(Debug, thiserror::Error)]
pub(super) enum CopyError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// There is too much of it.
    #[error("the program's folder has {0}")]
    TooMuch(#[from] Excess),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    let path = path.to_owned();
    move |source| CopyError::Io { path, source }
}

/// Copies what somebody handed in, without what does not belong to it, and gives the copy to `owner`. Its files have at most
/// `bytes_max` bytes.
pub(super) fn copy_submission(
    source: &Path,
    target: &Path,
    owner: Owner,
    bytes_max: u64,
) -> Result<(), CopyError> {
    copy((source, target), owner, Bounds::new(bytes_max), &LEFT_OUT)
}

/// Copies a folder and all that is in it, and gives the copy to `owner`. Its files have at most `bytes_max` bytes.
pub(super) fn copy_whole(
    source: &Path,
    target: &Path,
    owner: Owner,
    bytes_max: u64,
) -> Result<(), CopyError> {
    copy((source, target), owner, Bounds::new(bytes_max), &[])
}

/// The path of something open, for this process.
pub(super) fn path_of(directory: &impl AsRawFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()))
}

/// Copies the folder `source` into `target`, which exists, without entries called `left_out`.
fn copy(
    (source, target): (&Path, &Path),
    owner: Owner,
    mut bounds: Bounds,
    left_out: &[&str],
) -> Result<(), CopyError> {
    let mut waiting = VecDeque::from([PathBuf::new()]);
    while let Some(inner) = waiting.pop_front() {
        let directory = source.join(&inner);
        for entry in fs::read_dir(&directory).map_err(at(&directory))? {
            let entry = entry.map_err(at(&directory))?;
            let name = entry.file_name();
            if left_out.iter().any(|left_out| name == *left_out) {
                continue;
            }
            let inner = inner.join(name);
            let (from, to) = (source.join(&inner), target.join(&inner));
            let metadata = fs::symlink_metadata(&from).map_err(at(&from))?;
            let is_read = metadata.is_file();
            bounds.admit(&inner, if is_read { metadata.len() } else { 0 })?;
            if copy_entry(&from, &to, &metadata, owner)? == FileKind::Directory {
                waiting.push_back(inner);
            }
        }
    }
    Ok(())
}

/// Copies one entry: a directory without its contents, a link as it is (a virtual environment has some that lead out; nothing
/// here follows them); sockets, pipes and devices are left out.
fn copy_entry(
    from: &Path,
    to: &Path,
    metadata: &fs::Metadata,
    owner: Owner,
) -> Result<FileKind, CopyError> {
    let kind = FileKind::of(metadata.file_type());
    match kind {
        FileKind::Directory => fs::create_dir(to).map_err(at(to))?,
        FileKind::File => copy_contents(from, to).map_err(at(from))?,
        FileKind::Symlink => {
            let points_at = fs::read_link(from).map_err(at(from))?;
            symlink(points_at, to).map_err(at(to))?;
        }
        FileKind::Other => return Ok(kind),
    }
    if kind != FileKind::Symlink {
        // The owner of the copy may do with it what the owner of the original may.
        let mode = fs::Permissions::from_mode(metadata.permissions().mode() & 0o777 | 0o600);
        fs::set_permissions(to, mode).map_err(at(to))?;
    }
    lchown(to, Some(owner.uid), Some(owner.gid)).map_err(at(to))?;
    Ok(kind)
}

fn copy_contents(from: &Path, to: &Path) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut from = File::from(rustix::fs::open(from, flags, Mode::empty())?);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mut to = File::from(rustix::fs::open(to, flags, Mode::RUSR | Mode::WUSR)?);
    io::copy(&mut from, &mut to).map(drop)
}

/// Stores the whole of `contents` as the file `path` of the folder, for `owner`; makes its directories.
pub(super) fn put(folder: &Path, path: &Path, contents: OwnedFd, owner: Owner) -> io::Result<()> {
    let directory = make_directories(folder, path.parent().unwrap_or(Path::new("")), owner)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    // A program may have put a pipe in its place, and nobody at its other end.
    let flags =
        OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let mode = Mode::from_raw_mode(0o644);
    let file = rustix::fs::openat2(&directory, Path::new(name), flags, mode, beneath())?;
    let mut file = File::from(file);
    let mut contents = File::from(contents);
    contents.rewind()?;
    io::copy(&mut contents, &mut file)?;
    fchown(&file, Some(owner.uid), Some(owner.gid))
}

/// Makes each missing directory of `path` beneath the folder and opens the last.
pub(super) fn make_directories(folder: &Path, path: &Path, owner: Owner) -> io::Result<OwnedFd> {
    let mut directory = open_directory(folder, Path::new("."))?;
    for component in path.components() {
        let name = Path::new(component.as_os_str());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = || rustix::fs::openat2(&directory, name, flags, Mode::empty(), beneath());
        let opened = match open() {
            Err(rustix::io::Errno::NOENT) => {
                rustix::fs::mkdirat(&directory, name, Mode::from_raw_mode(0o755))?;
                let made = open()?;
                fchown(&made, Some(owner.uid), Some(owner.gid))?;
                made
            }
            opened => opened?,
        };
        directory = opened;
    }
    Ok(directory)
}

/// Opens the regular file `path` of the folder, without waiting for anything.
pub(super) fn open(folder: &Path, path: &Path) -> io::Result<OwnedFd> {
    let directory = open_directory(folder, Path::new("."))?;
    let look = |flags| {
        let flags = flags | OFlags::CLOEXEC;
        rustix::fs::openat2(&directory, path, flags, Mode::empty(), beneath())
    };
    let file = match look(READING) {
        Err(rustix::io::Errno::ACCESS) => open_closed(&File::from(look(OFlags::PATH)?))?,
        opened => opened?,
    };
    let file = File::from(file);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file.into())
}

/// How a file is opened that a program has made: without waiting for anything.
const READING: OFlags = OFlags::RDONLY
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// Opens a file that its program has closed to its own user, who is init's as well: C makes such files where open(2) is
/// told no mode.
fn open_closed(found: &File) -> io::Result<OwnedFd> {
    let its = found.metadata()?.permissions();
    let path = path_of(found);
    fs::set_permissions(&path, fs::Permissions::from_mode(its.mode() | 0o400))?;
    let opened = rustix::fs::open(&path, READING, Mode::empty());
    fs::set_permissions(&path, its)?;
    Ok(opened?)
}

/// Removes the file `path` of the folder, or the link of that name; it need not be there.
pub(super) fn remove(folder: &Path, path: &Path) -> io::Result<()> {
    let (parent, Some(name)) = (path.parent().unwrap_or(Path::new("")), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let removed = open_directory(folder, parent)
        .and_then(|directory| Ok(rustix::fs::unlinkat(&directory, name, AtFlags::empty())?));
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Lists the directory `path` of the folder, in the order of names.
pub(super) fn list(folder: &Path, path: &Path) -> io::Result<Vec<Listed>> {
    let directory = open_directory(folder, path)?;
    let mut listed = Vec::new();
    for entry in rustix::fs::Dir::read_from(&directory)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." || listed.len() == LISTED_MAX {
            continue;
        }
        let found = rustix::fs::statat(&directory, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
        listed.push(Listed {
            name: String::from_utf8_lossy(name).into_owned(),
            kind: FileKind::of_mode(rustix::fs::FileType::from_raw_mode(found.st_mode)),
            size_bytes: u64::try_from(found.st_size).unwrap_or(0),
        });
    }
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(listed)
}

pub(super) fn open_directory(folder: &Path, path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::openat(CWD, folder, flags | OFlags::NOFOLLOW, Mode::empty())?;
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    Ok(rustix::fs::openat2(
        &folder,
        path,
        flags,
        Mode::empty(),
        beneath(),
    )?)
}

fn beneath() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV
}

impl FileKind {
    fn of(kind: fs::FileType) -> Self {
        if kind.is_dir() {
            Self::Directory
        } else if kind.is_file() {
            Self::File
        } else if kind.is_symlink() {
            Self::Symlink
        } else {
            Self::Other
        }
    }

    fn of_mode(kind: rustix::fs::FileType) -> Self {
        match kind {
            rustix::fs::FileType::Directory => Self::Directory,
            rustix::fs::FileType::RegularFile => Self::File,
            rustix::fs::FileType::Symlink => Self::Symlink,
            _ => Self::Other,
        }
    }
}
