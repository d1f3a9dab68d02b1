//! From a recording to its reports: the one path, for a run that has just ended and for one recorded long ago.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use synfin_core::checks::SourceText;
use synfin_core::grade::{self, GradeError, RecordingInput, RunInput};
use synfin_core::report::{self, JunitError, Matrix, Page, Report};
use synfin_core::spec::builtin_rubric;

use crate::options::RubricSource;
use crate::store::{self, StoreError, StoredRecording, StoredRun};

/// Why a recording could not be graded.
#[derive(Debug, thiserror::Error)]
pub enum GradingError {
    /// A file of it, or the folder to write to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its rubric, a target, or the capture itself is wrong.
    #[error(transparent)]
    Grade(#[from] GradeError),
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
    Render(#[from] JunitError),
    /// Its file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Grades a run's folder, by its own rubric or another, and writes its reports to `OUT/reports/RUN`.
///
/// # Errors
/// If the recording cannot be read or the rubric is wrong. That a report could not be written is told in [`Graded::files`].
pub fn grade_and_report(
    run_folder: &Path,
    out: &Path,
    rubric: Option<&RubricSource>,
) -> Result<Graded, GradingError> {
    let stored = store::read_run(run_folder)?;
    let other = rubric.map(rubric_text).transpose()?;
    publish(grade_run(&stored, other.as_ref())?, out)
}

/// The rubric of captures made elsewhere, unless another is named.
const FOREIGN_RUBRIC: RubricSource = RubricSource::Builtin("lifecycle");

/// Grades a capture made elsewhere and writes its reports to `OUT/reports/FILE`.
///
/// # Errors
/// As of [`grade_and_report`].
pub fn grade_capture(
    capture: &Path,
    server: SocketAddr,
    out: &Path,
    rubric: Option<&RubricSource>,
) -> Result<Graded, GradingError> {
    let file = store::open(capture)?;
    let name = capture.file_name().unwrap_or_default().to_string_lossy();
    let rubric = rubric_text(rubric.unwrap_or(&FOREIGN_RUBRIC))?;
    let report = grade::grade_capture(file, &name, server, rubric.source())?;
    publish(report, out)
}

fn grade_run(stored: &StoredRun, other: Option<&NamedText>) -> Result<Report, GradeError> {
    let (run, targets) = (&stored.run, &stored.run.targets);
    let own_rubric = source(&run.rubric, &stored.rubric);
    grade::grade(&RunInput {
        run: run.clone(),
        rubric: other.map_or(own_rubric, NamedText::source),
        target: source(&targets.target, &stored.target),
        server_target: beside(targets.server.as_deref(), stored.server.as_deref()),
        windows_target: beside(targets.windows.as_deref(), stored.windows.as_deref()),
        recordings: stored.recordings.iter().map(recording).collect(),
    })
}

/// A target that not every run has.
fn beside<'a>(name: Option<&'a str>, text: Option<&'a str>) -> Option<SourceText<'a>> {
    Some(source(name?, text?))
}

fn recording(stored: &StoredRecording) -> RecordingInput<'_> {
    RecordingInput {
        stem: stored.stem.clone(),
        manifest: stored.manifest.clone(),
        capture: Box::new(|| open(&stored.capture)),
        log: Box::new(|name| open(&stored.capture.with_file_name(name))),
    }
}

fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    match store::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// A text and its name in messages.
pub(crate) struct NamedText {
    name: String,
    pub(crate) text: String,
}

impl NamedText {
    pub(crate) fn source(&self) -> SourceText<'_> {
        source(&self.name, &self.text)
    }
}

fn source<'a>(name: &'a str, text: &'a str) -> SourceText<'a> {
    SourceText { name, text }
}

pub(crate) fn rubric_text(rubric: &RubricSource) -> Result<NamedText, StoreError> {
    match rubric {
        RubricSource::Builtin(name) => {
            let (name, text) =
                builtin_rubric(name).expect("a built-in rubric is named as it is known");
            Ok(NamedText {
                name: name.to_owned(),
                text: text.to_owned(),
            })
        }
        RubricSource::File(path) => Ok(NamedText {
            name: path.display().to_string(),
            text: store::read_text(path)?,
        }),
    }
}

/// The columns of reports in files: they suit a mail, a log and a review.
const FILE_COLUMNS: usize = 100;

/// The file of the connection table.
const CONNECTIONS: &str = "connections.txt";

/// Writes a report in every format, each by itself: one that fails stops no other.
fn publish(report: Report, out: &Path) -> Result<Graded, GradingError> {
    let folder = out.join("reports").join(&report.run);
    store::create_folder(&folder)?;
    let page = Page::plain(FILE_COLUMNS);
    let rendered: [(&str, Result<String, JunitError>); 5] = [
        ("report.json", Ok(report::json(&report))),
        ("report.txt", Ok(summary(&report, &page))),
        (CONNECTIONS, Ok(report::connections(&report, &page))),
        ("report.md", Ok(report::markdown(&report))),
        ("junit.xml", report::junit(&report)),
    ];
    let mut files: Vec<Written> = rendered
        .into_iter()
        .map(|(name, text)| written(folder.join(name), text))
        .collect();
    files.push(latest(&folder));
    Ok(Graded {
        report,
        folder,
        files,
    })
}

/// Writes a matrix beside the reports of its pairs, under the first one's name.
pub fn publish_matrix(matrix: &Matrix, out: &Path) -> Result<Vec<Written>, GradingError> {
    let first = matrix.cells.first().map_or("", |cell| cell.run.as_str());
    let folder = out.join("reports").join(format!("{first}-matrix"));
    store::create_folder(&folder)?;
    let table = report::matrix_table(matrix, &Page::plain(FILE_COLUMNS));
    Ok(vec![
        written(folder.join("matrix.json"), Ok(report::matrix_json(matrix))),
        written(folder.join("matrix.txt"), Ok(table)),
    ])
}

/// So many connections are shown between the rubric and what failed; of more, only where they are.
const CONNECTIONS_SHOWN: usize = 40;

/// The rubric table, the connection table, every row that did not pass, and what it came to once more.
pub fn summary(report: &Report, page: &Page) -> String {
    let connections: usize = report
        .recordings
        .iter()
        .map(|recording| recording.connections.len())
        .sum();
    let connections = if connections > CONNECTIONS_SHOWN {
        format!(" {connections} connections: see {CONNECTIONS}\n")
    } else {
        report::connections(report, page)
    };
    let parts = [
        report::table(report, page),
        connections,
        report::failures(report, page),
        report::closing(report, page),
    ];
    let there: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    there.join("\n")
}

pub(crate) fn written(path: PathBuf, text: Result<String, JunitError>) -> Written {
    let outcome = text
        .map_err(WriteError::from)
        .and_then(|text| Ok(store::write_atomically(&path, text.as_bytes())?));
    Written { path, outcome }
}

fn latest(folder: &Path) -> Written {
    Written {
        path: folder.with_file_name(store::LATEST),
        outcome: store::point_latest_at(folder).map_err(WriteError::from),
    }
}
