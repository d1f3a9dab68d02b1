//! Starts init and sees it through to the point where programs may run.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use synfin_core::manifest::LinkRecord;
use synfin_core::spec::{Limits, Link};
use tokio::process::{Child, Command};

use super::Step;
use super::handle::{Control, SandboxError};
use super::message::{GroundOrder, Order, Owner, Reply, Request};
use super::{helper, host_sockets, turn};

/// The argument that makes the synfin binary init; `main` looks for it before anything else.
pub const INIT_ARGUMENT: &str = "__init";

/// The user that programs run as when the harness runs as root: `nobody`.
const UNPRIVILEGED: Owner = Owner {
    uid: 65534,
    gid: 65534,
};

/// How long a step of init may take: far more than it ever does.
const STEP_WITHIN: Duration = Duration::from_secs(30);

/// What keeps programs from each other and from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Namespaces of the scenario's own.
    Namespaces,
    /// A user for each role on the host itself, and Landlock; this needs root. The wire is the host's `lo`, so that scenarios
    /// that capture take turns on it.
    Users,
    /// On the host itself, with one user for all: Landlock, which must keep signals apart (Linux 6.12), and a packet socket that
    /// the capture helper lends. This is for an ordinary user. The wire is as above.
    OneUser,
}

impl Isolation {
    /// Whether scenarios share the host's wire.
    pub fn is_on_host(self) -> bool {
        match self {
            Self::Namespaces => false,
            Self::Users | Self::OneUser => true,
        }
    }

    /// The argument that tells it to init.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Users => "users",
            Self::OneUser => "one-user",
        }
    }
}

/// How to furnish a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The synfin binary, which init is a subcommand of.
    pub executable: PathBuf,
    /// What programs are isolated by.
    pub isolation: Isolation,
    /// The server's port: where the wire is the host's, the frames of this one are captured, and without one none.
    pub port: Option<u16>,
    /// What the wire does to packets; only that of namespaces can be made to.
    pub link: Link,
    /// Host name inside namespaces.
    pub hostname: String,
    /// Directories and files that programs must not see: captures, reports, the rubric.
    pub hidden: Vec<PathBuf>,
    /// Directories and files that stay visible, read-only, although they lie below `/tmp`, where scratch is mounted.
    pub exposed: Vec<PathBuf>,
    /// A Wine prefix that every role sees as its own: what it writes there stays in its scratch.
    pub wine_prefix: Option<PathBuf>,
    /// Size of one role's scratch, bytes.
    pub scratch_bytes: u64,
    /// How many processes and threads all programs together may have.
    pub processes_max: u64,
    /// Processor time of one process, seconds.
    pub cpu_s: u64,
    /// Data segment and anonymous memory of one process, bytes. The address space is not limited: that breaks Java.
    pub data_bytes_max: u64,
}

impl Setup {
    /// The usual: this binary, nothing hidden, 256 MiB of scratch a role, 4096 processes.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            executable: std::env::current_exe()?,
            isolation: Isolation::Namespaces,
            port: None,
            link: Link::default(),
            hostname: "synfin".to_owned(),
            hidden: Vec::new(),
            exposed: Vec::new(),
            wine_prefix: None,
            scratch_bytes: 256 << 20,
            processes_max: 4096,
            cpu_s: 3600,
            data_bytes_max: 2 << 30,
        })
    }

    /// The same with these limits as the kernel holds them: what a program uses between two looks of the harness, too. Of
    /// memory it is twice as much, so that a program is rather ended by the harness, which says why.
    #[must_use]
    pub fn limited(self, limits: &Limits) -> Self {
        Self {
            scratch_bytes: limits.disk_bytes,
            cpu_s: limits.cpu.as_secs(),
            data_bytes_max: limits.memory_bytes.saturating_mul(2),
            ..self
        }
    }

    /// What is hidden from programs is so for as long as they run: a path that comes to be later is seen.
    fn order(&self, ground: GroundOrder) -> io::Result<Order> {
        let mut hidden = self.hidden.clone();
        match ground {
            GroundOrder::Namespaces { .. } => hidden.extend(host_sockets::paths()?),
            // By users, or by refused system calls.
            GroundOrder::Users { .. } | GroundOrder::OneUser => {}
        }
        Ok(Order {
            hostname: self.hostname.clone(),
            ground,
            link: LinkRecord::of(&self.link),
            hidden,
            exposed: self.exposed.clone(),
            wine_prefix: self.wine_prefix.clone(),
            scratch_bytes: self.scratch_bytes,
            processes_max: self.processes_max,
            cpu_s: self.cpu_s,
            data_bytes_max: self.data_bytes_max,
        })
    }
}

/// Why a scenario could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The kernel refused a step.
    #[error("{step}: {source}")]
    Step {
        /// Which.
        step: Step,
        /// How it refused.
        source: io::Error,
    },
    /// Init did not answer.
    #[error("talk to init during {step}: {source}")]
    Silent {
        /// During which step.
        step: Step,
        /// What was wrong with the conversation.
        source: SandboxError,
    },
}

/// A started init: its process, and the two sockets to it.
pub(super) struct Started {
    pub(super) process: InitProcess,
    pub(super) control: Control,
    pub(super) brake: OwnedFd,
    /// The sockets of a capture, if the helper had to open one.
    pub(super) lent: Option<[OwnedFd; 3]>,
}

/// The process that was executed: it waits for process 1 inside, and ends with it.
#[derive(Debug)]
pub(super) struct InitProcess(Child);

impl InitProcess {
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait().await
    }
}

/// Starts init, and has it furnish what the scenario stands on.
pub(super) async fn start(setup: &Setup) -> Result<Started, StartError> {
    let failed = |step| move |source| StartError::Step { step, source };
    let turn = match setup.port {
        Some(port) if setup.isolation.is_on_host() => Some(turn::take(port).await?),
        Some(_) | None => None,
    };
    let lent = match (setup.isolation, setup.port) {
        (Isolation::OneUser, Some(port)) => {
            let borrowed = helper::wire_sockets(&setup.executable, port).await;
            Some(borrowed.map_err(failed(Step::Helper))?)
        }
        (Isolation::OneUser | Isolation::Users | Isolation::Namespaces, _) => None,
    };
    let (process, control, brake) = execute(setup).map_err(failed(Step::Start))?;
    let mut control = Control::new(control).map_err(failed(Step::Start))?;
    expect_reply(Step::Unshare, control.greeting()).await?;
    let ground = match setup.isolation {
        Isolation::Namespaces => GroundOrder::Namespaces {
            owner: map_ids(&process).map_err(failed(Step::MapIds))?,
        },
        Isolation::Users => GroundOrder::Users { port: setup.port },
        Isolation::OneUser => GroundOrder::OneUser,
    };
    let order = setup.order(ground).map_err(failed(Step::Hide))?;
    let furnish = Request::Furnish(order);
    let held: Vec<_> = turn.iter().map(AsFd::as_fd).collect();
    expect_reply(Step::Loopback, async {
        Ok(control.call(&furnish, &held).await?.0)
    })
    .await?;
    Ok(Started {
        process,
        control,
        brake,
        lent,
    })
}

/// Init's two sockets are its standard input and output.
fn execute(setup: &Setup) -> io::Result<(InitProcess, OwnedFd, OwnedFd)> {
    let pair = || {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
    };
    let ((control, control_inside), (brake, brake_inside)) = (pair()?, pair()?);
    for inside in [&control_inside, &brake_inside] {
        rustix::io::ioctl_fionbio(inside.as_fd(), false)?;
    }
    let child = Command::new(&setup.executable)
        .args([INIT_ARGUMENT, setup.isolation.word()])
        .stdin(Stdio::from(control_inside))
        .stdout(Stdio::from(brake_inside))
        // Ctrl-C is the harness's to answer.
        .process_group(0)
        .spawn()?;
    Ok((InitProcess(child), control, brake))
}

async fn expect_reply(
    step: Step,
    reply: impl Future<Output = Result<Reply, SandboxError>>,
) -> Result<(), StartError> {
    let silent = |source| StartError::Silent { step, source };
    let reply = tokio::time::timeout(STEP_WITHIN, reply)
        .await
        .map_err(|_| silent(SandboxError::Late))?
        .map_err(silent)?;
    match reply {
        Reply::Begun | Reply::Done => Ok(()),
        Reply::StepFailed { step, why } => Err(StartError::Step {
            step,
            source: io::Error::other(why),
        }),
        other => Err(silent(SandboxError::unexpected(&other))),
    }
}

/// Maps ids from outside, for init has no right to map more than its own. An ordinary user's programs run as that user,
/// mapped to itself. Root's init keeps all of root's ids, to be able to read any folder; its programs are `nobody`.
#[expect(clippy::disallowed_methods, reason = "files of /proc")]
fn map_ids(process: &InitProcess) -> io::Result<Owner> {
    let pid = process
        .0
        .id()
        .ok_or_else(|| io::Error::other("init has ended"))?;
    let write = |name: &str, text: &str| std::fs::write(format!("/proc/{pid}/{name}"), text);
    let Owner { uid, gid } = Owner::of_this_process();
    if uid == 0 {
        write("uid_map", &own_ids("/proc/self/uid_map")?)?;
        write("gid_map", &own_ids("/proc/self/gid_map")?)?;
        return Ok(UNPRIVILEGED);
    }
    write("setgroups", "deny")?;
    write("uid_map", &format!("{uid} {uid} 1\n"))?;
    write("gid_map", &format!("{gid} {gid} 1\n"))?;
    Ok(Owner { uid, gid })
}

/// The map that gives every id of this namespace to the new one, under the same number.
#[expect(clippy::disallowed_methods, reason = "files of /proc")]
fn own_ids(map: &str) -> io::Result<String> {
    let text = std::fs::read_to_string(map)?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (first, count) = (fields.next()?, fields.nth(1)?);
            Some(format!("{first} {first} {count}\n"))
        })
        .collect())
}
