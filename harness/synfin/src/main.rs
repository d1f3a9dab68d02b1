//! The binary: parse, call, print. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == synfin::sandbox::INIT_ARGUMENT)
    {
        return synfin::sandbox::init_main();
    }
    synfin::cli::main()
}
