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
        /// How many there will be.
        recordings: u32,
    },
    /// A recording begins.
    Recording {
        /// Its file stem: the scenario, and which repetition.
        recording: String,
    },
    /// A recording's capture was not whole; it is made once more, unless it was.
    Lossy {
        /// Its file stem.
        recording: String,
        /// Frames dropped.
        dropped: u64,
    },
    /// A fault of a recording missed the transfer that it was to meet; it is made once more, unless it was.
    CameTooLate {
        /// Its file stem.
        recording: String,
    },
    /// A recording is complete.
    Recorded {
        /// Its file stem.
        recording: String,
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
    /// Nothing can be recorded at all.
    CannotRecord {
        /// Why.
        why: String,
    },
    /// A recording could not be made.
    NotRecorded {
        /// Its file stem.
        recording: String,
        /// Why.
        why: String,
    },
    /// One of several runs begins.
    Began {
        /// Which: a submission, or a pair.
        what: String,
    },
    /// One of several runs is graded, or could not be.
    Ended {
        /// Which.
        what: String,
        /// What it came to.
        result: String,
    },
}
