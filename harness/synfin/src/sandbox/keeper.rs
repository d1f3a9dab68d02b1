//! A keeper: process 1 of one role's pid namespace, or where there are none the one that adopts what its role leaves behind. It starts the role's program, takes over whatever the program leaves
//! behind, reports how the program ended, and ends when nothing of the role is left. Whoever holds the other end of
//! `ended` learns both, the second as the end of the stream.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use synfin_core::manifest::Exit;

use super::confinement::Confinement;
use super::message::{EndReport, Owner, SpawnOrder};
use super::program;
use super::sys::{self, Forked};
use crate::clock;

/// What makes a keeper end its role: init sends it.
pub(super) const END_ROLE: Signal = Signal::TERM;

/// What a keeper needs.
pub(super) struct Keeping {
    /// The program to start.
    pub(super) order: SpawnOrder,
    /// Who it runs as.
    pub(super) owner: Owner,
    /// Where init keeps the role's scratch.
    pub(super) scratch: PathBuf,
    /// How the role is kept apart.
    pub(super) confinement: Confinement,
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
    sys::set_default_disposition(Signal::CHILD);
    sys::block_signals(&[Signal::CHILD, END_ROLE])?;
    if let Err(error) = keeping.confinement.enter(&keeping.scratch, keeping.owner) {
        return write!(failed, "{}the role's view: {error}", program::OURS);
    }
    match sys::fork() {
        Ok(Forked::Child) => program::become_it(&keeping),
        Ok(Forked::Parent(program)) => {
            let Keeping {
                confinement,
                ended,
                standard,
                failed: other,
                ..
            } = keeping;
            // The program's alone from here on: whoever reads them waits for their end.
            drop((failed, other, standard));
            wait_for_all(program, &confinement, &mut File::from(ended))
        }
        Err(error) => write!(failed, "{}fork: {error}", program::OURS),
    }
}

/// Reaps until nothing of the role is left.
fn wait_for_all(program: Pid, confinement: &Confinement, ended: &mut File) -> io::Result<()> {
    let mut running = Some(program);
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if running == Some(pid) => {
                running = None;
                report(status, ended)?;
            }
            Ok(Some(_)) => {}
            Ok(None) => {
                if sys::wait_for_signal(&[Signal::CHILD, END_ROLE]) == END_ROLE {
                    confinement.end(running)?;
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
