//! `synfin doctor`: what this machine can record, and what to do where it cannot.

use super::exit::{Exit, Failure};
use super::output::{self, Output};

/// Try how well this machine can isolate and record programs, and tell what to do where it cannot.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

#[cfg(target_os = "linux")]
pub(super) fn run(_args: &Args, _output: &Output) -> Result<Exit, Failure> {
    todo!()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(_args: &Args, _output: &Output) -> Result<Exit, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}
