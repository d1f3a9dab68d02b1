//! What one role sees of the file system: its own scratch on `/tmp`, its own processes in `/proc`, its own terminals.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags};

use super::furnish::{SCRATCH_STORE, mount_fresh_proc, mount_tmpfs};

/// Where a role's scratch is mounted; its folder is below, named after the role. What lies there outside is hidden.
pub(crate) const SCRATCH: &str = "/tmp";

/// Shared memory that programs of one role may use among themselves.
const SHARED_MEMORY_OPTIONS: &str = "mode=1777,size=64m,nr_inodes=16384";

/// Makes this process's mount namespace, a copy of init's, the view of the role whose scratch init keeps at `scratch`.
/// `exposed` stays visible where it is.
pub(super) fn enter(scratch: &Path, exposed: &[PathBuf]) -> io::Result<()> {
    // All of it would cover the scratch itself.
    let covered = |path: &&PathBuf| {
        path.starts_with(SCRATCH) && path.as_path() != Path::new(SCRATCH) && path.exists()
    };
    let exposed = exposed
        .iter()
        .filter(covered)
        .map(|path| Ok((path, copy_of_mount(path)?)))
        .collect::<io::Result<Vec<_>>>()?;
    attach(&copy_of_mount(scratch)?, Path::new(SCRATCH))?;
    for (path, tree) in exposed {
        make_mount_point(path, &tree)?;
        attach(&tree, path)?;
    }
    mount_tmpfs(SCRATCH_STORE, SHARED_MEMORY_OPTIONS)?;
    mount_own_terminals()?;
    mount_fresh_proc()
}

fn copy_of_mount(path: &Path) -> io::Result<OwnedFd> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE;
    Ok(rustix::mount::open_tree(CWD, path, flags)?)
}

fn attach(tree: &OwnedFd, at: &Path) -> io::Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    Ok(rustix::mount::move_mount(tree, "", CWD, at, flags)?)
}

/// Makes something of the tree's kind at `path`, for it to be mounted on.
fn make_mount_point(path: &Path, tree: &OwnedFd) -> io::Result<()> {
    let is_directory = fs::File::from(tree.try_clone()?).metadata()?.is_dir();
    if is_directory {
        return fs::create_dir_all(path);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map(drop)
}

/// The host's terminals belong to the user who runs the harness, and so would to a program of his: it gets none of them.
fn mount_own_terminals() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    let options = c"newinstance,ptmxmode=0666,mode=0620";
    Ok(rustix::mount::mount(
        "devpts", "/dev/pts", "devpts", flags, options,
    )?)
}
