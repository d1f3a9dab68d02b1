//! Pauses the programs before the ring is full, and lets them go on when it is empty again. A thread of its own looks: the
//! drain may just be waiting for the disk, or for a processor, and that is when rings overflow.

use std::io;
use std::mem;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use synfin_core::time::Timestamp;

use super::memory::Gauge;
use crate::clock;
use crate::sandbox::{Brake, Heirs, be_prompt};

/// Programs are paused when more than one block in so many is waiting to be drained,
const PAUSE_ABOVE: usize = 4;
/// and go on when no more than one in so many is.
const RESUME_BELOW: usize = 20;

/// How often the ring is looked at while frames come.
const LOOK_EVERY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 1_000_000,
};

/// Paces the programs of one scenario.
#[derive(Debug)]
pub(super) struct Pacer {
    gauge: Gauge,
    brake: Brake,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    pace: Pace,
    pauses: Vec<(Timestamp, Timestamp)>,
}

#[derive(Debug)]
enum Pace {
    Running,
    PausedSince(Timestamp),
    /// The drain has ended: nobody would let the programs go on.
    Finished,
}

impl Pacer {
    pub(super) fn new(gauge: Gauge, brake: Brake) -> Self {
        let state = State {
            pace: Pace::Running,
            pauses: Vec::new(),
        };
        Self {
            gauge,
            brake,
            state: Mutex::new(state),
        }
    }

    /// Looks at the ring every millisecond while frames come, until `stop` can be read.
    pub(super) fn watch(&self, stop: &OwnedFd) -> io::Result<()> {
        // A ring of 64 MiB is full in less than the time that a busy machine may take to wake a thread.
        be_prompt(Heirs::Ordinary);
        loop {
            wait(&[&self.gauge, stop], None)?;
            if wait(&[stop], Some(&LOOK_EVERY))? {
                return Ok(());
            }
            self.pause_if_filling()?;
        }
    }

    /// The drain has work to do after this, and will let the programs go on.
    fn pause_if_filling(&self) -> io::Result<()> {
        let mut state = self.lock();
        if matches!(state.pace, Pace::Running) && self.gauge.is_above(PAUSE_ABOVE) {
            self.brake.pause()?;
            state.pace = Pace::PausedSince(clock::now());
        }
        Ok(())
    }

    /// To be called by the drain after each block.
    pub(super) fn resume_if_empty(&self) -> io::Result<()> {
        let mut state = self.lock();
        if self.gauge.is_above(RESUME_BELOW) {
            return Ok(());
        }
        self.resume(&mut state)
    }

    /// Lets the programs go on for good; gives the spans in which they were paused.
    pub(super) fn finish(&self) -> io::Result<Vec<(Timestamp, Timestamp)>> {
        let mut state = self.lock();
        self.resume(&mut state)?;
        state.pace = Pace::Finished;
        Ok(mem::take(&mut state.pauses))
    }

    fn resume(&self, state: &mut State) -> io::Result<()> {
        if let Pace::PausedSince(from) = state.pace {
            self.brake.resume()?;
            state.pace = Pace::Running;
            state.pauses.push((from, clock::now()));
        }
        Ok(())
    }

    /// Nothing between two changes of the state can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until one of the descriptors can be read; tells whether one can.
pub(super) fn wait(fds: &[&dyn std::os::fd::AsFd], at_most: Option<&Timespec>) -> io::Result<bool> {
    let mut ready = fds
        .iter()
        .map(|fd| PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN))
        .collect::<Vec<_>>();
    match poll(&mut ready, at_most) {
        Err(rustix::io::Errno::INTR) => Ok(false),
        polled => Ok(polled? > 0),
    }
}
