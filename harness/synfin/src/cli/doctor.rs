//! `synfin doctor`: what this machine can record, and what to do where it cannot.

use super::exit::{Exit, Failure};
use super::output::{self, Output};

/// Try how well this machine can isolate and record programs, and tell what to do where it cannot.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, output: &Output) -> Result<Exit, Failure> {
    output::data("")?;
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}
