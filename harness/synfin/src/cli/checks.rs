//! `synfin checks [ID]`: the catalogue.

use anyhow::anyhow;

use super::exit::{Exit, Failure};
use super::output::Output;

/// List the checks that rubrics may call, or tell all about one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The check's id.
    id: Option<String>,
}
