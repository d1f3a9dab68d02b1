//! `synfin matrix`: every server with every client, and which side broke a pair.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::anyhow;
use synfin_core::grade::REFERENCE;
use synfin_core::report::{self, Matrix, Status};
use synfin_core::spec::DEFAULT_RUBRIC;

use super::exit::{Exit, Failure};
use super::output::{self, Output};
use super::selection::SelectionArgs;
use super::{count, grade, source};
use crate::grading::Written;
use crate::options::{Keep, MatrixOptions, Named, Programs, RunOptions, TargetSource};

/// Record every server with every client, and tell which side breaks a pair.
///
/// The reference pair is always among them: a failure is put down to the side that fails with the reference too.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Targets to take the servers from; may be repeated.
    #[arg(long, value_name = "TARGET", num_args = 1..)]
    server: Vec<String>,
    /// Targets to take the clients from; may be repeated.
    #[arg(long, value_name = "TARGET", num_args = 1..)]
    client: Vec<String>,
    /// Leave the reference pair out: then no failure can be put down to a side.
    #[arg(long)]
    without_reference: bool,
    /// A rubric file, or the name of a built-in rubric; the lifecycle scenario of installation-1 if neither it nor --only is
    /// given.
    #[arg(long, value_name = "FILE|NAME")]
    rubric: Option<String>,
    /// How many scenarios of a pair run at once.
    #[arg(long, short, value_name = "N", value_parser = count::at_once)]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// The folder under which captures/ and reports/ are made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// What is printed on standard output.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A format of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The cells as a table, and below it what failed.
    #[default]
    Table,
    /// matrix.json.
    Json,
}

/// The scenario of the default rubric that is run.
const LIFECYCLE: &str = "lifecycle";

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let (matrix, files) = record(&options(args)?, output)?;
    output::data(&match args.format {
        Format::Table => report::matrix_table(&matrix, &output.page()),
        Format::Json => report::matrix_json(&matrix),
    })?;
    if grade::tell_files(&files, output) == Exit::Internal {
        return Ok(Exit::Internal);
    }
    let statuses = matrix.cells.iter().map(|cell| cell.status);
    Ok(Exit::of_statuses(statuses.collect::<Vec<Status>>()))
}

#[cfg(target_os = "linux")]
fn record(options: &MatrixOptions, output: &Output) -> Result<(Matrix, Vec<Written>), Failure> {
    let outcome = super::recorder::matrix(options, output)?;
    Ok((outcome.matrix, outcome.files))
}

#[cfg(not(target_os = "linux"))]
fn record(_options: &MatrixOptions, _output: &Output) -> Result<(Matrix, Vec<Written>), Failure> {
    Err(Failure::Usage(anyhow!("{}", super::NEEDS_LINUX)))
}

fn options(args: &Args) -> Result<MatrixOptions, Failure> {
    let mut selection = args.selection.values();
    if args.rubric.is_none() && selection.only.is_empty() {
        selection.only.push(LIFECYCLE.to_owned());
    }
    Ok(MatrixOptions {
        servers: named("--server", &args.server, args)?,
        clients: named("--client", &args.client, args)?,
        run: RunOptions {
            programs: Programs::Reference,
            windows_target: None,
            rubric: source::rubric(args.rubric.as_deref().unwrap_or(DEFAULT_RUBRIC))?,
            selection,
            jobs: args.jobs,
            out: args.out.clone(),
            keep: Keep::All,
            clients: None,
            hidden: Vec::new(),
        },
    })
}

/// The targets of one side, the reference first, each once.
fn named(option: &str, names: &[String], args: &Args) -> Result<Vec<Named>, Failure> {
    let reference = (!args.without_reference).then(|| REFERENCE.to_owned());
    let mut targets: Vec<Named> = Vec::new();
    for name in reference.iter().chain(names) {
        let source: TargetSource = source::target(name)
            .ok_or_else(|| Failure::Usage(anyhow!("{option} {name:?} is no target file")))?;
        if !targets.iter().any(|target| target.name == *name) {
            targets.push(Named {
                name: name.clone(),
                source,
            });
        }
    }
    if targets.is_empty() {
        return Err(Failure::Usage(anyhow!("give at least one {option} TARGET")));
    }
    Ok(targets)
}
