//! `synfin batch`: a class of submissions in one go.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use synfin_core::spec::DEFAULT_RUBRIC;

use super::exit::{Exit, Failure};
use super::output::Output;
use super::selection::SelectionArgs;
use super::{count, source};
use crate::options::{BatchOptions, BatchWork};

/// Record and grade every submission of a class.
///
/// Each folder in DIR is one. OUT/batch/NAME has its captures and reports, OUT/batch/class.csv a row for each. What is done
/// of the very same submission, rubric and target is not done again.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of submissions.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// A rubric file, or the name of a built-in rubric.
    #[arg(long, value_name = "FILE|NAME", default_value = DEFAULT_RUBRIC)]
    rubric: String,
    /// The target file for all submissions; without it, each is run as its own target.toml says.
    #[arg(long, value_name = "TEMPLATE")]
    target: Option<PathBuf>,
    /// How many submissions run at once.
    #[arg(long, short, value_name = "N", default_value = "4", value_parser = count::at_once)]
    jobs: NonZeroUsize,
    #[command(flatten)]
    selection: SelectionArgs,
    /// The folder under which batch/ is made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Record nothing: grade the recordings that there are by this rubric.
    #[arg(long)]
    regrade: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    grade_class(&options(args)?, output)
}

#[cfg(target_os = "linux")]
fn grade_class(options: &BatchOptions, output: &Output) -> Result<Exit, Failure> {
    use synfin_core::report::{Status, class_table};

    use super::{grade, output as stdout, recorder};

    let outcome = recorder::batch(options, output)?;
    stdout::data(&class_table(&outcome.class, &output.page()))?;
    let files = grade::tell_files(&outcome.files, output);
    output.talk(in_words(&outcome));
    if files == Exit::Internal {
        return Ok(files);
    }
    let statuses = outcome.class.rows.iter().map(|row| row.status);
    Ok(Exit::of_statuses(statuses.collect::<Vec<Status>>()))
}

#[cfg(not(target_os = "linux"))]
fn grade_class(_options: &BatchOptions, _output: &Output) -> Result<Exit, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}

fn options(args: &Args) -> Result<BatchOptions, Failure> {
    Ok(BatchOptions {
        folder: args.folder.clone(),
        template: args.target.clone(),
        rubric: source::rubric(&args.rubric)?,
        jobs: args.jobs,
        selection: args.selection.values(),
        out: args.out.clone(),
        work: if args.regrade {
            BatchWork::Regrade
        } else {
            BatchWork::Record
        },
    })
}

/// `40 submissions (12 done before) in 81.2 s · processor time: programs 91.0 s, synfin 5.2 s (5 %)`.
#[cfg(target_os = "linux")]
fn in_words(outcome: &crate::batch::BatchOutcome) -> String {
    let seconds =
        |milliseconds: u64| format!("{}.{}", milliseconds / 1000, milliseconds % 1000 / 100);
    format!(
        "{} submissions ({} done before) in {} s · processor time: programs {} s, synfin {} s ({} %)",
        outcome.class.rows.len(),
        outcome.done_before,
        seconds(outcome.cost.wall_ms),
        seconds(outcome.cost.programs_ms),
        seconds(outcome.cost.own_ms),
        outcome.cost.own_percent(),
    )
}
