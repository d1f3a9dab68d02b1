//! Fault steps: what is done to a program, to a connection, or to the server, to see what the server makes of it.

use std::fmt;

use super::{FileSize, Step};

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// SIGKILL the client program; `during` a transfer, when part of the file has crossed the wire.
    Kill {
        /// The upload or download in the middle of which it dies.
        during: Option<Box<Step>>,
    },
    /// SIGSTOP the client program: its kernel goes on acknowledging, it does nothing more.
    Stop,
    /// Connect and be silent.
    OpenOnly,
    /// Send an RST; `during` a transfer, when part of the file has crossed the wire.
    Reset {
        /// The upload or download in the middle of which it comes.
        during: Option<Box<Step>>,
    },
    /// Send a FIN and go on reading.
    HalfClose,
    /// Send bytes that are no request; they follow from the run's seed.
    Garbage {
        /// How many.
        size: FileSize,
    },
    /// Send one line that does not end.
    Oversized {
        /// How many bytes of it.
        size: FileSize,
    },
    /// Send a request and never read again, with a small receive buffer.
    Stall {
        /// The request.
        request: Box<Step>,
    },
    /// Send a request one byte a segment, each when the last was acknowledged.
    Slow {
        /// The request.
        request: Box<Step>,
    },
    /// Open so many further connections and hold them.
    Flood {
        /// How many.
        connections: u32,
    },
    /// End the server and start it again.
    Restart,
}

/// Whom a fault is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// A client program: it has a process.
    Program,
    /// A raw client: it has a connection that the harness holds.
    Raw,
    /// The server.
    Server,
}

impl Fault {
    /// The step's name, as rubrics write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Kill { .. } => "kill",
            Self::Stop => "stop",
            Self::OpenOnly => "open-only",
            Self::Reset { .. } => "reset",
            Self::HalfClose => "half-close",
            Self::Garbage { .. } => "garbage",
            Self::Oversized { .. } => "oversized",
            Self::Stall { .. } => "stall",
            Self::Slow { .. } => "slow",
            Self::Flood { .. } => "flood",
            Self::Restart => "restart",
        }
    }

    /// Whom it is done to.
    pub fn victim(&self) -> Victim {
        match self {
            Self::Kill { .. } | Self::Stop => Victim::Program,
            Self::OpenOnly
            | Self::Reset { .. }
            | Self::HalfClose
            | Self::Garbage { .. }
            | Self::Oversized { .. }
            | Self::Stall { .. }
            | Self::Slow { .. }
            | Self::Flood { .. } => Victim::Raw,
            Self::Restart => Victim::Server,
        }
    }

    /// The request that is made for it, whole or in part.
    pub fn request(&self) -> Option<&Step> {
        match self {
            Self::Kill { during } | Self::Reset { during } => during.as_deref(),
            Self::Stall { request } | Self::Slow { request } => Some(request),
            Self::Stop
            | Self::OpenOnly
            | Self::HalfClose
            | Self::Garbage { .. }
            | Self::Oversized { .. }
            | Self::Flood { .. }
            | Self::Restart => None,
        }
    }

    /// Whether the client leaves what comes back unread.
    pub fn leaves_unread(&self) -> bool {
        match self {
            Self::Stall { .. } => true,
            Self::Reset { during } => during
                .as_deref()
                .is_some_and(|transfer| transfer.name() == "download"),
            Self::Kill { .. }
            | Self::Stop
            | Self::OpenOnly
            | Self::HalfClose
            | Self::Garbage { .. }
            | Self::Oversized { .. }
            | Self::Slow { .. }
            | Self::Flood { .. }
            | Self::Restart => false,
        }
    }

    /// Whether one of its frames alone does not show it: only the step as a whole.
    pub fn must_be_done(&self) -> bool {
        match self {
            Self::Kill { during } | Self::Reset { during } => during.is_some(),
            Self::Stop | Self::Stall { .. } | Self::Slow { .. } | Self::Restart => true,
            Self::OpenOnly
            | Self::HalfClose
            | Self::Garbage { .. }
            | Self::Oversized { .. }
            | Self::Flood { .. } => false,
        }
    }

    /// Whether the client can do anything after it.
    pub fn ends_the_client(&self) -> bool {
        match self {
            Self::Kill { .. }
            | Self::Stop
            | Self::Reset { .. }
            | Self::HalfClose
            | Self::Stall { .. } => true,
            Self::OpenOnly
            | Self::Garbage { .. }
            | Self::Oversized { .. }
            | Self::Slow { .. }
            | Self::Flood { .. }
            | Self::Restart => false,
        }
    }
}

/// As a rubric writes it: `garbage 4096`, `kill during upload notes.bin 65536`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Kill { during: Some(step) } | Self::Reset { during: Some(step) } => {
                write!(f, " during {step}")
            }
            Self::Garbage { size } | Self::Oversized { size } => write!(f, " {}", size.0),
            Self::Stall { request } | Self::Slow { request } => write!(f, " {request}"),
            Self::Flood { connections } => write!(f, " {connections}"),
            Self::Kill { during: None }
            | Self::Reset { during: None }
            | Self::Stop
            | Self::OpenOnly
            | Self::HalfClose
            | Self::Restart => Ok(()),
        }
    }
}
