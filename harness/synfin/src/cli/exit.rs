//! Exit codes, and the errors that lead to them.

use std::process::ExitCode;

use synfin_core::report::{Report, Status};
use synfin_core::spec::SpecError;

/// What the process's exit status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing failed, wavered or stayed open.
    Passed = 0,
    /// At least one item is Fail or Flaky.
    Failed = 1,
    /// The command line or a file that it names is wrong; nothing was graded.
    Usage = 2,
    /// At least one item is Inconclusive and none failed; with `--strict` also if one was Skipped.
    Inconclusive = 3,
    /// synfin could not do its own work.
    Internal = 4,
}

/// The codes as `--help` tells them.
pub(super) const HELP: &str = "Exit status: 0 passed · 1 failed or flaky · 2 wrong usage or file · \
    3 inconclusive, nothing failed · 4 internal error";

/// Whether skipped items are put up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strictness {
    /// They are.
    Lenient,
    /// They count as inconclusive.
    Strict,
}

impl Strictness {
    /// Of the flag `--strict`.
    pub(super) fn of_flag(strict: bool) -> Self {
        if strict { Self::Strict } else { Self::Lenient }
    }
}

impl Exit {
    /// What a graded report comes to.
    pub(super) fn of_report(report: &Report, strictness: Strictness) -> Self {
        match (report.status, strictness) {
            (Status::Failed, _) => Self::Failed,
            (Status::Inconclusive, _) => Self::Inconclusive,
            (Status::Passed, Strictness::Strict) if report.points.skipped_items > 0 => {
                Self::Inconclusive
            }
            (Status::Passed, Strictness::Lenient | Strictness::Strict) => Self::Passed,
        }
    }
}

impl Exit {
    /// What several reports come to: one that failed fails all.
    pub(super) fn of_statuses(statuses: impl AsRef<[Status]>) -> Self {
        let statuses = statuses.as_ref();
        if statuses.contains(&Status::Failed) {
            Self::Failed
        } else if statuses.contains(&Status::Inconclusive) {
            Self::Inconclusive
        } else {
            Self::Passed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command line, or a file it names, is wrong.
    Usage(anyhow::Error),
    /// A rubric or a target is wrong.
    Spec(Box<SpecError>),
    /// Something of ours failed.
    Internal(anyhow::Error),
}

impl Failure {
    pub(super) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::Usage(error.into())
    }

    pub(super) fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Spec(_) => Exit::Usage,
            Self::Internal(_) => Exit::Internal,
        }
    }
}

/// Prints clap's message: help and version are data and no failure.
pub(super) fn of_parse(error: &clap::Error) -> Exit {
    // A closed pipe leaves nobody to tell.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Passed
    }
}
