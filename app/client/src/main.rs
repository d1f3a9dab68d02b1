//! `synfin-client ADDR`: a numbered menu, or one command for scripts, around the library.
#![forbid(unsafe_code)]

mod arguments;
mod exit;
mod menu;
mod one_shot;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::Arguments;
use exit::Exit;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.command {
        Some(command) => one_shot::run(&arguments, command).into(),
        None if arguments.json => Arguments::command()
            .error(
                clap::error::ErrorKind::MissingSubcommand,
                "--json needs a command",
            )
            .exit(),
        None => run_menu(&arguments).into(),
    }
}

fn run_menu(arguments: &Arguments) -> Exit {
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match menu::run(arguments, input, output) {
        Ok(()) => Exit::Success,
        Err(error) => complain(&error),
    }
}

/// One sentence on stderr, and the exit status that belongs to it.
fn complain(error: &synfin_client::ClientError) -> Exit {
    // If even stderr is gone, the status still tells.
    let _unheard = writeln!(std::io::stderr(), "synfin-client: {error}");
    Exit::of(error)
}
