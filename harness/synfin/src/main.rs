//! The binary: parse, call, print. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    synfin::cli::main()
}
