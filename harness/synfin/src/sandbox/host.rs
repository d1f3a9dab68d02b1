//! The host as a scenario's ground: a folder for scratch that is removed at the end, the turn on `lo`, and what tells roles apart.
//! That is a user for each, which needs root, with a few capabilities that a container's root has; or, where all are the same
//! user, Landlock domains: one around init, in it one around each keeper, in that one around the program. A signal leads into a
//! domain and never out, so that `kill(-1)` reaches for init all of the scenario, for a keeper all of its role, and nobody else.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use synfin_core::manifest::Role;
use tempfile::TempDir;

use super::inside::WireScope;
use super::message::{Order, Owner};
use super::service::found;
use super::users::{User, Users};
use super::{Step, fence, processes, refusals, sys};

/// How many files and directories are counted: one that makes more is counted as full.
const COUNTED_MAX: usize = 20_000;

/// Bytes of a block as stat(2) counts them.
const BLOCK_BYTES: u64 = 512;

/// The host, furnished.
pub(super) struct Host {
    scratch: TempDir,
    roles: Roles,
    visible: Vec<PathBuf>,
    wire: WireScope,
    /// The turn on `lo`, if the scenario captures: given back when this process and every keeper have ended.
    _turn: Vec<OwnedFd>,
}

/// How roles are told apart.
enum Roles {
    /// By their users.
    Users(Users),
    /// By their descent and their Landlock domains, for all are this user's.
    OneUser(Owner),
}

/// What a role is on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A user of its own.
    User(User),
    /// One of several of the same user, each in a domain of its own, out of which no signal leads.
    Domain(Owner),
}

impl Standing {
    pub(super) fn owner(self) -> Owner {
        match self {
            Self::User(user) => user.owner,
            Self::Domain(owner) => owner,
        }
    }

    /// The same, as the role's keeper acts upon it.
    pub(super) fn for_keeper(self) -> Self {
        match self {
            Self::User(user) => Self::User(user.for_keeper()),
            Self::Domain(_) => self,
        }
    }
}

impl Host {
    /// The host with a user for each role, whose frames are those of this port.
    pub(super) fn for_users(
        order: &Order,
        port: Option<u16>,
        turn: Vec<OwnedFd>,
    ) -> Result<Self, (Step, io::Error)> {
        refuse_conditions(order)?;
        let users = Users::take().map_err(at(Step::Users))?;
        let user = users.of(Role::Server).map_err(at(Step::Users))?;
        user.acting(|| ()).map_err(at(Step::ActAsUser))?;
        fence::check().map_err(at(Step::Fence))?;
        let scratch = make_store().and_then(|store| reach(store, user));
        Ok(Self {
            scratch: scratch.map_err(at(Step::SharedScratch))?,
            roles: Roles::Users(users),
            visible: fence::visible(&order.hidden, &order.exposed),
            wire: WireScope::Port(port),
            _turn: turn,
        })
    }

    /// The host with this process's user for all roles. From here on this process, and all that it starts, can signal nobody else.
    pub(super) fn for_one_user(
        order: &Order,
        turn: Vec<OwnedFd>,
    ) -> Result<Self, (Step, io::Error)> {
        refuse_conditions(order)?;
        fence::enclose_signals().map_err(at(Step::EncloseSignals))?;
        refusals::for_one_user().map_err(at(Step::RefuseCalls))?;
        // What a keeper that was killed leaves behind.
        sys::adopt_orphans().map_err(at(Step::Start))?;
        Ok(Self {
            scratch: make_store().map_err(at(Step::SharedScratch))?,
            roles: Roles::OneUser(Owner::of_this_process()),
            visible: fence::visible(&order.hidden, &order.exposed),
            wire: WireScope::Lent,
            _turn: turn,
        })
    }

    pub(super) fn standing(&self, role: Role) -> io::Result<Standing> {
        match &self.roles {
            Roles::Users(users) => users.of(role).map(Standing::User),
            Roles::OneUser(owner) => Ok(Standing::Domain(*owner)),
        }
    }

    pub(super) fn store(&self) -> &Path {
        self.scratch.path()
    }

    pub(super) fn visible(&self) -> &[PathBuf] {
        &self.visible
    }

    pub(super) fn wire(&self) -> WireScope {
        self.wire
    }

    /// How many processes and threads a role's user may have, for the role to have so many more than there are.
    pub(super) fn processes_max(&self, of_role: u64) -> io::Result<u64> {
        match &self.roles {
            Roles::Users(_) => Ok(of_role),
            Roles::OneUser(owner) => Ok(processes::threads_of_user(owner.uid)? + of_role),
        }
    }

    pub(super) fn signal_all_of(
        &self,
        mut roles: impl Iterator<Item = Role>,
        signal: Signal,
    ) -> io::Result<()> {
        match &self.roles {
            Roles::Users(users) => roles.try_for_each(|role| signal_all(users.of(role)?, signal)),
            Roles::OneUser(_) => sys::signal_all_others(signal),
        }
    }

    /// Waits until every keeper, told to end its role, has ended, and removes all scratch.
    pub(super) fn leave(self) {
        if let Roles::OneUser(_) = self.roles {
            // Also what has lost its keeper.
            let _ = sys::signal_all_others(Signal::KILL);
        }
        sys::wait_for_all_children();
        // Nobody is left who could be told that it failed.
        let _ = clear(self.scratch.path()).and_then(|()| self.scratch.close());
    }
}

fn at(step: Step) -> impl Fn(io::Error) -> (Step, io::Error) {
    move |error| (step, error)
}

/// Signals all that runs as this user; that nothing does is no failure.
pub(super) fn signal_all(user: User, signal: Signal) -> io::Result<()> {
    match user.acting(|| sys::signal_all_others(signal))? {
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        result => result,
    }
}

/// A folder that roles reach their own scratch through, and cannot look into.
fn make_store() -> io::Result<TempDir> {
    let store = tempfile::Builder::new().prefix("synfin-").tempdir()?;
    // Whatever the umask says.
    fs::set_permissions(&store, Permissions::from_mode(0o711))?;
    Ok(store)
}

/// The folder, if this user can enter it.
fn reach(store: TempDir, user: User) -> io::Result<TempDir> {
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
        .map(|entry| reopened(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                let up = store.join(moved.to_string());
                moved += 1;
                fs::rename(reopened(entry.path())?, &up)?;
                waiting.push(up);
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        fs::remove_dir(&folder)?;
    }
    Ok(())
}

/// The folder, which its program may have closed to its own user.
fn reopened(folder: PathBuf) -> io::Result<PathBuf> {
    fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
    Ok(folder)
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
