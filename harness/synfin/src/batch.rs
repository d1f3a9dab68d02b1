//! A class in one go: every folder of a folder is a submission, recorded and graded by itself.
//!
//! ```text
//! DIR/NAME ─► digest ─► done already? ─► the report there is ──────────┐
//!                          │ no                                        ├─► class table, class.csv
//!                          └─► record ─► grade ─► OUT/batch/NAME ──────┘
//! ```
//!
//! A submission that does not load, does not build or meets a fault of ours costs only itself. One that is finished stays
//! finished, whatever happens to the others.

mod cost;
mod done;
mod submission;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use synfin_core::grade;
use synfin_core::manifest::Level;
use synfin_core::report::{Class, ClassRow, Report, Status, class_csv};
use synfin_core::spec::{SpecError, Target};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinSet, spawn_blocking};

pub use self::cost::Cost;

use self::cost::Meter;
use self::done::Done;
use self::submission::{Found, Submission, submissions};
use crate::causes::with_causes;
use crate::grading::{self, Written, written};
use crate::options::{
    BatchOptions, BatchWork, Keep, Programs, RubricSource, RunOptions, Selection,
};
use crate::runner::{self, RunError, RunEvent, SourceError, UnknownName};
use crate::store::{self, StoreError};

/// What came of a batch.
#[derive(Debug)]
pub struct BatchOutcome {
    /// Every submission's row, by name.
    pub class: Class,
    /// How many of them were done before.
    pub done_before: usize,
    /// The files of the class.
    pub files: Vec<Written>,
    /// What it took.
    pub cost: Cost,
}

/// Why there is no batch at all.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The rubric or the template is wrong.
    #[error("{0}")]
    Spec(#[from] SpecError),
    /// `--only` names what the rubric does not have.
    #[error(transparent)]
    Only(#[from] UnknownName),
    /// A file that all need could not be read, or a folder be listed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to grade.
    #[error("{} has no folder in it: each is a submission", .0.display())]
    Empty(PathBuf),
}

/// Records and grades the submissions, some at once. When `interrupted` becomes true, those under way are ended and the
/// rest left out; what is finished is there the next time.
pub async fn batch(
    options: &BatchOptions,
    events: mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
) -> Result<BatchOutcome, BatchError> {
    let meter = Meter::start();
    let (options, events) = (options.clone(), events.clone());
    let hall = spawn_blocking(move || Hall::open(options, events, interrupted));
    let hall = Arc::new(hall.await.expect("opening a batch does not panic")?);
    let graded = grade_all(&hall).await;
    let class = Class {
        items: hall.items.clone(),
        rows: graded.iter().map(|(row, _)| row.clone()).collect(),
    };
    let csv = hall.outputs().join("class.csv");
    Ok(BatchOutcome {
        files: vec![written(csv, Ok(class_csv(&class)))],
        done_before: graded
            .iter()
            .filter(|(_, origin)| *origin == Origin::Before)
            .count(),
        class,
        cost: meter.read(),
    })
}

/// When a submission's row came to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Now,
    Before,
}

async fn grade_all(hall: &Arc<Hall>) -> Vec<(ClassRow, Origin)> {
    let mut tasks = JoinSet::new();
    for place in 0..hall.submissions.len() {
        let hall = Arc::clone(hall);
        tasks.spawn(async move { (place, hall.attend(&hall.submissions[place]).await) });
    }
    let mut graded = tasks.join_all().await;
    graded.sort_by_key(|(place, _)| *place);
    graded.into_iter().map(|(_, graded)| graded).collect()
}

/// What all submissions share.
struct Hall {
    options: BatchOptions,
    /// What goes into every submission's digest: the rubric's text, and the template's.
    rubric: String,
    template: Option<String>,
    items: Vec<String>,
    submissions: Vec<Submission>,
    at_once: Semaphore,
    events: mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
}

impl Hall {
    /// Reads what all need; what is wrong here is wrong for everybody.
    fn open(
        options: BatchOptions,
        events: mpsc::UnboundedSender<RunEvent>,
        interrupted: watch::Receiver<bool>,
    ) -> Result<Self, BatchError> {
        let rubric = grading::rubric_text(&options.rubric)?;
        let gradable = grade::gradable(rubric.source())?;
        runner::selected(&gradable, &options.selection.only)?;
        let template = options.template.as_deref().map(template).transpose()?;
        let outputs = options.out.join("batch");
        store::create_folder(&outputs)?;
        let Found {
            submissions,
            others,
        } = submissions(&options.folder, &outputs)?;
        for name in others {
            let text = format!("{name} is no folder, and no submission");
            // Nobody has to listen.
            let _ = events.send(RunEvent::Printed { text });
        }
        if submissions.is_empty() {
            return Err(BatchError::Empty(options.folder));
        }
        Ok(Self {
            rubric: rubric.text,
            template,
            items: gradable.items.into_iter().map(|item| item.id).collect(),
            submissions,
            at_once: Semaphore::new(options.jobs.get()),
            events,
            interrupted,
            options,
        })
    }

    fn outputs(&self) -> PathBuf {
        self.options.out.join("batch")
    }

    /// The row of one submission, and nobody else's matter.
    async fn attend(self: &Arc<Self>, submission: &Submission) -> (ClassRow, Origin) {
        let _turn = self
            .at_once
            .acquire()
            .await
            .expect("the semaphore is never closed");
        if *self.interrupted.borrow() {
            let why = "interrupted before it was recorded";
            let row = ClassRow::ungraded(&submission.name, Status::Inconclusive, why);
            return (row, Origin::Now);
        }
        self.tell(RunEvent::Began {
            what: submission.name.clone(),
        });
        let (row, origin) = match self.options.work {
            BatchWork::Record => self.record_once(submission).await,
            BatchWork::Regrade => (self.regrade(submission).await, Origin::Now),
        };
        self.tell(RunEvent::Ended {
            what: submission.name.clone(),
            result: in_short(&row, origin),
        });
        (row, origin)
    }

    /// Records and grades the submission, unless that was done of the very same.
    async fn record_once(self: &Arc<Self>, submission: &Submission) -> (ClassRow, Origin) {
        let digest = match self.digest(submission).await {
            Ok(digest) => digest,
            Err(error) => return (undecided(submission, &with_causes(&error)), Origin::Now),
        };
        let place = self.place(submission);
        let done = Done::read(&place).filter(|done| done.is_of(&digest));
        if let Some(done) = done
            // Its report may be that of a --regrade.
            && let Ok(report) = graded_again(place, done.run, None).await
        {
            let row = ClassRow::of_report(&submission.name, &report);
            return (row.with_digest(digest), Origin::Before);
        }
        let row = self.record(submission, digest.clone()).await;
        (row.with_digest(digest), Origin::Now)
    }

    async fn digest(self: &Arc<Self>, submission: &Submission) -> Result<String, StoreError> {
        let (hall, folder) = (Arc::clone(self), submission.folder.clone());
        let digest = spawn_blocking(move || {
            let template = hall.template.as_deref().unwrap_or_default();
            let selection = in_words(&hall.options.selection);
            let version = env!("CARGO_PKG_VERSION");
            let texts = [version, &hall.rubric, template, &selection];
            store::digest_of_tree(&folder, &texts)
        });
        digest.await.expect("reading a folder does not panic")
    }

    async fn record(self: &Arc<Self>, submission: &Submission, digest: String) -> ClassRow {
        let Some(programs) = self.programs(submission) else {
            return undecided(
                submission,
                "it has no target.toml, and no --target was given",
            );
        };
        let options = self.run_options(submission, programs);
        let (sink, _nobody) = mpsc::unbounded_channel();
        let outcome = match runner::run(&options, sink, self.interrupted.clone()).await {
            Ok(outcome) => outcome,
            Err(error) => return unloadable(submission, &error),
        };
        let place = self.place(submission);
        let folder = outcome.folder;
        let graded = spawn_blocking(move || {
            let report = grading::grade_and_report(&folder, &place, None).map(|it| it.report)?;
            if !outcome.interrupted && outcome.level != Level::Nothing {
                Done::new(digest, &report).write(&place)?;
            }
            Ok(report)
        });
        row(submission, graded.await.expect("grading does not panic"))
    }

    /// Grades the recordings that there are by the rubric at hand.
    async fn regrade(self: &Arc<Self>, submission: &Submission) -> ClassRow {
        let (place, rubric) = (self.place(submission), self.options.rubric.clone());
        let Some(done) = Done::read(&place) else {
            return undecided(submission, "it was never recorded to its end");
        };
        let graded = graded_again(place, done.run, Some(rubric)).await;
        row(submission, graded).with_digest(done.digest)
    }

    /// What runs: what the template says of the submission's folder, or else its own target. Who is graded does not choose how,
    /// where there is a template.
    fn programs(&self, submission: &Submission) -> Option<Programs> {
        let folder = submission.folder.clone();
        match self.options.template.clone() {
            Some(target) => Some(Programs::Template { target, folder }),
            None => submission.has_target.then_some(Programs::Target(folder)),
        }
    }

    fn run_options(&self, submission: &Submission, programs: Programs) -> RunOptions {
        let others = self.submissions.iter();
        let others = others.filter(|other| other.name != submission.name);
        RunOptions {
            programs,
            windows_target: None,
            rubric: self.options.rubric.clone(),
            selection: self.options.selection.clone(),
            jobs: Some(std::num::NonZeroUsize::MIN),
            out: self.place(submission),
            keep: Keep::All,
            clients: None,
            hidden: others
                .map(|other| other.folder.clone())
                .chain([self.outputs()])
                .collect(),
        }
    }

    /// Where all of a submission's recordings and reports are.
    fn place(&self, submission: &Submission) -> PathBuf {
        self.outputs().join(&submission.name)
    }

    fn tell(&self, event: RunEvent) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }
}

/// The report of a submission's run, by another rubric or by the one that it was recorded under.
async fn graded_again(
    place: PathBuf,
    run: String,
    rubric: Option<RubricSource>,
) -> Result<Report, grading::GradingError> {
    let graded = spawn_blocking(move || {
        let run = place.join("captures").join(run);
        grading::grade_and_report(&run, &place, rubric.as_ref()).map(|it| it.report)
    });
    graded.await.expect("grading does not panic")
}

/// What is chosen of the rubric, such that two choices never read the same.
fn in_words(selection: &Selection) -> String {
    let Selection {
        only,
        repeat,
        level,
    } = selection;
    format!("{only:?} {repeat:?} {level:?}")
}

/// The template's text, once it is found to be right.
fn template(path: &Path) -> Result<String, BatchError> {
    let text = store::read_text(path)?;
    Target::parse(&path.display().to_string(), &text)?;
    Ok(text)
}

fn row(submission: &Submission, graded: Result<Report, grading::GradingError>) -> ClassRow {
    match graded {
        Ok(report) => ClassRow::of_report(&submission.name, &report),
        Err(error) => undecided(submission, &with_causes(&error)),
    }
}

fn undecided(submission: &Submission, why: &str) -> ClassRow {
    ClassRow::ungraded(&submission.name, Status::Inconclusive, why)
}

/// A target that says what it may not say is the submission's failure; what we could not do is not.
fn unloadable(submission: &Submission, error: &RunError) -> ClassRow {
    let (status, why) = match error {
        RunError::Sources(SourceError::Spec(error)) => (Status::Failed, first_problem(error)),
        RunError::Sources(_)
        | RunError::Only(_)
        | RunError::Store(_)
        | RunError::Record(_)
        | RunError::Launch(_)
        | RunError::NoLevel(_)
        | RunError::PortNeeded
        | RunError::Setup(_) => (Status::Inconclusive, with_causes(error)),
    };
    ClassRow::ungraded(&submission.name, status, &why)
}

fn first_problem(error: &SpecError) -> String {
    let problem = error.problems().first();
    let message = problem.map_or("", |problem| problem.message.as_str());
    let help = problem.and_then(|problem| problem.suggestion.as_ref());
    let help = help.map_or_else(String::new, |help| format!(": {help}"));
    format!("target.toml is wrong: {message}{help}")
}

/// `passed, 9 of 9 points (done before)`.
fn in_short(row: &ClassRow, origin: Origin) -> String {
    let word = match row.status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Inconclusive => "to review",
    };
    let points = row
        .points
        .map(|(reached, of)| format!(", {reached} of {of} points"));
    let before = match origin {
        Origin::Now => "",
        Origin::Before => " (done before)",
    };
    format!("{word}{}{before}", points.unwrap_or_default())
}
