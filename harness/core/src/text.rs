//! Text that strangers wrote: program output, file names, payload excerpts.

use std::fmt;

/// Text from outside, made harmless once: bounded, valid Unicode, and without control, bidirectional or noncharacters,
/// which are shown as escapes (`\x1b`). Printing it cannot move a cursor; each renderer still escapes for its own format.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Foreign(String);

impl Foreign {
    /// The text as it may be printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
