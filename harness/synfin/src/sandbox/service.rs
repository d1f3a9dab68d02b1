//! What init does for the harness, one request at a time.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use synfin_core::manifest::Role;

use super::ground::Ground;
use super::inside::make_socket;
use super::keeper::{self, Keeping};
use super::message::{Order, Origin, Reply, Request, SpawnOrder};
use super::processes::RoleProcesses;
use super::program::{self, Limits};
use super::sys::Forked;
use super::{RoleStat, Scope, Signal, Usage, folder, processes};

/// What init knows.
pub(super) struct Service {
    order: Order,
    ground: Ground,
    /// The processes of each role that was started; of its latest keeper, if there were several.
    roles: HashMap<Role, RoleProcesses>,
    /// Roles that were told to stop, and not to go on.
    stopped: HashSet<Role>,
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
    pub(super) fn new(order: Order, ground: Ground) -> Self {
        Self {
            order,
            ground,
            roles: HashMap::new(),
            stopped: HashSet::new(),
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
                let opened = folder::open_directory(&self.folder_of(role)?, Path::new(""))?;
                (Reply::Done, vec![opened])
            }
            Request::MakeFolder { role, path } => {
                folder::make_directories(&self.folder_of(role)?, &path, self.ground.owner(role)?)?;
                plain(Reply::Done)
            }
            Request::Put { role, path } => {
                let [contents] = exactly(fds)?;
                let owner = self.ground.owner(role)?;
                folder::put(&self.folder_of(role)?, &path, contents, owner)?;
                plain(Reply::Done)
            }
            Request::Remove { role, path } => {
                folder::remove(&self.folder_of(role)?, &path)?;
                plain(Reply::Done)
            }
            Request::Spawn(order) => plain(self.spawn(order, exactly(fds)?, control)?),
            Request::Signal {
                role,
                signal,
                scope,
            } => plain(self.signal(role, signal, scope)?),
            Request::Socket(kind) => (Reply::Done, make_socket(kind, self.ground.wire())?),
            Request::Usage => plain(Reply::Usage(self.usage()?)),
            Request::Owners { inodes } => {
                plain(Reply::Owners(processes::owners(&self.roles, &inodes)?))
            }
            Request::TcpSockets { role, inodes } => {
                let its = self.roles.get(&role);
                let held = its.map(|its| its.tcp_sockets(&inodes)).transpose()?;
                plain(Reply::Sockets(held.unwrap_or_default()))
            }
            Request::Stat { role } => plain(Reply::Stat(self.stat(role)?)),
            Request::ListenOverflows => plain(Reply::Count(processes::listen_overflows()?)),
            Request::Open { role, path } => {
                match found(folder::open(&self.folder_of(role)?, &path))? {
                    Some(file) => (Reply::Done, vec![file]),
                    None => plain(Reply::Absent),
                }
            }
            Request::List { role, path } => {
                let listed = found(folder::list(&self.folder_of(role)?, &path))?;
                plain(listed.map_or(Reply::Absent, Reply::Listed))
            }
        })
    }

    fn prepare(&self, role: Role, origin: &Origin, fds: Vec<OwnedFd>) -> Result<(), Refusal> {
        let owner = self.ground.owner(role)?;
        let bytes = self.order.scratch_bytes;
        self.ground.make_scratch(role, bytes)?;
        let folder = self.ground.scratch_of(role).join(role.to_string());
        fs::create_dir(&folder)?;
        chown(&folder, Some(owner.uid), Some(owner.gid))?;
        match origin {
            Origin::Nothing => {}
            Origin::Folder(source) => folder::copy_submission(source, &folder, owner, bytes)?,
            Origin::Built => {
                let [built] = exactly(fds)?;
                folder::copy_whole(&folder::path_of(&built), &folder, owner, bytes)?;
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
        self.folder_of(role)?;
        let (report, failed) = io::pipe()?;
        let keeping = self.keeping(order, fds, failed)?;
        match self.ground.fork_keeper()? {
            Forked::Child => keeper::keep(keeping),
            Forked::Parent(pid) => {
                drop(keeping);
                let mark = self.ground.mark_of(role, pid)?;
                let its = RoleProcesses::of_keeper(pid, mark)?;
                let its = self.roles.entry(role).insert_entry(its).into_mut();
                let (program, reply) = outcome(report, control)?;
                its.note_program(program);
                Ok(reply)
            }
        }
    }

    fn keeping(
        &self,
        order: SpawnOrder,
        fds: [OwnedFd; 4],
        failed: io::PipeWriter,
    ) -> io::Result<Keeping> {
        let [stdin, stdout, stderr, ended] = fds;
        Ok(Keeping {
            owner: self.ground.owner(order.role)?,
            scratch: self.ground.scratch_of(order.role),
            confinement: self.ground.confinement(&self.order, order.role)?,
            order,
            limits: Limits {
                processes_max: self.ground.processes_max(self.order.processes_max)?,
                file_bytes_max: self.order.scratch_bytes,
                cpu_s: self.order.cpu_s,
                data_bytes_max: self.order.data_bytes_max,
            },
            standard: [stdin, stdout, stderr],
            ended,
            failed: failed.into(),
        })
    }

    fn signal(&mut self, role: Role, signal: Signal, scope: Scope) -> io::Result<Reply> {
        match signal {
            Signal::Stop => {
                self.stopped.insert(role);
            }
            Signal::Cont => {
                self.stopped.remove(&role);
            }
            Signal::Term | Signal::Int | Signal::Kill => {}
        }
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
    fn usage(&mut self) -> io::Result<Vec<(Role, Usage)>> {
        let mut used = processes::usage(&self.roles)?;
        for (role, usage) in &mut used {
            usage.disk_free_bytes = self.ground.free_bytes(*role, self.order.scratch_bytes)?;
            if usage.disk_free_bytes == 0 && !self.ground.bounds_scratch() {
                self.signal(*role, Signal::Kill, Scope::Role)?;
            }
        }
        Ok(used)
    }

    /// Stops every process of the scenario for a while.
    pub(super) fn pause(&self) -> io::Result<()> {
        self.signal_everybody(rustix::process::Signal::STOP)
    }

    /// Lets them go on, but for roles that were stopped by themselves.
    pub(super) fn resume(&self) -> io::Result<()> {
        self.signal_everybody(rustix::process::Signal::CONT)?;
        for its in self.stopped.iter().filter_map(|role| self.roles.get(role)) {
            its.signal_all(rustix::process::Signal::STOP)?;
        }
        Ok(())
    }

    fn signal_everybody(&self, signal: rustix::process::Signal) -> io::Result<()> {
        let roles = self.roles.keys().copied();
        self.ground.signal_everybody(roles, signal)
    }

    /// Ends everything that would not end with this process.
    pub(super) fn leave(self) {
        for its in self.roles.values() {
            // What cannot be reached has ended.
            let _ = its.signal_keeper(keeper::END_ROLE);
        }
        self.ground.leave();
    }

    /// Where the role's folder lies in init's own view.
    fn folder_of(&self, role: Role) -> Result<PathBuf, Refusal> {
        let folder = self.ground.scratch_of(role).join(role.to_string());
        if !folder.is_dir() {
            return Err(Refusal::NotPrepared(role));
        }
        Ok(folder)
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

/// What is reported of a program's start: its number, if it came so far, and nothing more, if it runs.
fn outcome(mut report: io::PipeReader, control: &OwnedFd) -> Result<(Option<i32>, Reply), Refusal> {
    wait_for_report(&report, control)?;
    let mut text = String::new();
    report.read_to_string(&mut text)?;
    let told = text.split_once('\n');
    let told = told.and_then(|(pid, why)| Some((pid.parse().ok()?, why)));
    let (program, why) = told.map_or((None, text.as_str()), |(pid, why)| (Some(pid), why));
    let reply = match why.strip_prefix(program::OURS) {
        Some(ours) => Reply::Refused {
            why: ours.to_owned(),
        },
        None if program.is_none() => Reply::Refused {
            why: "its keeper has ended".to_owned(),
        },
        None if why.is_empty() => Reply::Done,
        None => Reply::NotStarted {
            why: why.to_owned(),
        },
    };
    Ok((program, reply))
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
pub(super) fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn exactly<const N: usize>(fds: Vec<OwnedFd>) -> Result<[OwnedFd; N], Refusal> {
    fds.try_into().map_err(|_| Refusal::Descriptors(N))
}
