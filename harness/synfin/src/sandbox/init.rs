//! Init: the hidden subcommand that makes a scenario's namespaces and lives in them as process 1. It is executed by the
//! harness, has one thread, and serves one socket; when that closes it ends, and the kernel ends everything else.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, WaitOptions};
use rustix::thread::UnshareFlags;
use synfin_core::manifest::Role;

use super::inside::make_socket;
use super::keeper::{self, Keeping};
use super::message::{Numbered, Order, Reply, Request, SpawnOrder, receive, send};
use super::program::{self, Limits};
use super::sys::{self, Disposition, Forked};
use super::{Scope, Step, folder, furnish, processes};

/// What the harness says on the brake: stop every process of the scenario.
pub(super) const PAUSE: &[u8] = b"pause";

/// And: let them go on.
pub(super) const RESUME: &[u8] = b"resume";

/// The whole life of init: descriptor 0 is the control socket, 1 the brake.
pub fn init_main() -> ExitCode {
    let (control, brake) = (sys::take_standard_fd(0), sys::take_standard_fd(1));
    match begin(control, brake) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Makes the namespaces. This process stays outside the new pid namespace and only waits for its process 1.
fn begin(control: OwnedFd, brake: OwnedFd) -> io::Result<()> {
    sys::close_from(3)?;
    let made = unshare_all().map_err(|error| (Step::Unshare, error));
    let forked = made.and_then(|()| sys::fork().map_err(|error| (Step::Fork, error)));
    match forked {
        Ok(Forked::Child) => live(control, brake),
        Ok(Forked::Parent(first)) => {
            drop((control, brake));
            rustix::process::waitpid(Some(first), WaitOptions::empty())?;
            Ok(())
        }
        Err((step, error)) => answer(&control, 0, &step_failed(step, &error), &[]),
    }
}

fn unshare_all() -> io::Result<()> {
    let before = fs::read_link("/proc/self/ns/user")?;
    sys::unshare(
        UnshareFlags::NEWUSER
            | UnshareFlags::NEWNET
            | UnshareFlags::NEWNS
            | UnshareFlags::NEWIPC
            | UnshareFlags::NEWUTS
            | UnshareFlags::NEWPID,
    )?;
    // What is set below must never be the host's.
    if fs::read_link("/proc/self/ns/user")? == before {
        return Err(io::Error::other("the user namespace is still the host's"));
    }
    Ok(())
}

fn step_failed(step: Step, error: &io::Error) -> Reply {
    Reply::StepFailed {
        step,
        errno: error.raw_os_error().unwrap_or(0),
    }
}

/// Process 1: furnishes the namespaces and serves until the control socket closes.
fn live(control: OwnedFd, brake: OwnedFd) -> io::Result<()> {
    sys::set_disposition(Signal::CHILD, Disposition::Ignore);
    answer(&control, 0, &Reply::Unshared, &[])?;
    let Some((Numbered { number, body }, _)) = receive::<Numbered<Request>>(&control)? else {
        return Ok(());
    };
    let Request::Furnish(order) = body else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    match furnish::furnish(&order) {
        Err((step, error)) => answer(&control, number, &step_failed(step, &error), &[]),
        Ok(()) => {
            answer(&control, number, &Reply::Done, &[])?;
            let mut init = Init {
                order,
                keepers: HashMap::new(),
            };
            init.serve(&control, &brake)
        }
    }
}

fn answer(control: &OwnedFd, number: u64, body: &Reply, fds: &[OwnedFd]) -> io::Result<()> {
    let fds = fds.iter().map(AsFd::as_fd).collect::<Vec<_>>();
    send(control, &Numbered { number, body }, &fds)
}

/// What init keeps.
struct Init {
    order: Order,
    /// The latest keeper of each role.
    keepers: HashMap<Role, Pid>,
}

/// A reply and its descriptors, or why there is none.
type Served = Result<(Reply, Vec<OwnedFd>), Refusal>;

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

impl Init {
    fn serve(&mut self, control: &OwnedFd, brake: &OwnedFd) -> io::Result<()> {
        loop {
            let mut ready = [
                PollFd::new(control, PollFlags::IN),
                PollFd::new(brake, PollFlags::IN),
            ];
            match poll(&mut ready, None) {
                Err(rustix::io::Errno::INTR) => continue,
                polled => polled?,
            };
            let [control_ready, brake_ready] = ready.map(|fd| !fd.revents().is_empty());
            // The brake first: the ring is filling.
            if brake_ready {
                obey(brake)?;
            }
            if control_ready {
                let Some((request, fds)) = receive::<Numbered<Request>>(control)? else {
                    return Ok(());
                };
                let (reply, fds) = self
                    .handle(request.body, fds, control)
                    .unwrap_or_else(|why| {
                        let why = why.to_string();
                        (Reply::Refused { why }, Vec::new())
                    });
                answer(control, request.number, &reply, &fds)?;
            }
        }
    }

    fn handle(&mut self, request: Request, fds: Vec<OwnedFd>, control: &OwnedFd) -> Served {
        let done = || (Reply::Done, Vec::new());
        match request {
            Request::Furnish(_) => Err(Refusal::Furnished),
            Request::Prepare { role, source } => {
                self.prepare(role, source.as_deref()).map(|()| done())
            }
            Request::Put { role, path } => {
                let [contents] = exactly(fds)?;
                folder::put(&self.folder(role)?, &path, contents, self.order.owner)?;
                Ok(done())
            }
            Request::Remove { role, path } => {
                folder::remove(&self.folder(role)?, &path)?;
                Ok(done())
            }
            Request::Spawn(order) => self.spawn(order, exactly(fds)?, control),
            Request::Signal {
                role,
                signal,
                scope,
            } => Ok(match self.signal(role, signal.into(), scope)? {
                true => done(),
                false => (Reply::Absent, Vec::new()),
            }),
            Request::Socket(kind) => Ok((Reply::Done, make_socket(kind)?)),
            Request::Stat { role } => Ok((Reply::Stat(self.stat(role)?), Vec::new())),
            Request::ListenOverflows => {
                Ok((Reply::Count(processes::listen_overflows()?), Vec::new()))
            }
            Request::Open { role, path } => {
                found(folder::open(&self.folder(role)?, &path), |file| {
                    (Reply::Done, vec![file])
                })
            }
            Request::List { role, path } => {
                found(folder::list(&self.folder(role)?, &path), |listed| {
                    (Reply::Listed(listed), Vec::new())
                })
            }
        }
    }

    /// Where the role's folder lies in init's own view.
    fn folder(&self, role: Role) -> Result<PathBuf, Refusal> {
        let folder = scratch_of(role).join(role.to_string());
        if !folder.is_dir() {
            return Err(Refusal::NotPrepared(role));
        }
        Ok(folder)
    }

    fn prepare(&self, role: Role, source: Option<&Path>) -> Result<(), Refusal> {
        let Order {
            owner,
            scratch_bytes,
            ..
        } = self.order;
        let scratch = scratch_of(role);
        fs::create_dir(&scratch)?;
        let options = format!(
            "mode=0700,uid={},gid={},size={scratch_bytes}",
            owner.uid, owner.gid
        );
        furnish::mount_tmpfs(&scratch, &options)?;
        let folder = scratch.join(role.to_string());
        fs::create_dir(&folder)?;
        chown(&folder, Some(owner.uid), Some(owner.gid))?;
        if let Some(source) = source {
            folder::copy(source, &folder, owner)?;
        }
        Ok(())
    }

    /// Starts a keeper and waits until its program is executed, or until it is known why not.
    fn spawn(&mut self, order: SpawnOrder, fds: [OwnedFd; 4], control: &OwnedFd) -> Served {
        let role = order.role;
        self.folder(role)?;
        let [stdin, stdout, stderr, ended] = fds;
        let (mut report, failed) = io::pipe()?;
        let keeping = Keeping {
            order,
            owner: self.order.owner,
            scratch: scratch_of(role),
            exposed: self.order.exposed.clone(),
            limits: Limits {
                processes_max: self.order.processes_max,
                file_bytes_max: self.order.scratch_bytes,
            },
            standard: [stdin, stdout, stderr],
            ended,
            failed: failed.into(),
        };
        match sys::fork_into_own_namespaces()? {
            Forked::Child => keeper::keep(keeping),
            Forked::Parent(pid) => {
                drop(keeping);
                self.keepers.insert(role, pid);
                wait_for_report(&report, control)?;
                let mut why = String::new();
                report.read_to_string(&mut why)?;
                Ok((outcome(&why), Vec::new()))
            }
        }
    }

    fn signal(&self, role: Role, signal: Signal, scope: Scope) -> io::Result<bool> {
        let Some(&keeper) = self.keepers.get(&role) else {
            return Ok(false);
        };
        match (scope, signal) {
            (Scope::Program, _) => processes::signal_one(keeper, keeper::PROGRAM_PID, signal),
            // The keeper kills without missing what is being forked, and still reports the end.
            (Scope::Role, Signal::KILL) => processes::signal_keeper(keeper, keeper::END_ROLE),
            (Scope::Role, _) => processes::signal_all(keeper, signal),
        }
    }

    fn stat(&self, role: Role) -> io::Result<super::RoleStat> {
        match self.keepers.get(&role) {
            Some(&keeper) => processes::stat(keeper),
            None => Ok(super::RoleStat::default()),
        }
    }
}

/// Waits for a keeper's report or its end, unless the harness goes first: a start that hangs (a file system that does not
/// answer) must not keep the scenario alive.
fn wait_for_report(report: &io::PipeReader, control: &OwnedFd) -> Result<(), Refusal> {
    let mut ready = [
        PollFd::new(report, PollFlags::IN),
        // Its hang-up is told without being asked for.
        PollFd::new(control, PollFlags::empty()),
    ];
    loop {
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => {}
            polled => {
                polled.map_err(io::Error::from)?;
                break;
            }
        }
    }
    match ready[1].revents().is_empty() {
        true => Ok(()),
        false => Err(Refusal::HarnessGone),
    }
}

fn scratch_of(role: Role) -> PathBuf {
    Path::new(furnish::SCRATCH_STORE).join(role.to_string())
}

/// What a keeper's words about a failed start mean; none means that the program runs.
fn outcome(why: &str) -> Reply {
    match why.strip_prefix(program::OURS) {
        Some(ours) => Reply::Refused {
            why: ours.to_owned(),
        },
        None if why.is_empty() => Reply::Done,
        None => Reply::NotStarted {
            why: why.to_owned(),
        },
    }
}

/// What is not there, or is something else than was asked for, is an answer; the rest is a failure.
fn found<T>(result: io::Result<T>, reply: impl FnOnce(T) -> (Reply, Vec<OwnedFd>)) -> Served {
    match result {
        Ok(value) => Ok(reply(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((Reply::Absent, Vec::new())),
        Err(error) => Err(error.into()),
    }
}

fn exactly<const N: usize>(fds: Vec<OwnedFd>) -> Result<[OwnedFd; N], Refusal> {
    fds.try_into().map_err(|_| Refusal::Descriptors(N))
}

fn obey(brake: &OwnedFd) -> io::Result<()> {
    let mut word = [0; 16];
    let length = rustix::io::read(brake, &mut word)?;
    let signal = match &word[..length] {
        PAUSE => Signal::STOP,
        RESUME => Signal::CONT,
        // Closed: the ring's reader is gone; the control socket closes too.
        _ => return Ok(()),
    };
    match sys::signal_all_others(signal) {
        // Nothing is running.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        result => result,
    }
}
