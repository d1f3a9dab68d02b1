//! How a role is kept apart from all others, as its keeper and its program see to it.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal};

use super::fence::Fence;
use super::host::Standing;
use super::keeper::END_ROLE;
use super::message::Owner;
use super::{fence, host, sys, view, wine};

/// How a role is kept apart.
pub(super) enum Confinement {
    /// By its keeper's pid and mount namespaces.
    Namespaces {
        /// What stays visible below the place where scratch is mounted.
        exposed: Vec<PathBuf>,
        /// The Wine prefix to see, if the program runs under Wine.
        wine_prefix: Option<PathBuf>,
    },
    /// By a user or a domain of its own, and a fence around its program.
    Host {
        /// What it is there.
        standing: Standing,
        /// What the program may read.
        visible: Vec<PathBuf>,
        /// Init: when it ends, so does the role.
        init: Pid,
    },
}

impl Confinement {
    /// Where the program finds its scratch, which init keeps at `scratch`.
    pub(super) fn home<'a>(&self, scratch: &'a Path) -> &'a Path {
        match self {
            Self::Namespaces { .. } => Path::new(view::SCRATCH),
            Self::Host { .. } => scratch,
        }
    }

    /// What the program's environment says of its scratch.
    pub(super) fn environment(&self, scratch: &Path) -> Vec<(&'static str, String)> {
        let home = self.home(scratch).display().to_string();
        match self {
            Self::Namespaces { .. } => vec![("HOME", home)],
            // Everybody's temporary folder is closed to it.
            Self::Host { .. } => vec![("HOME", home.clone()), ("TMPDIR", home)],
        }
    }

    /// Makes this process, a keeper, the one that all processes of its role belong to.
    pub(super) fn enter(&self, scratch: &Path, owner: Owner) -> io::Result<()> {
        match self {
            Self::Namespaces {
                exposed,
                wine_prefix,
            } => {
                view::enter(scratch, exposed)?;
                let prefix = wine_prefix.as_deref();
                prefix.map_or(Ok(()), |prefix| wine::mount_prefix(prefix, owner))
            }
            Self::Host { standing, init, .. } => {
                sys::adopt_orphans()?;
                // Init has one thread, whose end is its own.
                rustix::process::set_parent_process_death_signal(Some(END_ROLE))?;
                if rustix::process::getppid() != Some(*init) {
                    return Err(io::Error::other("init has ended"));
                }
                match standing {
                    Standing::User(_) => Ok(()),
                    Standing::Domain(_) => fence::enclose_signals(),
                }
            }
        }
    }

    /// The fence around the program whose standard input this is, if it needs one; made with the rights that the program will
    /// not have.
    pub(super) fn fence(&self, scratch: &Path, stdin: &OwnedFd) -> io::Result<Option<Fence>> {
        let Self::Host {
            standing, visible, ..
        } = self
        else {
            return Ok(None);
        };
        let fence = match standing {
            Standing::User(_) => Fence::around(visible, scratch, Some("/dev/pts".into())),
            // The other terminals are the user's own.
            Standing::Domain(_) => {
                Fence::around(visible, scratch, terminal(stdin))?.with_refusals()
            }
        };
        fence.map(Some)
    }

    /// Kills all processes of the role; `program`, as long as it has not been reaped, may not be its user's yet.
    pub(super) fn end(&self, program: Option<Pid>) -> io::Result<()> {
        match self {
            Self::Namespaces { .. } => sys::signal_all_others(Signal::KILL),
            Self::Host { standing, .. } => match standing {
                Standing::User(user) => {
                    if let Some(program) = program {
                        rustix::process::kill_process(program, Signal::KILL)?;
                    }
                    host::signal_all(*user, Signal::KILL)
                }
                Standing::Domain(_) => sys::signal_all_others(Signal::KILL),
            },
        }
    }
}

/// The path of the terminal that this is, if it is one.
fn terminal(stdin: &OwnedFd) -> Option<PathBuf> {
    let path = rustix::termios::ttyname(stdin, Vec::new()).ok()?;
    Some(PathBuf::from(OsString::from_vec(path.into_bytes())))
}
