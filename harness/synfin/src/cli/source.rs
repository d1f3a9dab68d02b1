//! What the user names: rubrics and targets.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use synfin_core::spec::{BUILTIN_RUBRICS, builtin_rubric, did_you_mean};

use super::exit::Failure;
use crate::options::{RubricSource, TargetSource};

/// `--rubric FILE|NAME`: a built-in name wins; a file of that name is written `./NAME`.
pub(super) fn rubric(text: &str) -> Result<RubricSource, Failure> {
    if let Some((name, _)) = builtin_rubric(text) {
        return Ok(RubricSource::Builtin(name));
    }
    let path = Path::new(text);
    if path.extension().is_some() || path.components().count() > 1 || path.exists() {
        return Ok(RubricSource::File(path.to_owned()));
    }
    let names = BUILTIN_RUBRICS.map(|(name, _)| name);
    let meant =
        did_you_mean(text, names).unwrap_or_else(|| format!("built in are {}", names.join(", ")));
    Err(Failure::Usage(anyhow!(
        "no rubric and no file is called {text:?}: {meant}"
    )))
}

/// The bundled pair, where a target is named.
const REFERENCE: &str = "reference";

/// One side's target: the bundled pair by its name, or a file; a file of that name is written `./reference`.
pub(super) fn target(text: &str) -> Option<TargetSource> {
    if text == REFERENCE {
        return Some(TargetSource::Reference);
    }
    let path = PathBuf::from(text);
    path.exists().then_some(TargetSource::File(path))
}
