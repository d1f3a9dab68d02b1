//! `synfin record -- COMMAND`: watch what a command does on the wire, and retell it.

use std::num::NonZeroU16;
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::options::RecordOptions;

/// Run a command in a private network namespace and record its loopback traffic.
///
/// As root where there can be no namespaces, the loopback is the host's: then only the traffic of --port is recorded.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// List only connections of this TCP port; the capture holds all.
    #[arg(long, value_name = "P")]
    port: Option<NonZeroU16>,
    /// The folder under which captures/ is made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// The command and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let options = RecordOptions {
        command: args.command.clone(),
        port: args.port,
        out: args.out.clone(),
    };
    let capture = record(&options, output)?;
    output.talk(format_args!("wrote {}", capture.display()));
    super::flows::list(&capture, args.port, output)
}

/// The one place where the command line meets the recorder: it makes one capture and gives its path.
#[cfg(target_os = "linux")]
fn record(options: &RecordOptions, output: &Output) -> Result<PathBuf, Failure> {
    super::recorder::record(options, output)
}

#[cfg(not(target_os = "linux"))]
fn record(_options: &RecordOptions, _output: &Output) -> Result<PathBuf, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}
