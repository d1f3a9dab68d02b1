//! What a person asked of `synfin run` and `synfin record`: plain values between the command line and the runner.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

/// What `synfin run` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// What is run.
    pub programs: Programs,
    /// The Windows programs, for scenarios that want such.
    pub windows_target: Option<PathBuf>,
    /// What it is graded by.
    pub rubric: RubricSource,
    /// Scenarios and items by name; empty for all.
    pub only: Vec<String>,
    /// How many scenarios run at once; `None` lets the runner choose.
    pub jobs: Option<NonZeroUsize>,
    /// The folder under which `captures/` and `reports/` stand.
    pub out: PathBuf,
    /// Which recordings stay.
    pub keep: Keep,
    /// How many clients scenarios with several clients run instead.
    pub clients: Option<NonZeroU32>,
}

/// The programs under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Programs {
    /// The bundled pair.
    Reference,
    /// A target file, or the folder of one.
    Target(PathBuf),
    /// The server of one target and the client of another.
    Pair {
        /// Whose server.
        server: TargetSource,
        /// Whose client.
        client: TargetSource,
    },
    /// Two command lines, word by word.
    Commands {
        /// The server's.
        server: Vec<String>,
        /// The client's.
        client: Vec<String>,
        /// Where the server listens.
        listen: SocketAddr,
    },
}

/// A target that gives one side of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// The bundled pair.
    Reference,
    /// A target file, or the folder of one.
    File(PathBuf),
}

/// Where a rubric comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RubricSource {
    /// Compiled in, by name.
    Builtin(&'static str),
    /// A file.
    File(PathBuf),
}

/// Which recordings stay after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of all runs.
    All,
    /// Those of this run, if it did not pass; those of earlier runs stay as they are.
    Failed,
    /// Those of the newest runs, so many.
    Newest(NonZeroUsize),
}

/// What `synfin record` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordOptions {
    /// The command to start, word by word.
    pub command: Vec<String>,
    /// The folder under which `captures/` stands.
    pub out: PathBuf,
}
