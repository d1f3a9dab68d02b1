//! One program under test, from start to end.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use synfin_core::manifest::{Exit, Limit, LimitHit, Role};
use synfin_core::spec::{Limits, Stdin};
use synfin_core::time::Timestamp;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::output::{Output, OutputSummary};
use super::stdio::{self, Ends, Input};
use super::watch::{RoleState, follow};
use crate::clock;
use crate::sandbox::{Ended, Sandbox, SandboxError, Spawn};

/// How the kernel ends what has used up its processor time: SIGXCPU.
const OUT_OF_TIME: Exit = Exit::Signal { signal: 24 };

/// A program to launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// What is started, and as which role.
    pub spawn: Spawn,
    /// What its standard input is; output and errors share a terminal, or a pipe.
    pub stdin: Stdin,
}

/// Why a program was not started.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// Its terminal or pipes could not be made.
    #[error("make its terminal or pipes: {0}")]
    Stdio(#[from] io::Error),
    /// The sandbox did not start it; [`SandboxError::NotStarted`] is the program's own fault.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// Why a line could not be typed.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The program has not read what was typed before.
    #[error("the program does not read its input")]
    NotRead,
    /// The program's input is closed.
    #[error("the program's input is closed: {0}")]
    Closed(#[source] io::Error),
}

/// A program that was started. Dropping it does not end it; the scenario's end does.
#[derive(Debug)]
pub struct Program {
    role: Role,
    started_at: Timestamp,
    input: Mutex<Input>,
    output: Output,
    reader: JoinHandle<()>,
    state: watch::Receiver<RoleState>,
    began: Instant,
    limit_hit: OnceLock<LimitHit>,
    /// Not closed before the program's end was seen: closing a terminal's master sends SIGHUP, which replaces the exit code
    /// of a program that is exiting at that moment.
    _open: Arc<AsyncFd<OwnedFd>>,
}

impl Program {
    /// Starts a program in the scenario; returns when it is executed.
    pub async fn start(sandbox: &Sandbox, launch: &Launch) -> Result<Self, LaunchError> {
        let (standard, Ends { input, output }) = stdio::make(launch.stdin)?;
        let (ended, report) = io::pipe()?;
        let started_at = clock::now();
        sandbox
            .spawn(&launch.spawn, &standard, &report.into())
            .await?;
        let printed = Output::new();
        Ok(Self {
            role: launch.spawn.role,
            started_at,
            input: Mutex::new(input),
            reader: tokio::spawn(read_for_ever(Arc::clone(&output), printed.clone())),
            output: printed,
            state: follow(ended.into())?,
            began: Instant::now(),
            limit_hit: OnceLock::new(),
            _open: output,
        })
    }

    /// Its part.
    pub fn role(&self) -> Role {
        self.role
    }

    /// When it was started.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// How long ago it was started.
    pub fn running_for(&self) -> Duration {
        self.began.elapsed()
    }

    /// Notes that it reached a limit; only the first counts. Tells whether this is the first.
    pub(super) fn note_limit(&self, hit: LimitHit) -> bool {
        self.limit_hit.set(hit).is_ok()
    }

    /// The limit that it reached, if it did: one that was noted, or the kernel's on processor time.
    pub fn limit_hit(&self, limits: &Limits) -> Option<LimitHit> {
        let by_kernel = || {
            let ended = self.ended()?;
            (ended.exit == OUT_OF_TIME).then(|| LimitHit {
                limit: Limit::Cpu,
                allowed: u64::try_from(limits.cpu.as_millis()).unwrap_or(u64::MAX),
                at: ended.at.as_nanos(),
            })
        };
        self.limit_hit.get().copied().or_else(by_kernel)
    }

    /// What it has printed.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// Types a line and its end.
    pub async fn send_line(&self, line: &str, within: Duration) -> Result<(), InputError> {
        let typed = format!("{line}\n");
        let write = async { self.input.lock().await.write(typed.as_bytes()).await };
        tokio::time::timeout(within, write)
            .await
            .map_err(|_| InputError::NotRead)?
            .map_err(InputError::Closed)
    }

    /// Ends its input, as Ctrl-D on an empty line does.
    pub async fn end_input(&self) {
        self.input.lock().await.end();
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.state.borrow().ended
    }

    /// Waits until it ends; `None` if its keeper was killed before it could tell.
    pub async fn wait(&self) -> Option<Ended> {
        self.wait_for(|state| state.ended.is_some() || state.is_gone)
            .await
            .ended
    }

    /// Whether nothing of its role is left.
    pub fn is_role_gone(&self) -> bool {
        self.state.borrow().is_gone
    }

    /// Waits until nothing of its role is left, daemons included.
    pub async fn wait_until_role_gone(&self) {
        self.wait_for(|state| state.is_gone).await;
    }

    /// Reads what is still to be read, for so long at most, and appends the output to its log.
    pub async fn finish(mut self, log: &Path, within: Duration) -> io::Result<OutputSummary> {
        self.input.get_mut().end();
        if tokio::time::timeout(within, &mut self.reader)
            .await
            .is_err()
        {
            self.reader.abort();
        }
        self.output.append_to(log)
    }

    async fn wait_for(&self, condition: impl FnMut(&RoleState) -> bool) -> RoleState {
        let mut state = self.state.clone();
        match state.wait_for(condition).await {
            Ok(found) => *found,
            // The follower's last word is that the role is gone.
            Err(_) => *self.state.borrow(),
        }
    }
}

impl AsRef<Self> for Program {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// A program must never wait for its reader: whatever it prints is read until nobody can print any more.
async fn read_for_ever(source: Arc<AsyncFd<OwnedFd>>, output: Output) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = source
            .async_io(Interest::READABLE, |fd| {
                Ok(rustix::io::read(fd, buffer.as_mut_slice())?)
            })
            .await;
        match read {
            // A terminal whose last program has closed it reports an error instead of an end.
            Ok(0) | Err(_) => return,
            Ok(length) => output.push(&buffer[..length]),
        }
    }
}
