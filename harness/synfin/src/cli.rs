//! The command line: one file a subcommand, each of which parses, calls one function and prints.
//!
//! Standard output is data, standard error is talk. This is the only module that prints.

mod capture;
mod count;
mod exit;
mod output;
mod progress;
mod source;
mod words;

mod batch;
mod checks;
mod doctor;
mod explain;
mod flows;
mod follow;
mod grade;
mod init;
mod matrix;
mod record;
#[cfg(target_os = "linux")]
mod recorder;
mod run;
mod selection;
mod selftest;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::Exit;
use exit::Failure;
use output::{ColourChoice, Output};

/// From SYN to FIN: records what TCP programs really send, and grades it.
#[derive(Debug, Parser)]
#[command(name = "synfin", version, max_term_width = 100, after_help = exit::HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Whether output is coloured; NO_COLOR says never.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: ColourChoice,
    /// Say nothing on standard error but errors.
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Init(init::Args),
    Record(record::Args),
    Grade(grade::Args),
    Matrix(matrix::Args),
    Batch(batch::Args),
    Flows(flows::Args),
    Explain(explain::Args),
    Follow(follow::Args),
    Checks(checks::Args),
    Selftest(selftest::Args),
    Doctor(doctor::Args),
}

/// What recording says on other systems.
#[cfg(not(target_os = "linux"))]
const NEEDS_LINUX: &str = "recording needs Linux: record with Wireshark and use synfin grade";

/// Does what the process's arguments say.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::of_parse(&error).into(),
    };
    let output = Output::new(cli.color, cli.quiet);
    match dispatch(&cli.command, &output) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}

fn dispatch(command: &Command, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) => run::run(args, output),
        Command::Init(args) => init::run(args, output),
        Command::Record(args) => record::run(args, output),
        Command::Grade(args) => grade::run(args, output),
        Command::Matrix(args) => matrix::run(args, output),
        Command::Batch(args) => batch::run(args, output),
        Command::Flows(args) => flows::run(args, output),
        Command::Explain(args) => explain::run(args, output),
        Command::Follow(args) => follow::run(args, output),
        Command::Checks(args) => checks::run(args, output),
        Command::Selftest(args) => selftest::run(args, output),
        Command::Doctor(args) => doctor::run(args, output),
    }
}
