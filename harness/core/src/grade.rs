//! Rubric × observations → [`Report`]: the same recording gives the same report anywhere, whoever grades it and when.
//!
//! ```text
//! rubric ─► bound checks ──┐
//! targets ─► replies ──────┼─► per scenario: observe, judge ─► items ─► points, status
//! recordings ──────────────┘                └─► recordings, connection table
//! ```
//!
//! A scenario's capture is read, judged and dropped before the next, so that memory is bounded by one.

mod aggregate;
mod connection;
mod evidence;
mod foreign;
mod item;
mod matrix;
mod recording;
mod repetitions;
mod run;
mod scenario;

use std::io::{self, Read};

use crate::checks::SourceText;
use crate::manifest::{Manifest, Recorded, Role, RunFile};
use crate::pcap::OpenError;
use crate::spec::SpecError;

pub use foreign::grade_capture;
pub use matrix::{PairReport, REFERENCE, matrix};
pub use run::{gradable, grade};

/// All that a run left, as the store holds it.
pub struct RunInput<'a> {
    /// `run.json`.
    pub run: RunFile,
    /// The rubric to grade by: the run's own copy, or another.
    pub rubric: SourceText<'a>,
    /// The target's copy.
    pub target: SourceText<'a>,
    /// The copy of the target whose server ran, if it is another than the client's.
    pub server_target: Option<SourceText<'a>>,
    /// The Windows target's copy, if the run had one.
    pub windows_target: Option<SourceText<'a>>,
    /// The recordings, in any order.
    pub recordings: Vec<RecordingInput<'a>>,
}

/// One recording as the store holds it.
pub struct RecordingInput<'a> {
    /// Its file stem, `five-at-once.2`.
    pub stem: String,
    /// Its manifest.
    pub manifest: Recorded,
    /// Opens its capture; called more than once.
    pub capture: OpenCapture<'a>,
    /// Opens a program's log, by its name in the manifest.
    pub log: OpenLog<'a>,
}

/// Opens a capture from its beginning.
pub type OpenCapture<'a> = Box<dyn Fn() -> io::Result<Box<dyn Read>> + 'a>;

/// Opens the log of this name from its beginning.
pub type OpenLog<'a> = Box<dyn Fn(&str) -> io::Result<Box<dyn Read>> + 'a>;

/// A log's first bytes that are read: twice what a recording keeps of one.
const LONGEST_LOG_BYTES: u64 = 1 << 20;

/// Why a run cannot be graded.
#[derive(Debug, thiserror::Error)]
pub enum GradeError {
    /// The rubric or a target is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A foreign capture is none.
    #[error("{name}: {source}")]
    Capture {
        /// Its name.
        name: String,
        /// What is wrong with it.
        source: OpenError,
    },
}

impl RecordingInput<'_> {
    fn manifest(&self) -> Manifest {
        Manifest::Recorded(Box::new(self.manifest.clone()))
    }

    /// All lines that a role's program printed before we did anything to end it, as far as its log kept them; `None` if it cannot be
    /// read.
    fn output(&self, role: Role) -> Option<Vec<String>> {
        let mut processes = self.manifest.processes.iter();
        let process = processes.find(|process| process.role == role)?;
        let mut log = Vec::new();
        let file = (self.log)(&process.log).ok()?;
        let own = process.printed_before_stop.unwrap_or(LONGEST_LOG_BYTES);
        file.take(own.min(LONGEST_LOG_BYTES))
            .read_to_end(&mut log)
            .ok()?;
        let text = String::from_utf8_lossy(&log);
        Some(text.lines().map(str::to_owned).collect())
    }
}
