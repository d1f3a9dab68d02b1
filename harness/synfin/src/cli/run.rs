//! `synfin run`: record the programs, then grade the recording, exactly as `synfin grade` would later.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::anyhow;
use synfin_core::spec::DEFAULT_RUBRIC;

use super::exit::{Exit, Failure};
use super::grade;
use super::output::Output;
use super::selection::SelectionArgs;
use super::{count, source, words};
use crate::options::{Keep, Programs, RunOptions, TargetSource};
use crate::store::{self, StoreError};

/// Record a server and its clients, and grade what crossed the wire.
///
/// Without arguments: the reference pair by the rubric Installation 1.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A target file, or the folder that holds a target.toml.
    #[arg(conflicts_with_all = ["server", "client"])]
    target: Option<PathBuf>,
    /// The server's command line (with --listen), or the target file it is taken from; `reference` is the bundled one.
    #[arg(long, value_name = "CMD|TARGET", requires = "client")]
    server: Option<String>,
    /// The client's command line (with --listen), or the target file it is taken from; `reference` is the bundled one.
    #[arg(long, value_name = "CMD|TARGET", requires = "server")]
    client: Option<String>,
    /// Where the server of --server listens.
    #[arg(long, value_name = "ADDR:PORT", requires = "server")]
    listen: Option<SocketAddr>,
    /// A target file of Windows programs, for the scenarios that ask for such.
    #[arg(long, value_name = "FILE")]
    windows_target: Option<PathBuf>,
    /// A rubric file, or the name of a built-in rubric.
    #[arg(long, value_name = "FILE|NAME", default_value = DEFAULT_RUBRIC)]
    rubric: String,
    #[command(flatten)]
    selection: SelectionArgs,
    /// How many scenarios run at once.
    #[arg(long, short, value_name = "N", value_parser = count::at_once)]
    jobs: Option<NonZeroUsize>,
    /// The folder under which captures/ and reports/ are made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Which recordings stay: all, those of runs that did not pass, or those of the newest N runs; reports always stay.
    #[arg(long, value_name = "N|failed|all", default_value = "all")]
    keep: KeepText,
    /// How many clients the scenarios with several clients run instead.
    #[arg(long, value_name = "N", value_parser = count::clients)]
    clients: Option<NonZeroU32>,
    #[command(flatten)]
    output: grade::OutputArgs,
}

/// What a target's folder calls its target.
const TARGET_FILE: &str = "target.toml";

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let options = options(args)?;
    if options.programs == Programs::Reference && Path::new(TARGET_FILE).exists() {
        output.talk(format_args!(
            "hint: this folder has a {TARGET_FILE}; what runs is the reference pair. To run the target: synfin run ."
        ));
    }
    with(&options, args.output, output)
}

/// Records and grades.
pub(super) fn with(
    options: &RunOptions,
    wanted: grade::OutputArgs,
    output: &Output,
) -> Result<Exit, Failure> {
    let folder = record(options, output)?;
    let exit = grade::grade_recording(&folder, &options.out, None, wanted, output)?;
    for removed in clear_away(options, &folder, exit).map_err(Failure::internal)? {
        output.talk(format_args!("removed {}", removed.display()));
    }
    Ok(exit)
}

/// Removes the recordings that are not to stay, and names them.
fn clear_away(options: &RunOptions, run: &Path, exit: Exit) -> Result<Vec<PathBuf>, StoreError> {
    match (options.keep, exit) {
        (Keep::All, _)
        | (Keep::Failed, Exit::Failed | Exit::Inconclusive | Exit::Usage | Exit::Internal) => {
            Ok(Vec::new())
        }
        (Keep::Failed, Exit::Passed) => {
            store::remove_run(run)?;
            Ok(vec![run.to_owned()])
        }
        (Keep::Newest(newest), _) => {
            store::remove_older_runs(&options.out.join("captures"), newest)
        }
    }
}

/// The one place where the command line meets the recorder: it makes the run's folder `OUT/captures/RUN`, tells how it goes
/// on, and gives the folder's path. What is graded afterwards is what lies there.
#[cfg(target_os = "linux")]
fn record(options: &RunOptions, output: &Output) -> Result<PathBuf, Failure> {
    super::recorder::run(options, output)
}

#[cfg(not(target_os = "linux"))]
fn record(_options: &RunOptions, _output: &Output) -> Result<PathBuf, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}

fn options(args: &Args) -> Result<RunOptions, Failure> {
    Ok(RunOptions {
        programs: programs(args)?,
        windows_target: args.windows_target.clone(),
        rubric: source::rubric(&args.rubric)?,
        selection: args.selection.values(),
        jobs: args.jobs,
        out: args.out.clone(),
        keep: args.keep.0,
        clients: args.clients,
        hidden: Vec::new(),
    })
}

fn programs(args: &Args) -> Result<Programs, Failure> {
    match (&args.target, &args.server, &args.client, args.listen) {
        (Some(target), _, _, _) => Ok(Programs::Target(target.clone())),
        (None, Some(server), Some(client), Some(listen)) => Ok(Programs::Commands {
            server: words::split(server).map_err(Failure::usage)?,
            client: words::split(client).map_err(Failure::usage)?,
            listen,
        }),
        (None, Some(server), Some(client), None) => Ok(Programs::Pair {
            server: target_file("--server", server)?,
            client: target_file("--client", client)?,
        }),
        (None, _, _, _) => Ok(Programs::Reference),
    }
}

/// Without `--listen`, `--server` and `--client` name target files; a command line given so is a mistake worth a hint.
fn target_file(option: &str, text: &str) -> Result<TargetSource, Failure> {
    source::target(text).ok_or_else(|| {
        Failure::Usage(anyhow!(
            "{option} {text:?} is no file: with a command line give --listen ADDR:PORT too"
        ))
    })
}

/// `--keep` as it is written.
#[derive(Clone, Copy, Debug)]
struct KeepText(Keep);

/// The text says neither how many nor which.
#[derive(Debug, thiserror::Error)]
#[error("neither a number above 0 nor `failed` nor `all`")]
struct UnknownKeep;

impl FromStr for KeepText {
    type Err = UnknownKeep;

    fn from_str(text: &str) -> Result<Self, UnknownKeep> {
        match text {
            "all" => Ok(Self(Keep::All)),
            "failed" => Ok(Self(Keep::Failed)),
            number => match number.parse() {
                Ok(newest) => Ok(Self(Keep::Newest(newest))),
                Err(_) => Err(UnknownKeep),
            },
        }
    }
}
