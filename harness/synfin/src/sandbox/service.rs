//! What init does for the harness, one request at a time.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use synfin_core::manifest::Role;

use super::inside::make_socket;
use super::keeper::{self, Keeping};
use super::message::{Order, Origin, Reply, Request, SpawnOrder};
use super::processes::RoleProcesses;
use super::program::{self, Limits};
use super::sys::{self, Forked};
use super::{RoleStat, Scope, Signal, Usage, folder, furnish, processes};

/// What init knows.
pub(super) struct Service {
    order: Order,
    /// The processes of each role that was started; of its latest keeper, if there were several.
    roles: HashMap<Role, RoleProcesses>,
}

/// A reply and its descriptors.
type Answer = (Reply, Vec<OwnedFd>);

/// Why init does not do something, in words.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Copy(#[from] folder::CopyError),
    #[error("the request came without its {0} descriptors")]
    Descriptors(usize),
    #[error("the namespaces are furnished already")]
    Furnished,
    #[error("the harness has ended")]
    HarnessGone,
    #[error("{0} has no folder yet")]
    NotPrepared(Role),
}

impl Service {
    pub(super) fn new(order: Order) -> Self {
        Self {
            order,
            roles: HashMap::new(),
        }
    }

    /// Does what is asked; `control` is watched for the harness's end meanwhile.
    pub(super) fn handle(
        &mut self,
        request: Request,
        fds: Vec<OwnedFd>,
        control: &OwnedFd,
    ) -> Answer {
        self.try_handle(request, fds, control)
            .unwrap_or_else(|why| {
                plain(Reply::Refused {
                    why: why.to_string(),
                })
            })
    }

    fn try_handle(
        &mut self,
        request: Request,
        fds: Vec<OwnedFd>,
        control: &OwnedFd,
    ) -> Result<Answer, Refusal> {
        Ok(match request {
            Request::Furnish(_) => return Err(Refusal::Furnished),
            Request::Prepare { role, origin } => {
                self.prepare(role, &origin, fds)?;
                plain(Reply::Done)
            }
            Request::OpenFolder { role } => {
                let opened = folder::open_directory(&folder_of(role)?, Path::new(""))?;
                (Reply::Done, vec![opened])
            }
            Request::MakeFolder { role, path } => {
                folder::make_directories(&folder_of(role)?, &path, self.order.owner)?;
                plain(Reply::Done)
            }
            Request::Put { role, path } => {
                let [contents] = exactly(fds)?;
                folder::put(&folder_of(role)?, &path, contents, self.order.owner)?;
                plain(Reply::Done)
            }
            Request::Remove { role, path } => {
                folder::remove(&folder_of(role)?, &path)?;
                plain(Reply::Done)
            }
            Request::Spawn(order) => plain(self.spawn(order, exactly(fds)?, control)?),
            Request::Signal {
                role,
                signal,
                scope,
            } => plain(self.signal(role, signal, scope)?),
            Request::Socket(kind) => (Reply::Done, make_socket(kind)?),
            Request::Usage => plain(Reply::Usage(self.usage()?)),
            Request::Stat { role } => plain(Reply::Stat(self.stat(role)?)),
            Request::ListenOverflows => plain(Reply::Count(processes::listen_overflows()?)),
            Request::Open { role, path } => match found(folder::open(&folder_of(role)?, &path))? {
                Some(file) => (Reply::Done, vec![file]),
                None => plain(Reply::Absent),
            },
            Request::List { role, path } => {
                let listed = found(folder::list(&folder_of(role)?, &path))?;
                plain(listed.map_or(Reply::Absent, Reply::Listed))
            }
        })
    }

    fn prepare(&self, role: Role, origin: &Origin, fds: Vec<OwnedFd>) -> Result<(), Refusal> {
        let Order {
            owner,
            scratch_bytes,
            ..
        } = self.order;
        let scratch = scratch_of(role);
        fs::create_dir(&scratch)?;
        let options = format!(
            "mode=0700,uid={},gid={},size={scratch_bytes},nr_inodes={}",
            owner.uid,
            owner.gid,
            inodes_max(scratch_bytes)
        );
        furnish::mount_tmpfs(&scratch, &options)?;
        let folder = scratch.join(role.to_string());
        fs::create_dir(&folder)?;
        chown(&folder, Some(owner.uid), Some(owner.gid))?;
        match origin {
            Origin::Nothing => {}
            Origin::Folder(source) => folder::copy_submission(source, &folder, owner)?,
            Origin::Built => {
                let [built] = exactly(fds)?;
                folder::copy_whole(&folder::path_of(&built), &folder, owner)?;
            }
        }
        Ok(())
    }

    /// Starts a keeper and waits until its program is executed, or until it is known why not.
    fn spawn(
        &mut self,
        order: SpawnOrder,
        fds: [OwnedFd; 4],
        control: &OwnedFd,
    ) -> Result<Reply, Refusal> {
        let role = order.role;
        folder_of(role)?;
        let (report, failed) = io::pipe()?;
        let keeping = self.keeping(order, fds, failed);
        match sys::fork_into_own_namespaces()? {
            Forked::Child => keeper::keep(keeping),
            Forked::Parent(pid) => {
                drop(keeping);
                self.roles.insert(role, RoleProcesses::of_keeper(pid)?);
                outcome(report, control)
            }
        }
    }

    fn keeping(&self, order: SpawnOrder, fds: [OwnedFd; 4], failed: io::PipeWriter) -> Keeping {
        let [stdin, stdout, stderr, ended] = fds;
        Keeping {
            owner: self.order.owner,
            scratch: scratch_of(order.role),
            order,
            exposed: self.order.exposed.clone(),
            wine_prefix: self.order.wine_prefix.clone(),
            limits: Limits {
                processes_max: self.order.processes_max,
                file_bytes_max: self.order.scratch_bytes,
                cpu_s: self.order.cpu_s,
                data_bytes_max: self.order.data_bytes_max,
            },
            standard: [stdin, stdout, stderr],
            ended,
            failed: failed.into(),
        }
    }

    fn signal(&self, role: Role, signal: Signal, scope: Scope) -> io::Result<Reply> {
        let was_there = match (self.roles.get(&role), scope, signal) {
            (None, _, _) => false,
            (Some(its), Scope::Program, _) => its.signal_program(signal.into())?,
            // The keeper kills without missing what is being forked, and still reports the end.
            (Some(its), Scope::Role, Signal::Kill) => its.signal_keeper(keeper::END_ROLE)?,
            (Some(its), Scope::Role, _) => its.signal_all(signal.into())?,
        };
        Ok(if was_there {
            Reply::Done
        } else {
            Reply::Absent
        })
    }

    /// What every role that was started uses; of one that has ended only the disk.
    fn usage(&self) -> io::Result<Vec<(Role, Usage)>> {
        let mut used = processes::usage(&self.roles)?;
        for (role, usage) in &mut used {
            let scratch = rustix::fs::statvfs(scratch_of(*role)).map_err(io::Error::from)?;
            usage.disk_free_bytes = scratch.f_bavail * scratch.f_frsize;
        }
        Ok(used)
    }

    fn stat(&self, role: Role) -> io::Result<RoleStat> {
        match self.roles.get(&role) {
            Some(its) => its.stat(),
            None => Ok(RoleStat::default()),
        }
    }
}

fn plain(reply: Reply) -> Answer {
    (reply, Vec::new())
}

/// How many files a scratch of this size may hold: one a page, and more than a submission has. Empty files take no bytes of a
/// tmpfs, but memory of the kernel.
fn inodes_max(scratch_bytes: u64) -> u64 {
    const OF_A_SUBMISSION: u64 = 16 * 1024;
    (scratch_bytes / 4096).max(OF_A_SUBMISSION)
}

/// Where init keeps the role's scratch.
fn scratch_of(role: Role) -> PathBuf {
    Path::new(furnish::SCRATCH_STORE).join(role.to_string())
}

/// Where the role's folder lies in init's own view.
fn folder_of(role: Role) -> Result<PathBuf, Refusal> {
    let folder = scratch_of(role).join(role.to_string());
    if !folder.is_dir() {
        return Err(Refusal::NotPrepared(role));
    }
    Ok(folder)
}

/// What a keeper's report on its program's start means: nothing at all, that the program runs.
fn outcome(mut report: io::PipeReader, control: &OwnedFd) -> Result<Reply, Refusal> {
    wait_for_report(&report, control)?;
    let mut why = String::new();
    report.read_to_string(&mut why)?;
    Ok(match why.strip_prefix(program::OURS) {
        Some(ours) => Reply::Refused {
            why: ours.to_owned(),
        },
        None if why.is_empty() => Reply::Done,
        None => Reply::NotStarted { why },
    })
}

/// Waits for a keeper's report, unless the harness ends first: a start that hangs (a file system that does not answer) must
/// not keep the scenario alive.
fn wait_for_report(report: &io::PipeReader, control: &OwnedFd) -> Result<(), Refusal> {
    let mut ready = [
        PollFd::new(report, PollFlags::IN),
        // Its hang-up is told without being asked for.
        PollFd::new(control, PollFlags::empty()),
    ];
    while let Err(error) = poll(&mut ready, None) {
        if error != rustix::io::Errno::INTR {
            return Err(io::Error::from(error).into());
        }
    }
    if ready[1].revents().is_empty() {
        Ok(())
    } else {
        Err(Refusal::HarnessGone)
    }
}

/// What is not there is an answer; the rest is a failure.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn exactly<const N: usize>(fds: Vec<OwnedFd>) -> Result<[OwnedFd; N], Refusal> {
    fds.try_into().map_err(|_| Refusal::Descriptors(N))
}
