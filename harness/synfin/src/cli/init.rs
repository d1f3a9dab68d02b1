//! `synfin init`: a first target and rubric for a folder, guessed, written and tried.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
#[cfg(target_os = "linux")]
use synfin_core::manifest::Level;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::guess::{Guess, Source, rubric_text, speaks_udp_only, target_text};
use crate::options::{Keep, Programs, RubricSource, RunOptions, Selection};
use crate::store;

/// Look at a folder of programs and write a first target.toml and rubric.toml for them.
///
/// Nothing is overwritten. What could not be guessed is said, here and in the files. If recording works here, they are run once.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Only write the files.
    #[arg(long)]
    no_run: bool,
    /// The folder under which captures/ and reports/ of the run are made.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

/// The longest source that is looked at, bytes, and the most of them.
const SOURCE_BYTES_MAX: u64 = 256 * 1024;
const SOURCES_MAX: usize = 200;

/// In how many folders below sources are looked for.
const FOLDERS_MAX: usize = 100;

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let [target, rubric] = ["target.toml", "rubric.toml"].map(|name| args.folder.join(name));
    for path in [&target, &rubric] {
        if path.exists() {
            let path = path.display();
            return Err(Failure::Usage(anyhow!(
                "{path} is there already, and stays as it is"
            )));
        }
    }
    let sources = sources(&args.folder)?;
    if speaks_udp_only(&sources) {
        return Err(Failure::Usage(anyhow!(
            "these programs speak UDP, and synfin looks at TCP: there is nothing to grade them by"
        )));
    }
    let guess = Guess::of(&sources);
    for (path, text) in [
        (&target, target_text(&guess)),
        (&rubric, rubric_text(&guess)),
    ] {
        store::write_new(path, text.as_bytes()).map_err(Failure::usage)?;
        output.talk(format_args!("wrote {}", path.display()));
    }
    if args.no_run || !guess.can_run() {
        tell_what_is_left(&guess, &args.folder, output);
        return Ok(Exit::Passed);
    }
    let options = RunOptions {
        programs: Programs::Target(target),
        windows_target: None,
        rubric: RubricSource::File(rubric),
        selection: Selection::default(),
        jobs: None,
        out: args.out.clone(),
        keep: Keep::All,
        clients: None,
        hidden: Vec::new(),
    };
    let exit = try_out(&options, output)?;
    tell_what_is_left(&guess, &args.folder, output);
    Ok(exit)
}

/// Says what is to be looked at in the files, and how they are run again.
fn tell_what_is_left(guess: &Guess, folder: &Path, output: &Output) {
    for unknown in guess.unknowns() {
        output.talk(format_args!("could not guess {unknown}"));
    }
    let next = match (guess.can_run(), guess.unknowns()) {
        (true, []) => "again",
        (true, _) => "look at target.toml, then",
        (false, _) => "complete target.toml, then",
    };
    let folder = folder.display();
    let command = if guess.lacks_only_the_client() {
        format!("synfin run --server {folder} --client OTHER_TARGET")
    } else {
        format!("synfin run {folder} --rubric {folder}/rubric.toml")
    };
    output.talk(format_args!("{next}: {command}"));
}

/// Runs the fresh files once, where recording works.
#[cfg(target_os = "linux")]
fn try_out(options: &RunOptions, output: &Output) -> Result<Exit, Failure> {
    if super::recorder::probe()?.used() == Level::Nothing {
        output.talk("not run, for recording does not work here: see synfin doctor");
        return Ok(Exit::Passed);
    }
    super::run::with(options, super::grade::OutputArgs::default(), output)
}

#[cfg(not(target_os = "linux"))]
fn try_out(_options: &RunOptions, output: &Output) -> Result<Exit, Failure> {
    output.talk(format_args!("not run: {}", super::NEEDS_LINUX));
    Ok(Exit::Passed)
}

/// The folder's files, as far as they can be sources.
fn sources(folder: &Path) -> Result<Vec<Source>, Failure> {
    let names = store::file_names_below(folder, FOLDERS_MAX).map_err(Failure::usage)?;
    let source = |name: String| {
        let start = store::read_start(&folder.join(&name), SOURCE_BYTES_MAX).ok()?;
        let text = String::from_utf8_lossy(&start).into_owned();
        Some(Source { name, text })
    };
    Ok(names
        .into_iter()
        .take(SOURCES_MAX)
        .filter_map(source)
        .collect())
}
