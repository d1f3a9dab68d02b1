//! `synfin selftest`: whether every check finds what it is for, and nothing else.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::options::SelftestOptions;

/// Try every check on programs that are broken on purpose, and on unusual ones that are sound.
///
/// Needs python3; programs in C, Java and Node are left out, by name, where cc, javac or node is missing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this program, or all of this check or scenario, or `sound`; may be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// How many programs are tried at once.
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Try everything so often; the matrix must be the same each time.
    #[arg(long, value_name = "K", default_value = "1")]
    repeat: NonZeroU32,
    /// The folder under which recordings and reports stay; without it they are removed.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A format of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// The kill matrix, checks × programs, and what is wrong.
    #[default]
    Text,
    /// The same as a document.
    Json,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let options = SelftestOptions {
        only: args.only.clone(),
        jobs: args.jobs,
        repeat: args.repeat,
        out: args.out.clone(),
    };
    selftest(&options, args.format, output)
}

#[cfg(target_os = "linux")]
fn selftest(options: &SelftestOptions, format: Format, output: &Output) -> Result<Exit, Failure> {
    let matrix = super::recorder::selftest(options, output)?;
    super::output::data(&match format {
        Format::Text => matrix.text(),
        Format::Json => matrix.json(),
    })?;
    Ok(if matrix.is_right() {
        Exit::Passed
    } else {
        Exit::Failed
    })
}

#[cfg(not(target_os = "linux"))]
fn selftest(_: &SelftestOptions, _: Format, _: &Output) -> Result<Exit, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}
