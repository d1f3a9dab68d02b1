//! Whether a capture holds everything that crossed the wire: only then does absence in it prove absence on the wire.

use std::fmt;
use std::ops::Range;

use crate::flow::{ConnectionId, Side};
use crate::manifest::SentinelPlace;
use crate::pcap::FrameNumber;
use crate::text::counted;

/// How much a capture can be trusted to be all there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Frames in it, sentinels included.
    pub frames: u64,
    /// Frames that the kernel dropped; `None` if nobody counted.
    pub dropped: Option<u64>,
    /// The frames that carried sentinels: ours, not the programs'.
    pub sentinels: Vec<FrameNumber>,
    /// What is missing from it, or may be.
    pub problems: Vec<Problem>,
}

/// What a capture lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not the file that the manifest describes.
    OtherCapture,
    /// It is not the capture file format's.
    Unreadable {
        /// What the reader met.
        reason: String,
    },
    /// A sentinel was not captured: the capture began too late or ended too early.
    SentinelMissing(SentinelPlace),
    /// The kernel dropped frames.
    Dropped {
        /// How many.
        frames: u64,
    },
    /// The snap length cut frames.
    Cut {
        /// How many.
        frames: u64,
    },
    /// Payload that its receiver acknowledged was not captured.
    Hole {
        /// On this connection.
        connection: ConnectionId,
        /// Who sent it.
        sender: Side,
        /// Where it stands in the sender's stream.
        offsets: Range<u64>,
    },
    /// The file ends inside a record.
    TailCut {
        /// What the reader met.
        reason: String,
    },
    /// Places in the file that could not be read.
    Skipped {
        /// How many.
        places: u64,
        /// What the reader met at the first.
        first: String,
    },
    /// A frame's headers contradict themselves, so what it carried is unknown.
    Malformed {
        /// The first such frame.
        first: FrameNumber,
        /// How many there are.
        frames: u64,
    },
}

/// What absence from a capture proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// Everything: sentinels on both ends, nothing dropped, cut or missing.
    Proven,
    /// Nothing contradicts it, but nobody counted drops or marked the ends.
    Uncontradicted,
    /// Nothing.
    Broken,
}

impl Health {
    /// What absence from the capture proves.
    pub fn wholeness(&self) -> Wholeness {
        match (self.problems.is_empty(), self.dropped) {
            (false, _) => Wholeness::Broken,
            (true, Some(_)) => Wholeness::Proven,
            (true, None) => Wholeness::Uncontradicted,
        }
    }

    /// What is wrong with it, in one line.
    pub fn summary(&self) -> String {
        let problems: Vec<_> = self.problems.iter().map(Problem::to_string).collect();
        match self.wholeness() {
            Wholeness::Proven => "the capture is whole".to_owned(),
            Wholeness::Uncontradicted => {
                "nobody counted drops when the capture was made; no gap was seen".to_owned()
            }
            Wholeness::Broken => format!("the capture is not whole: {}", problems.join("; ")),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCapture => {
                f.write_str("it is not the file that the manifest describes (SHA-256)")
            }
            Self::Unreadable { reason } => write!(f, "it cannot be read: {reason}"),
            Self::SentinelMissing(SentinelPlace::First) => {
                f.write_str("a first sentinel is missing")
            }
            Self::SentinelMissing(SentinelPlace::Last) => f.write_str("a last sentinel is missing"),
            Self::Dropped { frames } => write!(f, "{} dropped", counted(*frames, "frame")),
            Self::Cut { frames } => {
                write!(f, "{} cut by the snap length", counted(*frames, "frame"))
            }
            Self::Hole {
                connection,
                sender,
                offsets,
            } => write!(
                f,
                "connection {connection}: bytes {}..{} of the {sender} were acknowledged and not captured",
                offsets.start, offsets.end
            ),
            Self::TailCut { reason } => write!(f, "the file ends inside a record ({reason})"),
            Self::Skipped { places, first } => {
                let places = counted(*places, "place");
                write!(
                    f,
                    "{places} in the file could not be read, the first: {first}"
                )
            }
            Self::Malformed { first, frames } => {
                let frames = counted(*frames, "malformed frame");
                write!(f, "{frames}, the first is {first}")
            }
        }
    }
}
