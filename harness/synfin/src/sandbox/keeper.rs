//! A keeper: process 1 of one role's pid namespace. It starts the role's program, takes over whatever the program leaves
//! behind, reports how the program ended, and ends when nothing of the role is left. Whoever holds the other end of
//! `ended` learns both, the second as the end of the stream.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use synfin_core::manifest::Exit;

use super::message::{EndReport, Owner, SpawnOrder};
use super::sys::{self, Forked};
use super::{program, view, wine};
use crate::clock;

/// A program's id in its role's pid namespace: the first process that the keeper, process 1, makes.
pub(super) const PROGRAM_PID: i32 = 2;

/// What makes a keeper end its role: init sends it, from outside the namespace.
pub(super) const END_ROLE: Signal = Signal::TERM;

/// What a keeper needs.
pub(super) struct Keeping {
    /// The program to start.
    pub(super) order: SpawnOrder,
    /// Who it runs as.
    pub(super) owner: Owner,
    /// Where init keeps the role's scratch.
    pub(super) scratch: PathBuf,
    /// What stays visible below the place where scratch is mounted.
    pub(super) exposed: Vec<PathBuf>,
    /// The Wine prefix to see, if the program runs under Wine.
    pub(super) wine_prefix: Option<PathBuf>,
    /// Limits of the program.
    pub(super) limits: program::Limits,
    /// The program's standard descriptors.
    pub(super) standard: [OwnedFd; 3],
    /// Where the end is reported.
    pub(super) ended: OwnedFd,
    /// Where a failed start is reported, in words; the end of the stream without any means that the program runs.
    pub(super) failed: OwnedFd,
}

/// A keeper's whole life.
pub(super) fn keep(keeping: Keeping) -> ! {
    let code = match run(keeping) {
        Ok(()) => 0,
        Err(_) => 1,
    };
    sys::exit_now(code)
}

fn run(keeping: Keeping) -> io::Result<()> {
    let mut failed = File::from(keeping.failed.try_clone()?);
    // The control socket and the brake are init's.
    sys::silence(0)?;
    sys::silence(1)?;
    sys::set_disposition(Signal::CHILD, sys::Disposition::Default);
    sys::block_signals(&[Signal::CHILD, END_ROLE])?;
    let prefix = keeping.wine_prefix.as_deref();
    let seen = view::enter(&keeping.scratch, &keeping.exposed)
        .and_then(|()| prefix.map_or(Ok(()), |prefix| wine::mount_prefix(prefix, keeping.owner)));
    if let Err(error) = seen {
        return write!(failed, "{}the role's view: {error}", program::OURS);
    }
    match sys::fork() {
        Ok(Forked::Child) => program::become_it(&keeping),
        Ok(Forked::Parent(program)) => {
            let Keeping {
                ended,
                standard,
                failed: other,
                ..
            } = keeping;
            // The program's alone from here on: whoever reads them waits for their end.
            drop((failed, other, standard));
            wait_for_all(program, &mut File::from(ended))
        }
        Err(error) => write!(failed, "{}fork: {error}", program::OURS),
    }
}

/// Reaps until nothing of the role is left.
fn wait_for_all(program: Pid, ended: &mut File) -> io::Result<()> {
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == program => report(status, ended)?,
            Ok(Some(_)) => {}
            Ok(None) => {
                if sys::wait_for_signal(&[Signal::CHILD, END_ROLE]) == END_ROLE {
                    sys::signal_all_others(Signal::KILL)?;
                }
            }
            Err(rustix::io::Errno::CHILD) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Nobody may be listening any more; the role is kept all the same.
fn report(status: WaitStatus, ended: &mut File) -> io::Result<()> {
    let Some(exit) = exit_of(status) else {
        return Ok(());
    };
    let at = clock::now().as_nanos();
    let text = serde_json::to_vec(&EndReport { exit, at })?;
    match ended.write_all(&text) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn exit_of(status: WaitStatus) -> Option<Exit> {
    let code = status.exit_status().map(|code| Exit::Code { code });
    let signal = || {
        status
            .terminating_signal()
            .map(|signal| Exit::Signal { signal })
    };
    code.or_else(signal)
}
