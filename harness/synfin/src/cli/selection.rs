//! `--only`, `--repeat` and `--level`, which all that record by a rubric share.

use std::num::NonZeroU32;

use synfin_core::manifest::Level;

use super::count;
use crate::options::Selection;

/// What of the rubric is recorded.
#[derive(Debug, clap::Args)]
pub(super) struct SelectionArgs {
    /// Only this scenario, or the scenarios of this item; may be repeated.
    #[arg(long, value_name = "SCENARIO|ITEM")]
    only: Vec<String>,
    /// How often each scenario is recorded: an item that passes in some recordings only is flaky.
    #[arg(long, value_name = "K", value_parser = count::repetitions)]
    repeat: Option<NonZeroU32>,
    /// The isolation level, 0 to 4, as synfin doctor tells them; where it does not work, nothing is recorded. 0 and 1 count
    /// as the same. The best that works, if nothing is said.
    #[arg(long, value_name = "N", value_parser = count::level)]
    level: Option<Level>,
}

impl SelectionArgs {
    /// What was given, as values.
    pub(super) fn values(&self) -> Selection {
        Selection {
            only: self.only.clone(),
            repeat: self.repeat,
            level: self.level,
        }
    }
}
