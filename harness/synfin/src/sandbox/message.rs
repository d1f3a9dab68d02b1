//! What the harness and init say to each other, and how: one JSON text a message on a SOCK_SEQPACKET socket, with descriptors
//! beside it (SCM_RIGHTS).

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use synfin_core::manifest::{Exit, LinkRecord, Role};

use super::{Listed, RoleStat, Scope, Signal, Step, Usage};

/// Room for any message: below the default socket buffer, which bounds a message too.
const MESSAGE_BYTES_MAX: usize = 160 * 1024;

/// The most descriptors beside one message.
const FDS_MAX: usize = 4;

/// A message with the number by which request and reply find each other.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Numbered<T> {
    /// The request's number; the reply has the same.
    pub(super) number: u64,
    /// What is said.
    pub(super) body: T,
}

/// How a scenario is to be furnished.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// Host name inside.
    pub(super) hostname: String,
    /// What it stands on.
    pub(super) ground: GroundOrder,
    /// What its `lo` does to packets, if anything.
    pub(super) link: Option<LinkRecord>,
    /// Directories and files that programs must not see.
    pub(super) hidden: Vec<PathBuf>,
    /// Directories and files that stay visible, read-only, although they lie where scratch is mounted.
    pub(super) exposed: Vec<PathBuf>,
    /// A Wine prefix that every role sees as its own: what it writes there stays in its scratch.
    pub(super) wine_prefix: Option<PathBuf>,
    /// Size of a role's scratch, bytes.
    pub(super) scratch_bytes: u64,
    /// How many processes and threads all programs together may have.
    pub(super) processes_max: u64,
    /// Processor time of one process, seconds.
    pub(super) cpu_s: u64,
    /// Data segment and anonymous memory of one process, bytes.
    pub(super) data_bytes_max: u64,
}

/// What a scenario is to stand on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum GroundOrder {
    /// The namespaces that init has made, whose ids are mapped.
    Namespaces {
        /// Who the programs run as.
        owner: Owner,
    },
    /// The host, with a user for each role; a descriptor that comes with the order is kept until the end.
    Users {
        /// The port whose frames are captured; without one, none are.
        port: Option<u16>,
    },
    /// The host, with one user for all roles; a descriptor that comes with the order is kept until the end.
    OneUser,
}

/// What a role's folder is made from.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Origin {
    /// Nothing: it is empty.
    Nothing,
    /// A folder somebody handed in.
    Folder(PathBuf),
    /// The folder that the one descriptor is open on, whole.
    Built,
}

/// A user and group, as init counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    /// User id.
    pub(super) uid: u32,
    /// Group id.
    pub(super) gid: u32,
}

impl Owner {
    /// Who this process is.
    pub(super) fn of_this_process() -> Self {
        Self {
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
        }
    }
}

/// What the harness asks of init.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Furnish the scenario; the id maps are written.
    Furnish(Order),
    /// Make a role's folder.
    Prepare { role: Role, origin: Origin },
    /// Open a role's folder itself.
    OpenFolder { role: Role },
    /// Make a directory in a role's folder, with those that lead there.
    MakeFolder { role: Role, path: PathBuf },
    /// Store the contents of the one descriptor as a file of the role's folder.
    Put { role: Role, path: PathBuf },
    /// Remove a file from the role's folder, if it is there.
    Remove { role: Role, path: PathBuf },
    /// Start a program; descriptors: its three standard ones, and where its end is reported.
    Spawn(SpawnOrder),
    /// Signal a role.
    Signal {
        role: Role,
        signal: Signal,
        scope: Scope,
    },
    /// Make a socket inside.
    Socket(SocketKind),
    /// Look at a role's processes.
    Stat { role: Role },
    /// Look at what every role uses.
    Usage,
    /// Look for the roles that hold these sockets, by their inodes.
    Owners { inodes: Vec<u64> },
    /// Look which of these sockets, by their inodes, a role holds, and leave out what is not TCP.
    TcpSockets { role: Role, inodes: Vec<u64> },
    /// Read the count of connections dropped because an accept queue was full.
    ListenOverflows,
    /// Open a regular file of a role's folder.
    Open { role: Role, path: PathBuf },
    /// List a directory of a role's folder.
    List { role: Role, path: PathBuf },
}

/// A program to start.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SpawnOrder {
    /// Its part.
    pub(super) role: Role,
    /// Its command line.
    pub(super) argv: Vec<String>,
    /// Its environment, whole.
    pub(super) env: Vec<(String, String)>,
}

/// A socket that only init can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SocketKind {
    /// A packet socket on `lo`; a UDP sender, and the bound socket it is connected to.
    Wire,
    /// NETLINK_SOCK_DIAG.
    Diag,
    /// TCP over IPv4, without an address yet.
    Tcp4,
    /// TCP over IPv6, without an address yet.
    Tcp6,
}

/// What init answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// Init is where it will stay; of namespaces the id maps are missing.
    Begun,
    /// It is done; what was asked for may be in descriptors.
    Done,
    /// A step of setting up failed.
    StepFailed { step: Step, why: String },
    /// It could not be done, in words.
    Refused { why: String },
    /// The program could not be executed, in words: the program's own fault.
    NotStarted { why: String },
    /// What was asked for is not there.
    Absent,
    /// A role's processes.
    Stat(RoleStat),
    /// What every role that was started uses.
    Usage(Vec<(Role, Usage)>),
    /// Sockets by their inodes, and who holds each; the others are held by nobody any more.
    Owners(Vec<(u64, Role)>),
    /// Sockets by their inodes.
    Sockets(Vec<u64>),
    /// A count.
    Count(u64),
    /// A directory's entries.
    Listed(Vec<Listed>),
}

/// How the main program of a role ended, as its keeper reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EndReport {
    /// How.
    pub(super) exit: Exit,
    /// When its keeper learnt it, nanoseconds since the epoch.
    pub(super) at: u64,
}

/// Sends one message.
pub(super) fn send<T: Serialize>(
    socket: impl AsFd,
    message: &T,
    fds: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    if text.len() > MESSAGE_BYTES_MAX {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a message of {} bytes is too long", text.len()),
        ));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_MAX))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !fds.is_empty() && !control.push(SendAncillaryMessage::ScmRights(fds)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(
        socket,
        &[IoSlice::new(&text)],
        &mut control,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Receives one message and its descriptors; `None` when the other side has closed.
pub(super) fn receive<T: DeserializeOwned>(
    socket: impl AsFd,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut text = vec![0; MESSAGE_BYTES_MAX];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FDS_MAX))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut text)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if received.bytes == 0 {
        return Ok(None);
    }
    if received
        .flags
        .intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC)
    {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a message was cut",
        ));
    }
    let fds = control
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(fds) => Some(fds),
            _ => None,
        })
        .flatten()
        .collect();
    Ok(Some((
        serde_json::from_slice(&text[..received.bytes])?,
        fds,
    )))
}
