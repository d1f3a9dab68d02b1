//! From a recording to its reports: the one path, for a run that has just ended and for one recorded long ago.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use synfin_core::report::{self, Page, Report};
use synfin_core::spec::builtin_rubric;

use crate::options::RubricSource;
use crate::store::{self, StoreError};

/// Why a recording could not be graded.
#[derive(Debug, thiserror::Error)]
pub enum GradingError {
    /// A file of it, or a place to write to.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A graded recording, and what was written of it.
#[derive(Debug)]
pub struct Graded {
    /// What the grading says.
    pub report: Report,
    /// The folder of the reports.
    pub folder: PathBuf,
    /// Every file that was to be written, and whether it was.
    pub files: Vec<Written>,
}

/// A file written, or not.
#[derive(Debug)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Whether.
    pub outcome: Result<(), WriteError>,
}

/// Why a report is missing.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its renderer failed.
    #[error(transparent)]
    Render(#[from] report::JunitError),
    /// Its file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Grades a run's folder and writes its reports to `OUT/reports/RUN`.
///
/// # Errors
/// If the recording cannot be read or the rubric is wrong. That a report could not be written is told in [`Graded::files`].
pub fn grade_and_report(
    run_folder: &Path,
    out: &Path,
    rubric: Option<&RubricSource>,
) -> Result<Graded, GradingError> {
    let report = grade_run(run_folder, rubric)?;
    publish(report, out)
}

/// The columns of reports in files: they suit a mail, a log and a review.
const FILE_COLUMNS: usize = 100;

/// Writes a report in every format, each by itself: one that fails stops no other.
fn publish(report: Report, out: &Path) -> Result<Graded, GradingError> {
    let folder = out.join("reports").join(&report.run);
    store::create_folder(&folder)?;
    let page = Page::plain(FILE_COLUMNS);
    let rendered: [(&str, Result<String, report::JunitError>); 5] = [
        ("report.json", Ok(report::json(&report))),
        ("report.txt", Ok(rubric_and_failures(&report, &page))),
        ("connections.txt", Ok(report::connections(&report, &page))),
        ("report.md", Ok(report::markdown(&report))),
        ("junit.xml", report::junit(&report)),
    ];
    let files = rendered.map(|(name, text)| written(&folder.join(name), text));
    let mut files = Vec::from(files);
    files.push(latest(&folder));
    Ok(Graded {
        report,
        folder,
        files,
    })
}

/// The rubric table, and below it every row that did not pass.
pub fn rubric_and_failures(report: &Report, page: &Page) -> String {
    let parts = [report::table(report, page), report::failures(report, page)];
    let there: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    there.join("\n")
}

fn written(path: &Path, text: Result<String, report::JunitError>) -> Written {
    let write = |text: String| store::write_atomically(path, text.as_bytes()).map_err(WriteError::from);
    Written {
        path: path.to_owned(),
        outcome: text.map_err(WriteError::from).and_then(write),
    }
}
