//! What a check concludes, and what it shows for it.

use crate::diagnosis::Usually;
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
    /// How a failure stands to one that others follow from.
    pub link: Option<Link>,
}

/// A failure from which others follow: they point to the item that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// A build command of the target failed.
    BuildFailed,
    /// The server never listened where it should.
    ServerNotListening,
    /// The server did not listen when it was started again.
    ServerNotStartedAgain,
    /// A client asked for something and was not served: its later steps were never reached.
    ClientNotServed,
}

/// How a failure stands to a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is that failure: the check is there to find it.
    Shows(Root),
    /// It only follows from it.
    FollowsFrom(Root),
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

impl Verdict {
    /// A pass that shows `saw`.
    pub(crate) fn pass(finding: impl Into<Finding>) -> Self {
        Self::Pass(finding.into())
    }

    /// A fail that shows `saw`.
    pub(crate) fn fail(finding: impl Into<Finding>) -> Self {
        Self::Fail(finding.into())
    }

    /// Not decided, because of `cause`.
    pub(crate) fn undecided(cause: Cause, finding: impl Into<Finding>) -> Self {
        Self::Inconclusive {
            cause,
            finding: finding.into(),
        }
    }

    /// What was seen; nothing was looked at when the check was skipped.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Pass(finding) | Self::Fail(finding) | Self::Inconclusive { finding, .. } => {
                Some(finding)
            }
            Self::Skipped { .. } => None,
        }
    }

    pub(super) fn finding_mut(&mut self) -> Option<&mut Finding> {
        match self {
            Self::Pass(finding) | Self::Fail(finding) | Self::Inconclusive { finding, .. } => {
                Some(finding)
            }
            Self::Skipped { .. } => None,
        }
    }
}

impl From<String> for Finding {
    fn from(saw: String) -> Self {
        Self {
            saw,
            ..Self::default()
        }
    }
}

impl From<&str> for Finding {
    fn from(saw: &str) -> Self {
        saw.to_owned().into()
    }
}

impl Finding {
    /// The finding with one more thing that it stands on.
    pub(crate) fn with(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// The finding with what it stands on.
    pub(crate) fn with_all(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// The finding as the one that shows a root.
    pub(super) fn shows(mut self, root: Root) -> Self {
        self.link = Some(Link::Shows(root));
        self
    }

    /// The finding as one that only follows from a root.
    pub(super) fn follows_from(mut self, root: Root) -> Self {
        self.link = Some(Link::FollowsFrom(root));
        self
    }

    /// The finding with its usual causes.
    pub(crate) fn usually(mut self, usually: Vec<Usually>) -> Self {
        self.usually = usually;
        self
    }
}

impl Evidence {
    /// Frames of one connection.
    pub(crate) fn frames(
        what: impl Into<String>,
        connection: ConnectionId,
        frames: impl IntoIterator<Item = FrameNumber>,
    ) -> Self {
        Self::Frames {
            what: what.into(),
            connection: Some(connection),
            frames: frames.into_iter().collect(),
        }
    }

    /// What a program's record shows.
    pub(crate) fn process(role: Role, what: impl Into<String>) -> Self {
        Self::Process {
            role,
            what: what.into(),
        }
    }

    /// What a sample of the socket table shows.
    pub(crate) fn sockets(what: impl Into<String>) -> Self {
        Self::Sockets { what: what.into() }
    }
}
