//! What programs may use before they are ended.

use std::time::Duration;

/// The limits of both phases of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseLimits {
    /// Of each build command.
    pub build: Limits,
    /// Of each program while it is recorded.
    pub run: Limits,
}

/// What one program, with all that it started, may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time from its start.
    pub wall: Duration,
    /// Processor time.
    pub cpu: Duration,
    /// Memory of its own (anonymous pages), bytes.
    pub memory_bytes: u64,
    /// What it prints, bytes.
    pub output_bytes: u64,
    /// Processes and threads.
    pub processes: u64,
    /// What lies in its folder and in its `/tmp`, bytes.
    pub disk_bytes: u64,
    /// What is captured of the scenario's wire beside the files of its steps, bytes.
    pub capture_bytes: u64,
}

impl Default for PhaseLimits {
    fn default() -> Self {
        Self {
            build: Limits {
                wall: Duration::from_mins(2),
                cpu: Duration::from_mins(4),
                memory_bytes: 2 << 30,
                output_bytes: 16 << 20,
                processes: 512,
                disk_bytes: 512 << 20,
                // A build has no wire.
                capture_bytes: u64::MAX,
            },
            run: Limits {
                wall: Duration::from_mins(10),
                cpu: Duration::from_mins(2),
                memory_bytes: 1 << 30,
                output_bytes: 256 << 20,
                processes: 1024,
                disk_bytes: 256 << 20,
                capture_bytes: 4 << 30,
            },
        }
    }
}
