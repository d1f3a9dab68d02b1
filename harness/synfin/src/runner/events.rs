//! What a run tells while it goes on; `cli` draws it.

use std::path::PathBuf;

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// A command builds the programs.
    Building {
        /// The command.
        command: String,
    },
    /// A build command failed.
    BuildFailed {
        /// The command.
        command: String,
        /// What keeps its output.
        log: PathBuf,
    },
    /// The recordings begin.
    Started {
        /// How many scenarios will be recorded.
        scenarios: usize,
    },
    /// A scenario's recording begins.
    Recording {
        /// Its name.
        scenario: String,
    },
    /// A scenario's capture was not whole; it is recorded once more.
    Lossy {
        /// Its name.
        scenario: String,
        /// Frames dropped.
        dropped: u64,
    },
    /// A scenario's recording is complete.
    Recorded {
        /// Its name.
        scenario: String,
        /// Frames in its capture.
        frames: u64,
        /// How long it took, milliseconds.
        millis: u64,
    },
    /// The watched command printed lines.
    Printed {
        /// The lines, as it wrote them.
        text: String,
    },
    /// A scenario could not be recorded.
    NotRecorded {
        /// Its name.
        scenario: String,
        /// Why.
        why: String,
    },
}
