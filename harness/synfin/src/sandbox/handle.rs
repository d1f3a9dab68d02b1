//! The harness's side of a scenario.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::MemfdFlags;
use synfin_core::manifest::Role;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Mutex;

use super::brake::Brake;
use super::built::Built;
use super::descriptor::register;
use super::message::{Numbered, Origin, Reply, Request, SocketKind, SpawnOrder, receive, send};
use super::program::DEFAULT_PATH;
use super::start::{InitProcess, Setup, StartError, Started, start};
use super::{Isolation, Listed, RoleStat, Scope, Signal, SocketTable, Spawn, Standard, Usage};

/// How long init may take to end once its control socket is closed.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Why something asked of a scenario was not done.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The program cannot be executed: no such file, no permission, …; the program's own fault.
    #[error("{0}")]
    NotStarted(String),
    /// Init could not do it.
    #[error("{0}")]
    Refused(String),
    /// Init has ended.
    #[error("the scenario has ended")]
    Gone,
    /// Init did not answer in time.
    #[error("no answer in time")]
    Late,
    /// Init's answer does not fit the question.
    #[error("unexpected answer: {0}")]
    Unexpected(String),
    /// The socket to init, or a file, failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl SandboxError {
    pub(super) fn unexpected(reply: &Reply) -> Self {
        Self::Unexpected(format!("{reply:?}"))
    }
}

/// A scenario's ground. When the last handle is dropped, everything on it is killed.
#[derive(Clone, Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    control: Mutex<Control>,
    brake: OwnedFd,
    isolation: Isolation,
    process: Mutex<InitProcess>,
    /// The sockets of the one capture that there can be, where init can make none.
    lent: Mutex<Option<[OwnedFd; 3]>>,
}

impl Sandbox {
    /// Sets the scenario up.
    pub async fn start(setup: &Setup) -> Result<Self, StartError> {
        let Started {
            process,
            control,
            brake,
            lent,
        } = start(setup).await?;
        Ok(Self {
            shared: Arc::new(Shared {
                control: Mutex::new(control),
                brake,
                isolation: setup.isolation,
                process: Mutex::new(process),
                lent: Mutex::new(lent),
            }),
        })
    }

    /// Makes the role's folder, as a copy of `source` or empty; once for each role, before anything else of it.
    pub async fn prepare(&self, role: Role, source: Option<&Path>) -> Result<(), SandboxError> {
        let origin = source.map_or(Origin::Nothing, |source| Origin::Folder(source.to_owned()));
        self.do_it(&Request::Prepare { role, origin }, &[]).await?;
        Ok(())
    }

    /// Makes the role's folder as a copy of what was built elsewhere.
    pub async fn prepare_built(&self, role: Role, built: &Built) -> Result<(), SandboxError> {
        let origin = Origin::Built;
        let folder = [built.folder()];
        self.do_it(&Request::Prepare { role, origin }, &folder)
            .await?;
        Ok(())
    }

    /// Ends the scenario and keeps the role's folder.
    pub async fn keep_folder(self, role: Role) -> Result<Built, SandboxError> {
        let opened = self.do_it(&Request::OpenFolder { role }, &[]).await?;
        let missing = || SandboxError::Unexpected("no descriptor".to_owned());
        let folder = opened.into_iter().next().ok_or_else(missing)?;
        match self.shared.isolation {
            Isolation::Namespaces => {
                self.shut_down().await?;
                Ok(Built::of(folder))
            }
            // What lies on the host's disk is init's to remove.
            Isolation::Users | Isolation::OneUser => Ok(Built::kept_by(folder, self)),
        }
    }

    /// Makes a directory in the role's folder, with those that lead there.
    pub async fn make_folder(&self, role: Role, path: &str) -> Result<(), SandboxError> {
        let path = path.into();
        self.do_it(&Request::MakeFolder { role, path }, &[]).await?;
        Ok(())
    }

    /// Stores a file in the role's folder and makes the directories that lead there.
    pub async fn put(&self, role: Role, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        let memory =
            rustix::fs::memfd_create("synfin-put", MemfdFlags::CLOEXEC).map_err(io::Error::from)?;
        let mut file = File::from(memory);
        file.write_all(contents)?;
        let path = path.into();
        self.do_it(&Request::Put { role, path }, &[file.as_fd()])
            .await?;
        Ok(())
    }

    /// Removes a file from the role's folder, if it is there.
    pub async fn remove(&self, role: Role, path: &str) -> Result<(), SandboxError> {
        let path = path.into();
        self.do_it(&Request::Remove { role, path }, &[]).await?;
        Ok(())
    }

    /// Opens a regular file of the role's folder; `None` if there is none. No link is followed.
    pub async fn open(&self, role: Role, path: &str) -> Result<Option<File>, SandboxError> {
        let path = path.into();
        match self.ask(&Request::Open { role, path }, &[]).await? {
            (Reply::Absent, _) => Ok(None),
            (Reply::Done, fds) => Ok(fds.into_iter().next().map(File::from)),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// Lists a directory of the role's folder, `""` itself; what does not exist is empty. At most 1000 entries.
    pub async fn list(&self, role: Role, path: &str) -> Result<Vec<Listed>, SandboxError> {
        let path = path.into();
        match self.ask(&Request::List { role, path }, &[]).await? {
            (Reply::Absent, _) => Ok(Vec::new()),
            (Reply::Listed(listed), _) => Ok(listed),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// Starts a program. Its main program's end is written to `ended`, which closes when nothing of the role is left.
    pub(crate) async fn spawn(
        &self,
        spawn: &Spawn,
        standard: &Standard,
        ended: &OwnedFd,
    ) -> Result<(), SandboxError> {
        let order = SpawnOrder {
            role: spawn.role,
            argv: spawn.argv.clone(),
            env: environment(&spawn.env),
        };
        let Standard {
            stdin,
            stdout,
            stderr,
        } = standard;
        let fds = [stdin, stdout, stderr, ended].map(AsFd::as_fd);
        self.do_it(&Request::Spawn(order), &fds).await?;
        Ok(())
    }

    /// Signals a role; tells whether anybody was there to be signalled.
    pub async fn signal(
        &self,
        role: Role,
        signal: Signal,
        scope: Scope,
    ) -> Result<bool, SandboxError> {
        let request = Request::Signal {
            role,
            signal,
            scope,
        };
        match self.ask(&request, &[]).await? {
            (Reply::Done, _) => Ok(true),
            (Reply::Absent, _) => Ok(false),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// Looks at a role's processes; a role that never started has none.
    pub async fn stat(&self, role: Role) -> Result<RoleStat, SandboxError> {
        match self.ask(&Request::Stat { role }, &[]).await? {
            (Reply::Stat(stat), _) => Ok(stat),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// Which role holds each of these sockets, by their inodes; those that nobody holds any more are left out.
    pub async fn owners(&self, inodes: Vec<u64>) -> Result<Vec<(u64, Role)>, SandboxError> {
        match self.ask(&Request::Owners { inodes }, &[]).await? {
            (Reply::Owners(owners), _) => Ok(owners),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// Those among these sockets, by their inodes, that the role still holds and that are TCP, in any state.
    pub async fn tcp_sockets(
        &self,
        role: Role,
        inodes: Vec<u64>,
    ) -> Result<Vec<u64>, SandboxError> {
        match self.ask(&Request::TcpSockets { role, inodes }, &[]).await? {
            (Reply::Sockets(inodes), _) => Ok(inodes),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// What every role that was started uses.
    pub async fn usage(&self) -> Result<Vec<(Role, Usage)>, SandboxError> {
        match self.ask(&Request::Usage, &[]).await? {
            (Reply::Usage(used), _) => Ok(used),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// Connections dropped so far because an accept queue was full.
    pub async fn listen_overflows(&self) -> Result<u64, SandboxError> {
        match self.ask(&Request::ListenOverflows, &[]).await? {
            (Reply::Count(count), _) => Ok(count),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    /// The table of the scenario's TCP sockets.
    pub async fn socket_table(&self) -> Result<SocketTable, SandboxError> {
        let [socket] = self.sockets(SocketKind::Diag).await?;
        Ok(SocketTable::new(socket))
    }

    /// A packet socket on the scenario's `lo`; a UDP socket to send sentinels from, and the one that they arrive at.
    pub(crate) async fn wire_sockets(&self) -> Result<[OwnedFd; 3], SandboxError> {
        if let Some(sockets) = self.shared.lent.lock().await.take() {
            return Ok(sockets);
        }
        self.sockets(SocketKind::Wire).await
    }

    /// A TCP socket of the scenario, of the family of `server`.
    pub(crate) async fn tcp_socket(&self, server: SocketAddr) -> Result<OwnedFd, SandboxError> {
        let kind = match server {
            SocketAddr::V4(_) => SocketKind::Tcp4,
            SocketAddr::V6(_) => SocketKind::Tcp6,
        };
        let [socket] = self.sockets(kind).await?;
        Ok(socket)
    }

    /// Another handle on the brake, for the ring's reader.
    pub fn brake(&self) -> io::Result<Brake> {
        Ok(Brake::new(self.shared.brake.try_clone()?))
    }

    /// Ends everything in the scenario and waits until it is gone.
    pub async fn shut_down(self) -> Result<(), SandboxError> {
        self.shared.control.lock().await.hang_up()?;
        let mut process = self.shared.process.lock().await;
        tokio::time::timeout(END_WITHIN, process.wait())
            .await
            .map_err(|_| SandboxError::Late)??;
        Ok(())
    }

    async fn sockets<const N: usize>(
        &self,
        kind: SocketKind,
    ) -> Result<[OwnedFd; N], SandboxError> {
        let fds = self.do_it(&Request::Socket(kind), &[]).await?;
        fds.try_into()
            .map_err(|_| SandboxError::Unexpected("a number of descriptors".to_owned()))
    }

    async fn do_it(
        &self,
        request: &Request,
        fds: &[BorrowedFd<'_>],
    ) -> Result<Vec<OwnedFd>, SandboxError> {
        match self.ask(request, fds).await? {
            (Reply::Done, fds) => Ok(fds),
            (other, _) => Err(SandboxError::unexpected(&other)),
        }
    }

    async fn ask(
        &self,
        request: &Request,
        fds: &[BorrowedFd<'_>],
    ) -> Result<(Reply, Vec<OwnedFd>), SandboxError> {
        match self.shared.control.lock().await.call(request, fds).await? {
            (Reply::Refused { why }, _) => Err(SandboxError::Refused(why)),
            (Reply::NotStarted { why }, _) => Err(SandboxError::NotStarted(why)),
            answered => Ok(answered),
        }
    }
}

/// What every program finds in its environment beside where its scratch is, and what this one does.
fn environment(extra: &[(String, String)]) -> Vec<(String, String)> {
    let usual = [
        ("PATH", DEFAULT_PATH),
        ("LANG", "C.UTF-8"),
        ("TERM", "dumb"),
        ("USER", "student"),
    ];
    let is_new = |name: &str| extra.iter().all(|(given, _)| given != name);
    usual
        .iter()
        .filter(|(name, _)| is_new(name))
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .chain(extra.iter().cloned())
        .collect()
}

/// The control socket: one request at a time, each answered by the reply of its number.
#[derive(Debug)]
pub(super) struct Control {
    socket: AsyncFd<OwnedFd>,
    last_number: u64,
}

impl Control {
    pub(super) fn new(socket: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            socket: register(socket)?,
            last_number: 0,
        })
    }

    /// What init says before it is asked anything.
    pub(super) async fn greeting(&mut self) -> Result<Reply, SandboxError> {
        Ok(self.reply(0).await?.0)
    }

    pub(super) async fn call(
        &mut self,
        request: &Request,
        fds: &[BorrowedFd<'_>],
    ) -> Result<(Reply, Vec<OwnedFd>), SandboxError> {
        self.last_number += 1;
        let number = self.last_number;
        let message = Numbered {
            number,
            body: request,
        };
        self.socket
            .async_io(Interest::WRITABLE, |socket| send(socket, &message, fds))
            .await
            .map_err(gone)?;
        self.reply(number).await
    }

    /// A reply of a lower number is to a request whose asker gave up.
    async fn reply(&mut self, wanted: u64) -> Result<(Reply, Vec<OwnedFd>), SandboxError> {
        loop {
            let received = self
                .socket
                .async_io(Interest::READABLE, |socket| {
                    receive::<Numbered<Reply>>(socket)
                })
                .await
                .map_err(gone)?;
            let (Numbered { number, body }, fds) = received.ok_or(SandboxError::Gone)?;
            if number == wanted {
                return Ok((body, fds));
            }
        }
    }

    fn hang_up(&self) -> io::Result<()> {
        Ok(rustix::net::shutdown(
            self.socket.get_ref(),
            rustix::net::Shutdown::Both,
        )?)
    }
}

fn gone(error: io::Error) -> SandboxError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => SandboxError::Gone,
        _ => SandboxError::Io(error),
    }
}
