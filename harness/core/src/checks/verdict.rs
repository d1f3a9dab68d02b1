//! What a check concludes, and what it shows for it.

use crate::flow::ConnectionId;
use crate::manifest::Role;
use crate::pcap::FrameNumber;

/// A check's conclusion. Not having been able to look is never a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The requirement was seen to hold.
    Pass(Finding),
    /// It was seen not to hold.
    Fail(Finding),
    /// It could not be decided.
    Inconclusive {
        /// Whose doing that is.
        cause: Cause,
        /// What was seen, and what would have been needed.
        finding: Finding,
    },
    /// It does not apply, because of how the harness was called.
    Skipped {
        /// Why.
        why: String,
    },
}

/// Whose doing it is that a check could not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Ours.
    Harness,
    /// The machine's: a missing privilege, overload.
    Machine,
    /// The program's under test.
    Program,
}

/// What a check saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// What was seen, certain, in one sentence with frame numbers.
    pub saw: String,
    /// What the requirement asks for.
    pub expected: String,
    /// Where to see it.
    pub evidence: Vec<Evidence>,
    /// What usually causes it; alternatives, likeliest first. Empty for a pass.
    pub usually: Vec<Usually>,
}

/// One thing that a verdict stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Frames of the capture.
    Frames {
        /// What they show.
        what: String,
        /// Of this connection, if of one.
        connection: Option<ConnectionId>,
        /// The frames, ascending.
        frames: Vec<FrameNumber>,
    },
    /// Nothing where something was expected: the window searched, and what came nearest.
    Missing {
        /// What was missed.
        what: String,
        /// On this connection, if on one.
        connection: Option<ConnectionId>,
        /// First and last frame searched.
        searched: (FrameNumber, FrameNumber),
        /// The nearest miss.
        nearest: Option<FrameNumber>,
    },
    /// A program's record: start, end, signals, threads, output.
    Process {
        /// Whose.
        role: Role,
        /// What it shows.
        what: String,
    },
    /// A sample of the socket table.
    Sockets {
        /// What it shows.
        what: String,
    },
    /// A transferred file.
    File {
        /// Its name.
        name: String,
        /// What it shows.
        what: String,
    },
}

/// Where to look in Wireshark: by addresses and frame ranges, never by `tcp.stream`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// A display filter.
    pub filter: String,
    /// The frame to go to.
    pub frame: FrameNumber,
}

/// A usual cause of what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usually {
    /// The cause, in the words of source code.
    pub cause: String,
    /// What to do instead.
    pub remedy: String,
    /// Where that is written (RFC section, manual page).
    pub source: String,
}
