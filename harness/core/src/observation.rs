//! Capture + manifest → one immutable value, [`Observation`]: all that was learnt while programs ran.
//!
//! ```text
//! capture ─► pcap ─► wire ─► flow ─┬─► connections, transcripts ─┐
//!                                  └─► health                    ├─► Observation
//! manifest ─► attributions, processes, samples, steps, files ────┘
//! setting  ─► what the rubric asked for, how replies are recognised
//! ```
//!
//! It tells facts and judges nothing; a live run and a stored recording meet here.

mod answer;
mod client;
mod connection;
mod cut_off;
mod datagrams;
mod elsewhere;
mod fault;
mod filter;
mod health;
mod link;
mod listening;
mod pauses;
mod process;
mod read;
mod replies;
mod socket;
mod taken_port;
mod transcript;
mod turn;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::flow::ConnectionId;
use crate::manifest::{Level, Manifest, Recorded, Role};
use crate::pcap::FrameNumber;
use crate::spec::{Link, ServerState, StepEntry};
use crate::time::Timestamp;

pub use answer::Answer;
pub use connection::ObservedConnection;
pub use datagrams::{FilePiece, InDatagrams};
pub use elsewhere::{Dialler, Elsewhere};
pub use fault::{ObservedFault, UnseenFault};
pub use health::{Health, Problem, Wholeness};
pub use listening::Listening;
pub use process::OwnClose;
pub(crate) use replies::find;
pub use replies::{Replies, Shape};
pub use socket::Service;
pub use taken_port::Taken;
pub use transcript::{Excerpt, FrameWindow, Piece, Transcript};
pub use turn::Turn;

/// All that one recording showed.
#[derive(Clone, Debug)]
pub struct Observation {
    /// What is known beside the capture.
    pub manifest: Manifest,
    /// What the rubric asked for.
    pub setting: Setting,
    /// Where the server should listen.
    pub server: SocketAddr,
    /// The connections, by number.
    pub connections: Vec<ObservedConnection>,
    /// Pieces of transferred files in UDP datagrams, in the order of their frames.
    pub file_pieces: Vec<FilePiece>,
    /// Whether the capture holds all that crossed the wire.
    pub health: Health,
    /// The first frame captured after our first stop action (one past the last frame if none was): from here on the wire may
    /// show our doing. Absent if we stopped nothing.
    pub stop: Option<FrameNumber>,
}

/// What the rubric and the run say about a recording.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The scenario's steps.
    pub steps: Vec<StepEntry>,
    /// How many clients it asks for, raw ones included.
    pub clients: u32,
    /// How many of them are raw: the last ones.
    pub raw: u32,
    /// What should have happened to the packets.
    pub link: Link,
    /// Whether the server should run.
    pub server: ServerState,
    /// The level at which it was recorded, if that is known.
    pub level: Option<Level>,
    /// The recording machine's operating system: `linux`, `windows`.
    pub os: String,
    /// How a reply of the server is recognised.
    pub replies: Replies,
    /// What clients printed, line by line, where the last lines of the manifest are too few to judge by.
    pub output: BTreeMap<Role, Vec<String>>,
    /// All lines that a lone client printed while it was connected, if that is known.
    pub connected_lines: Option<Vec<String>>,
}

/// Of a capture made elsewhere nothing is known.
impl Default for Setting {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            clients: 0,
            raw: 0,
            link: Link::default(),
            server: ServerState::Up,
            level: None,
            os: String::new(),
            replies: Replies::default(),
            output: BTreeMap::new(),
            connected_lines: None,
        }
    }
}

impl Observation {
    /// The recording's facts; `None` for a capture made elsewhere.
    pub fn recorded(&self) -> Option<&Recorded> {
        match &self.manifest {
            Manifest::Recorded(recorded) => Some(recorded),
            Manifest::Foreign { .. } => None,
        }
    }

    /// The port whose connections alone were recorded; `None` if all were.
    pub fn only_port(&self) -> Option<u16> {
        let level = self.setting.level?;
        level.records_one_port().then(|| self.server.port())
    }

    /// The connection of this number.
    pub fn connection(&self, id: ConnectionId) -> Option<&ObservedConnection> {
        self.connections
            .iter()
            .find(|connection| connection.wire.id == id)
    }

    /// The number of the capture's last frame; 0 if it has none.
    pub fn last_frame(&self) -> FrameNumber {
        FrameNumber(self.health.frames)
    }

    /// Whether this frame was captured before our first stop action.
    pub fn is_before_stop(&self, frame: FrameNumber) -> bool {
        self.stop.is_none_or(|stop| frame < stop)
    }

    /// When our first stop action came.
    pub fn stopped_at(&self) -> Option<Timestamp> {
        self.recorded()?.stopped_at.map(Timestamp::from_nanos)
    }
}

/// Whether two addresses are the same; an IPv4 address may be written as IPv6 (`::ffff:127.0.0.1`).
pub(crate) fn is_same_address(a: SocketAddr, b: SocketAddr) -> bool {
    a.port() == b.port() && a.ip().to_canonical() == b.ip().to_canonical()
}
