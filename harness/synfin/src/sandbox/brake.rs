//! The brake: it stops every program of a scenario at once, when the ring fills.

use std::io;
use std::os::fd::OwnedFd;

use super::init::{PAUSE, RESUME};

/// Pauses every program of the scenario, and lets them go on.
#[derive(Debug)]
pub struct Brake(OwnedFd);

impl Brake {
    pub(super) fn new(socket: OwnedFd) -> Self {
        Self(socket)
    }

    /// Stops them, and returns before they have.
    pub fn pause(&self) -> io::Result<()> {
        self.say(PAUSE)
    }

    /// Lets go on all but those that were stopped for another reason.
    pub fn resume(&self) -> io::Result<()> {
        self.say(RESUME)
    }

    fn say(&self, word: &[u8]) -> io::Result<()> {
        rustix::net::send(&self.0, word, rustix::net::SendFlags::NOSIGNAL)?;
        Ok(())
    }
}
