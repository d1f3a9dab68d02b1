//! The helper of level 3, for an administrator to let open packet sockets: `setcap cap_net_raw+ep`. Everything is in the library.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    synfin::sandbox::capture_main(std::env::args_os().skip(1))
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    use std::io::Write;
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "synfin-capture is for Linux");
    ExitCode::FAILURE
}
