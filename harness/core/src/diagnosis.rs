//! An observed pattern → what usually causes it and what to do instead. The one home of all *usually* texts.
//!
//! ```text
//! Story ─► findings: what was seen, in words ─► Pattern ─► usual causes, remedy, source
//! ```
//!
//! What was seen is certain; a cause is a guess, so there may be several, likeliest first.

mod causes;
mod findings;
mod pattern;
mod program_causes;

pub use findings::{Finding, findings};
pub use pattern::Pattern;

/// A usual cause of what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usually {
    /// The cause, in the words of source code.
    pub cause: String,
    /// What to do instead.
    pub remedy: String,
    /// Where that is written (RFC section, manual page).
    pub source: String,
}

impl Pattern {
    /// What usually causes it, likeliest first.
    pub fn usually(self) -> Vec<Usually> {
        self.causes()
            .iter()
            .map(|&(cause, remedy, source)| Usually {
                cause: cause.to_owned(),
                remedy: remedy.to_owned(),
                source: source.to_owned(),
            })
            .collect()
    }
}
