//! The catalogue of checks: one file a check, each `fn(&Observation, &Params) -> Verdict`.

mod verdict;

pub use verdict::{Cause, Evidence, Finding, Look, Usually, Verdict};
