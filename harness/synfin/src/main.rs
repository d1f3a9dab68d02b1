//! The binary: parse, call, print. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    {
        let mut arguments = std::env::args_os().skip(1);
        if arguments
            .next()
            .is_some_and(|first| first == synfin::sandbox::INIT_ARGUMENT)
        {
            return synfin::sandbox::init_main(arguments.next());
        }
    }
    synfin::cli::main()
}
