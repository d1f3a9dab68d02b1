//! What a person asked of `synfin run`, `record` and `selftest`: plain values between the command line and the runner.

use std::net::SocketAddr;
use std::num::{NonZeroU16, NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use synfin_core::manifest::Level;

/// What `synfin run` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// What is run.
    pub programs: Programs,
    /// The Windows programs, for scenarios that want such.
    pub windows_target: Option<PathBuf>,
    /// What it is graded by.
    pub rubric: RubricSource,
    /// What of it is recorded.
    pub selection: Selection,
    /// How many scenarios run at once; `None` lets the runner choose.
    pub jobs: Option<NonZeroUsize>,
    /// The folder under which `captures/` and `reports/` stand.
    pub out: PathBuf,
    /// Which recordings stay.
    pub keep: Keep,
    /// How many clients scenarios with several clients run instead.
    pub clients: Option<NonZeroU32>,
    /// What the programs may not see beside this run's own captures and reports: the work of others.
    pub hidden: Vec<PathBuf>,
}

/// What of a rubric is recorded, how often, and at which level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Scenarios and items by name; empty for all.
    pub only: Vec<String>,
    /// How often each scenario is recorded, whatever the rubric says.
    pub repeat: Option<NonZeroU32>,
    /// The level at which it is recorded, or nothing is; `None` for the best that works.
    pub level: Option<Level>,
}

/// What `synfin matrix` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixOptions {
    /// The servers, each as it was named.
    pub servers: Vec<Named>,
    /// The clients.
    pub clients: Vec<Named>,
    /// How each pair is run; its programs are the pair's.
    pub run: RunOptions,
}

/// A target as the user named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub source: TargetSource,
}

/// What `synfin batch` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOptions {
    /// The folder of submissions: each folder in it is one.
    pub folder: PathBuf,
    /// The target of all submissions; each has its own otherwise.
    pub template: Option<PathBuf>,
    /// What they are graded by.
    pub rubric: RubricSource,
    /// How many are run at once.
    pub jobs: NonZeroUsize,
    /// What of it is recorded.
    pub selection: Selection,
    /// The folder under which `batch/` stands.
    pub out: PathBuf,
    /// Whether anything is recorded.
    pub work: BatchWork,
}

/// What a batch does with the submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchWork {
    /// Those that are not done yet are recorded and graded.
    Record,
    /// The recordings that there are, are graded anew.
    Regrade,
}

/// The programs under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Programs {
    /// The bundled pair.
    Reference,
    /// A target file, or the folder of one.
    Target(PathBuf),
    /// A target file that describes the programs of another folder.
    Template {
        /// The target file.
        target: PathBuf,
        /// The folder of the programs.
        folder: PathBuf,
    },
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
    /// The port that is asked about: where there are no namespaces, no other is recorded.
    pub port: Option<NonZeroU16>,
    /// The folder under which `captures/` stands.
    pub out: PathBuf,
}

/// What `synfin selftest` is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelftestOptions {
    /// Programs, checks and scenarios by name; empty for all.
    pub only: Vec<String>,
    /// How many programs are tried at once; `None` lets us choose.
    pub jobs: Option<NonZeroUsize>,
    /// How often everything is tried; the matrix must be the same each time.
    pub repeat: NonZeroU32,
    /// Where recordings and reports stay; `None` for nowhere.
    pub out: Option<PathBuf>,
}
