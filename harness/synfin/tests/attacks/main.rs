//! Hostile programs: each tries to see, change, stall, outlive or fool the grader, says what it tried and what came of it, and
//! is graded all the same. `docs/attacks.md` has a row for each test. Everything happens inside the sandbox.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests start programs, read files, and end where something is missing"
)]

mod files;
mod level_2;
mod network;
mod output;
mod processes;
mod reading;
#[path = "../edge/scenario.rs"]
#[expect(
    dead_code,
    reason = "shared with the tests of the edge, which use more"
)]
mod scenario;
mod submission;
#[path = "../it/support.rs"]
#[expect(
    dead_code,
    reason = "shared with the tests of the binary, which use more"
)]
mod support;
mod told;
mod wire;
