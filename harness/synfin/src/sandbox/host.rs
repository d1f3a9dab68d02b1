//! The host as a scenario's ground: users, a folder for scratch that is removed at the end, and the turn on `lo`. It needs root,
//! with a few capabilities that a container's root has.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use synfin_core::manifest::Role;
use tempfile::TempDir;

use super::message::Order;
use super::service::found;
use super::users::{User, Users};
use super::{Step, fence, sys};

/// How many files and directories are counted: one that makes more is counted as full.
const COUNTED_MAX: usize = 20_000;

/// Bytes of a block as stat(2) counts them.
const BLOCK_BYTES: u64 = 512;

/// The host, furnished.
pub(super) struct Host {
    scratch: TempDir,
    users: Users,
    visible: Vec<PathBuf>,
    port: Option<u16>,
    /// The turn on `lo`, if the scenario captures: given back when this process and every keeper have ended.
    _turn: Vec<OwnedFd>,
}

impl Host {
    pub(super) fn furnish(
        order: &Order,
        port: Option<u16>,
        turn: Vec<OwnedFd>,
    ) -> Result<Self, (Step, io::Error)> {
        let at = |step: Step| move |error: io::Error| (step, error);
        refuse_conditions(order)?;
        let users = Users::take().map_err(at(Step::Users))?;
        let user = users.of(Role::Server).map_err(at(Step::Users))?;
        user.acting(|| ()).map_err(at(Step::ActAsUser))?;
        fence::check().map_err(at(Step::Fence))?;
        Ok(Self {
            scratch: make_store(user).map_err(at(Step::SharedScratch))?,
            users,
            visible: fence::visible(&order.hidden, &order.exposed),
            port,
            _turn: turn,
        })
    }

    pub(super) fn user(&self, role: Role) -> io::Result<User> {
        self.users.of(role)
    }

    pub(super) fn store(&self) -> &Path {
        self.scratch.path()
    }

    pub(super) fn visible(&self) -> &[PathBuf] {
        &self.visible
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.port
    }

    pub(super) fn signal_all_of(
        &self,
        roles: impl Iterator<Item = Role>,
        signal: Signal,
    ) -> io::Result<()> {
        for role in roles {
            signal_all(self.user(role)?, signal)?;
        }
        Ok(())
    }

    /// Waits until every keeper, told to end its role, has ended, and removes all scratch.
    pub(super) fn leave(self) {
        sys::wait_for_all_children();
        // Nobody is left who could be told that it failed.
        let _ = clear(self.scratch.path()).and_then(|()| self.scratch.close());
    }
}

/// Signals all that runs as this user; that nothing does is no failure.
pub(super) fn signal_all(user: User, signal: Signal) -> io::Result<()> {
    match user.acting(|| sys::signal_all_others(signal))? {
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        result => result,
    }
}

/// A folder that roles, such as this user, reach their own scratch through, and cannot look into.
fn make_store(user: User) -> io::Result<TempDir> {
    let store = tempfile::Builder::new().prefix("synfin-").tempdir()?;
    // Whatever the umask says.
    fs::set_permissions(&store, Permissions::from_mode(0o711))?;
    user.acting(|| fs::metadata(store.path().join(".")))??;
    Ok(store)
}

/// Makes a folder that is its owner's alone.
pub(super) fn make_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// What lies in the folder, in bytes of disk; more than any disk has, if it cannot be counted: names too long for a path,
/// or too many.
pub(super) fn used_bytes(folder: &Path) -> u64 {
    count(folder).unwrap_or(u64::MAX)
}

fn count(folder: &Path) -> io::Result<u64> {
    let mut waiting = vec![folder.to_owned()];
    let (mut bytes, mut counted) = (0, 0);
    while let Some(next) = waiting.pop() {
        // What its program removes in the meantime is not there.
        for entry in found(fs::read_dir(next))?.into_iter().flatten() {
            let Some(entry) = found(entry.and_then(|entry| Ok((entry.path(), entry.metadata()?))))?
            else {
                continue;
            };
            let (path, metadata) = entry;
            bytes += metadata.blocks() * BLOCK_BYTES;
            counted += 1;
            if counted > COUNTED_MAX {
                return Err(io::Error::other("more than are counted"));
            }
            if metadata.is_dir() {
                waiting.push(path);
            }
        }
    }
    Ok(bytes)
}

/// Removes all that lies in `store`, however deep: each folder is moved up before it is emptied, so that no path is too long.
fn clear(store: &Path) -> io::Result<()> {
    let mut moved = 0_u64;
    let mut waiting = fs::read_dir(store)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                let up = store.join(moved.to_string());
                moved += 1;
                fs::rename(entry.path(), &up)?;
                waiting.push(up);
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        fs::remove_dir(&folder)?;
    }
    Ok(())
}

/// The host's `lo` is everybody's.
fn refuse_conditions(order: &Order) -> Result<(), (Step, io::Error)> {
    let Some(link) = order.link else {
        return Ok(());
    };
    let steps = [
        (link.mtu_bytes.is_some(), Step::Mtu),
        (link.loses_one_of.is_some(), Step::Loss),
        (link.delay_ms.is_some(), Step::Delay),
    ];
    let asked_for = steps.into_iter().find(|(is_asked_for, _)| *is_asked_for);
    match asked_for {
        Some((_, step)) => Err((step, io::Error::other("the wire is the host's"))),
        None => Ok(()),
    }
}
