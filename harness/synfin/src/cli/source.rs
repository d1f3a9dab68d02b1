//! What the user names: captures and rubrics.

use std::path::Path;

use anyhow::anyhow;
use synfin_core::spec::{BUILTIN_RUBRICS, builtin_rubric, did_you_mean};

use super::exit::Failure;
use crate::options::RubricSource;

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
