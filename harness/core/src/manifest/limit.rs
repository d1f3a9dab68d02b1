//! Limits that programs reached.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A limit that a program reached. Of `disk`, it was told by the file system; by any other it was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitHit {
    /// Which.
    pub limit: Limit,
    /// How much was allowed: milliseconds, bytes, or processes.
    pub allowed: u64,
    /// When it was seen.
    pub at: u64,
}

/// Something of which a program may use only so much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Time from its start, milliseconds.
    Wall,
    /// Processor time, milliseconds.
    Cpu,
    /// Memory of its own, bytes.
    Memory,
    /// What it printed, bytes.
    Output,
    /// Processes and threads.
    Processes,
    /// What lies in its folder and its `/tmp`, bytes.
    Disk,
    /// What was captured of the wire of all programs of the scenario, bytes.
    Capture,
}

/// `12 s of processor time`, `1073741824 bytes of memory`.
impl fmt::Display for LimitHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limit, allowed, .. } = self;
        let seconds = Duration::from_millis(*allowed).as_secs_f64();
        match limit {
            Limit::Wall => write!(f, "{seconds} s of time"),
            Limit::Cpu => write!(f, "{seconds} s of processor time"),
            Limit::Memory => write!(f, "{} of memory", Bytes(*allowed)),
            Limit::Output => write!(f, "{} of output", Bytes(*allowed)),
            Limit::Processes => write!(f, "{allowed} processes and threads"),
            Limit::Disk => write!(f, "{} of disk", Bytes(*allowed)),
            Limit::Capture => write!(f, "{} of captured frames", Bytes(*allowed)),
        }
    }
}

/// Bytes in the largest unit that divides them: `256 MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        let whole = |(unit, _): &&(u64, &str)| self.0 > 0 && self.0.is_multiple_of(*unit);
        match units.iter().find(whole) {
            Some((unit, name)) => write!(f, "{} {name}", self.0 / unit),
            None => write!(f, "{} bytes", self.0),
        }
    }
}
