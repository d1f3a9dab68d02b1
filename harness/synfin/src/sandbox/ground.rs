//! What a scenario stands on, as init serves it: namespaces of its own, or the host itself.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal};
use synfin_core::manifest::Role;

use super::confinement::Confinement;
use super::host::{Host, Standing};
use super::inside::WireScope;
use super::message::{GroundOrder, Order, Owner};
use super::processes::Mark;
use super::sys::{self, Forked};
use super::{Step, furnish};

/// What a scenario stands on.
pub(super) enum Ground {
    /// Namespaces of its own; its programs run as this user.
    Namespaces(Owner),
    /// The host.
    Host(Host),
}

impl Ground {
    /// Furnishes it, with the descriptors that came with the order; tells the step that failed.
    pub(super) fn furnish(order: &Order, held: Vec<OwnedFd>) -> Result<Self, (Step, io::Error)> {
        match order.ground {
            GroundOrder::Namespaces { owner } => {
                furnish::furnish(order)?;
                Ok(Self::Namespaces(owner))
            }
            GroundOrder::Users { port } => Host::for_users(order, port, held).map(Self::Host),
            GroundOrder::OneUser => Host::for_one_user(order, held).map(Self::Host),
        }
    }

    /// Who the role's programs run as.
    pub(super) fn owner(&self, role: Role) -> io::Result<Owner> {
        match self {
            Self::Namespaces(owner) => Ok(*owner),
            Self::Host(host) => Ok(host.standing(role)?.owner()),
        }
    }

    /// Where init keeps the role's scratch.
    pub(super) fn scratch_of(&self, role: Role) -> PathBuf {
        let store = match self {
            Self::Namespaces(_) => Path::new(furnish::SCRATCH_STORE),
            Self::Host(host) => host.store(),
        };
        store.join(role.to_string())
    }

    /// Makes the role's scratch, of so many bytes.
    pub(super) fn make_scratch(&self, role: Role, bytes: u64) -> io::Result<()> {
        let (scratch, Owner { uid, gid }) = (self.scratch_of(role), self.owner(role)?);
        match self {
            Self::Namespaces(_) => {
                fs::create_dir(&scratch)?;
                let inodes = inodes_max(bytes);
                let options =
                    format!("mode=0700,uid={uid},gid={gid},size={bytes},nr_inodes={inodes}");
                furnish::mount_tmpfs(&scratch, &options)
            }
            Self::Host(_) => {
                super::host::make_private_folder(&scratch)?;
                chown(&scratch, Some(uid), Some(gid))
            }
        }
    }

    /// What is left of the role's scratch, which has so many bytes in all.
    pub(super) fn free_bytes(&self, role: Role, bytes: u64) -> io::Result<u64> {
        let scratch = self.scratch_of(role);
        match self {
            Self::Namespaces(_) => {
                let left = rustix::fs::statvfs(scratch)?;
                Ok(left.f_bavail * left.f_frsize)
            }
            Self::Host(_) => Ok(bytes.saturating_sub(super::host::used_bytes(&scratch))),
        }
    }

    /// Whether the kernel holds a role to the size of its scratch; else somebody else must.
    pub(super) fn bounds_scratch(&self) -> bool {
        match self {
            Self::Namespaces(_) => true,
            Self::Host(_) => false,
        }
    }

    /// Makes a role's keeper.
    pub(super) fn fork_keeper(&self) -> io::Result<Forked> {
        match self {
            Self::Namespaces(_) => sys::fork_into_own_namespaces(),
            Self::Host(_) => sys::fork(),
        }
    }

    /// What tells the processes of the role whose keeper this is from all others.
    pub(super) fn mark_of(&self, role: Role, keeper: Pid) -> io::Result<Mark> {
        match self {
            Self::Namespaces(_) => Mark::namespace_of(keeper),
            Self::Host(host) => Ok(match host.standing(role)? {
                Standing::User(user) => Mark::User(user),
                Standing::Domain(_) => Mark::Descent,
            }),
        }
    }

    /// How a keeper keeps the role apart.
    pub(super) fn confinement(&self, order: &Order, role: Role) -> io::Result<Confinement> {
        Ok(match self {
            Self::Namespaces(_) => Confinement::Namespaces {
                exposed: order.exposed.clone(),
                wine_prefix: order.wine_prefix.clone(),
            },
            Self::Host(host) => Confinement::Host {
                standing: host.standing(role)?.for_keeper(),
                visible: host.visible().to_vec(),
                init: rustix::process::getpid(),
            },
        })
    }

    /// What of the wire is the scenario's.
    pub(super) fn wire(&self) -> WireScope {
        match self {
            Self::Namespaces(_) => WireScope::All,
            Self::Host(host) => host.wire(),
        }
    }

    /// What a role's program is told of the number of its processes, of which it may have so many.
    pub(super) fn processes_max(&self, of_role: u64) -> io::Result<u64> {
        match self {
            Self::Namespaces(_) => Ok(of_role),
            Self::Host(host) => host.processes_max(of_role),
        }
    }

    /// Signals every process of these roles.
    pub(super) fn signal_everybody(
        &self,
        roles: impl Iterator<Item = Role>,
        signal: Signal,
    ) -> io::Result<()> {
        match self {
            Self::Namespaces(_) => sys::signal_all_others(signal),
            Self::Host(host) => host.signal_all_of(roles, signal),
        }
    }

    /// Leaves nothing behind that the kernel would not clear away.
    pub(super) fn leave(self) {
        match self {
            Self::Namespaces(_) => {
                // The kernel would kill them too, but not wait for them: what they cost would be lost.
                let _ = sys::signal_all_others(Signal::KILL);
                sys::wait_for_all_children();
            }
            Self::Host(host) => host.leave(),
        }
    }
}

/// How many files a scratch of this size may hold: one a page, and more than a submission has. Empty files take no bytes of a
/// tmpfs, but memory of the kernel.
fn inodes_max(scratch_bytes: u64) -> u64 {
    const OF_A_SUBMISSION: u64 = 16 * 1024;
    (scratch_bytes / 4096).max(OF_A_SUBMISSION)
}
