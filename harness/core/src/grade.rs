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
mod recording;
mod run;
mod scenario;

use std::io::{self, Read};

use crate::checks::SourceText;
use crate::manifest::{Manifest, Recorded, RunFile};
use crate::pcap::OpenError;
use crate::spec::SpecError;

pub use foreign::grade_capture;
pub use run::grade;

/// All that a run left, as the store holds it.
pub struct RunInput<'a> {
    /// `run.json`.
    pub run: RunFile,
    /// The rubric to grade by: the run's own copy, or another.
    pub rubric: SourceText<'a>,
    /// The target's copy.
    pub target: SourceText<'a>,
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
}

/// Opens a capture from its beginning.
pub type OpenCapture<'a> = Box<dyn Fn() -> io::Result<Box<dyn Read>> + 'a>;

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
}
