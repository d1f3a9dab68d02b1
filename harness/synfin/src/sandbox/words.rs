//! The values that the sandbox takes and gives.

use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};
use synfin_core::manifest::{Exit, Role};
use synfin_core::time::Timestamp;

use super::message::EndReport;

/// A program to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spawn {
    /// Its part; its folder must have been prepared.
    pub role: Role,
    /// Its command line, at least one word. A program without a slash is looked up in PATH, else relative to the folder.
    pub argv: Vec<String>,
    /// What its environment has beside or instead of PATH, HOME, LANG, TERM and USER.
    pub env: Vec<(String, String)>,
}

/// A program's standard descriptors.
#[derive(Debug)]
pub struct Standard {
    /// Input; if it is a terminal, it becomes the program's controlling one.
    pub stdin: OwnedFd,
    /// Output.
    pub stdout: OwnedFd,
    /// Errors.
    pub stderr: OwnedFd,
}

/// How and when a role's main program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// When its keeper learnt it.
    pub at: Timestamp,
}

/// What programs are signalled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of signal(7)")]
pub enum Signal {
    Term,
    Int,
    Kill,
    Stop,
    Cont,
}

/// Who of a role is signalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// The program that was started.
    Program,
    /// It and everything it left behind.
    Role,
}

/// What a role's processes do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleStat {
    /// All threads of all its processes.
    pub threads: Vec<Thread>,
    /// The sockets that any of them holds open, each once, ascending.
    pub socket_inodes: Vec<u64>,
}

/// What a role uses at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processes and threads.
    pub processes: u64,
    /// Processor time of its processes and of those that they waited for, milliseconds.
    pub cpu_ms: u64,
    /// Anonymous memory of all its processes, bytes; pages that they share count for each.
    pub memory_bytes: u64,
    /// What is left of its scratch, bytes.
    pub disk_free_bytes: u64,
}

/// One thread, as proc_pid_stat(5) shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its process, as numbered inside the scenario.
    pub pid: u32,
    /// Its own number there.
    pub tid: u32,
    /// Its name.
    pub name: String,
    /// R, S, D, T, Z, …
    pub state: char,
    /// Processor time used, user and system, in clock ticks.
    pub cpu_ticks: u64,
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name; bytes that are no Unicode are replaced.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Its size, bytes.
    pub size_bytes: u64,
}

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, never followed.
    Symlink,
    /// A pipe, socket or device.
    Other,
}

impl From<Signal> for rustix::process::Signal {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Term => Self::TERM,
            Signal::Int => Self::INT,
            Signal::Kill => Self::KILL,
            Signal::Stop => Self::STOP,
            Signal::Cont => Self::CONT,
        }
    }
}

impl Ended {
    /// Reads a keeper's report.
    pub(crate) fn parse(report: &[u8]) -> Option<Self> {
        let EndReport { exit, at } = serde_json::from_slice(report).ok()?;
        Some(Self {
            exit,
            at: Timestamp::from_nanos(at),
        })
    }
}
