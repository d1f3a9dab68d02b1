//! `synfin checks [ID]`: the catalogue.

use anyhow::anyhow;
use synfin_core::checks::{CATALOGUE, Check, find};
use synfin_core::spec::did_you_mean;

use super::exit::{Exit, Failure};
use super::output::{self, Output};

/// List the checks that rubrics may call, or tell all about one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The check's id.
    id: Option<String>,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let text = match &args.id {
        None => list(output),
        Some(id) => page(find(id).ok_or_else(|| unknown(id))?, output),
    };
    output::data(&text)?;
    Ok(Exit::Passed)
}

fn unknown(id: &str) -> Failure {
    let known = CATALOGUE.iter().map(|check| check.id);
    let meant = did_you_mean(id, known).unwrap_or_else(|| "`synfin checks` lists all".to_owned());
    Failure::Usage(anyhow!("no check is called `{id}`: {meant}"))
}

fn list(output: &Output) -> String {
    let widest = CATALOGUE
        .iter()
        .map(|check| check.id.len())
        .max()
        .unwrap_or(0);
    let line = |check: &Check| output.labelled(&format!("{:widest$}  ", check.id), check.title);
    CATALOGUE.iter().map(line).collect()
}

fn page(check: &Check, output: &Output) -> String {
    let mut text = output.labelled(&format!("{}  ", check.id), check.title);
    text += "\n";
    text += &output.labelled("  requires   ", &format!("“{}”", check.requirement.quote));
    text += &output.labelled("  source     ", check.requirement.source);
    text += &output.labelled(
        "  needs      ",
        &format!("{} (else Inconclusive)", check.precondition),
    );
    for parameter in check.parameters {
        text += &output.labelled(
            "  parameter  ",
            &format!("{} = {}", parameter.name, parameter.meaning),
        );
    }
    text
}
