//! What a self-test finds fault with.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "wrong")]
pub enum Wrong {
    /// The check that must fail a broken program did not.
    LetLive {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// What it said instead.
        saw: String,
    },
    /// A check failed a program that it has nothing to say against.
    FailedToo {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// What it saw.
        saw: String,
    },
    /// A check did not pass a sound program.
    NotPassed {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// What it saw.
        saw: String,
    },
    /// No program that was tried was failed by the check that it was broken for.
    NeverKilled {
        /// The check.
        check: String,
    },
    /// A conclusion that was another in an earlier round.
    Changed {
        /// The program.
        program: String,
        /// The check.
        check: String,
        /// In which round, from 1 on.
        round: u32,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LetLive {
                program,
                check,
                saw,
            } => {
                write!(f, "{program}: {check} let it live ({saw})")
            }
            Self::FailedToo {
                program,
                check,
                saw,
            } => {
                write!(f, "{program}: {check} fails it as well ({saw})")
            }
            Self::NotPassed {
                program,
                check,
                saw,
            } => {
                write!(f, "{program}: {check} does not pass it ({saw})")
            }
            Self::NeverKilled { check } => write!(f, "{check}: no broken program was failed by it"),
            Self::Changed {
                program,
                check,
                round,
            } => {
                write!(f, "{program}: {check} says something else in round {round}")
            }
        }
    }
}
