//! What is known of a submission that is finished: of what it was the result, and where the result is.

use std::path::Path;

use serde::{Deserialize, Serialize};
use synfin_core::report::Report;
use synfin_core::spec::is_one_component;

use crate::store::{self, StoreError};

/// The file, beside the submission's captures and reports.
const FILE: &str = "done.json";

/// A submission that was recorded and graded to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Done {
    /// Version of this format, 1.
    schema: u32,
    /// Of the submission's folder, the rubric, the template, the level asked for and the version of synfin.
    pub(super) digest: String,
    /// The run.
    pub(super) run: String,
}

impl Done {
    pub(super) fn new(digest: String, report: &Report) -> Self {
        Self {
            schema: 1,
            digest,
            run: report.run.clone(),
        }
    }

    /// What is written in a submission's place; none if that is not ours to understand.
    pub(super) fn read(place: &Path) -> Option<Self> {
        let text = store::read(&place.join(FILE)).ok()?;
        let done: Self = serde_json::from_slice(&text).ok()?;
        (done.schema == 1 && is_one_component(&done.run)).then_some(done)
    }

    /// Whether it is of the very submission that this digest is of.
    pub(super) fn is_of(&self, digest: &str) -> bool {
        self.digest == digest
    }

    pub(super) fn write(&self, place: &Path) -> Result<(), StoreError> {
        let text = serde_json::to_string_pretty(self).expect("a struct of strings is JSON");
        store::write_atomically(&place.join(FILE), (text + "\n").as_bytes())
    }
}
