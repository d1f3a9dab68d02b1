//! One trial: programs are recorded and the recording graded, as `synfin run` does it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use synfin_core::report::{CheckReport, Report, ResultName};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use crate::grading::{self, GradingError};
use crate::options::{Keep, Programs, RubricSource, RunOptions, Selection};
use crate::runner::{self, RunError};

/// The scenario for which the target is given as a Windows target, too: its programs are no Windows executables.
const WINDOWS: &str = "windows";

/// What is tried, and where its recording goes.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    /// The target file.
    pub(super) target: PathBuf,
    /// The rubric file.
    pub(super) rubric: PathBuf,
    /// The scenario; `None` for all.
    pub(super) scenario: Option<String>,
    /// Where captures and reports go.
    pub(super) out: PathBuf,
}

/// What a check concluded about a program; of several conclusions, the worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conclusion {
    pub(super) result: ResultName,
    /// What the check saw.
    pub(super) saw: String,
}

/// A program could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// It could not be recorded.
    #[error("record a program: {0}")]
    Run(#[from] RunError),
    /// Its recording could not be graded.
    #[error("grade a program's recording: {0}")]
    Grading(#[from] GradingError),
}

impl Trial {
    /// Each check's conclusion, by its id.
    pub(super) async fn run(
        self,
        interrupted: watch::Receiver<bool>,
    ) -> Result<BTreeMap<String, Conclusion>, TrialError> {
        let (events, _) = mpsc::unbounded_channel();
        let outcome = runner::run(&self.options(), events, interrupted).await?;
        let out = self.out.clone();
        let graded = spawn_blocking(move || grading::grade_and_report(&outcome.folder, &out, None));
        let graded = graded.await.expect("grading does not panic")?;
        Ok(conclusions(&graded.report, self.scenario.as_deref()))
    }

    fn options(&self) -> RunOptions {
        let is_windows = self.scenario.as_deref() == Some(WINDOWS);
        RunOptions {
            programs: Programs::Target(self.target.clone()),
            windows_target: is_windows.then(|| self.target.clone()),
            rubric: RubricSource::File(self.rubric.clone()),
            selection: Selection {
                only: self.scenario.iter().cloned().collect(),
                ..Selection::default()
            },
            jobs: Some(NonZeroUsize::MIN),
            out: self.out.clone(),
            keep: Keep::All,
            clients: None,
            hidden: Vec::new(),
        }
    }
}

/// The worst that each check says of the scenario.
fn conclusions(report: &Report, scenario: Option<&str>) -> BTreeMap<String, Conclusion> {
    let all = report.items.iter().flat_map(|item| &item.checks);
    let judged = all.filter(|check| scenario.is_none_or(|scenario| check.scenario == scenario));
    let mut worst: BTreeMap<String, Conclusion> = BTreeMap::new();
    for check in judged {
        let known = worst.get(&check.check).map(|known| severity(known.result));
        if known.is_none_or(|known| severity(check.result) > known) {
            worst.insert(check.check.clone(), conclusion(check));
        }
    }
    worst
}

fn conclusion(check: &CheckReport) -> Conclusion {
    Conclusion {
        result: check.result,
        saw: format!("in {}: {}", check.scenario, check.saw),
    }
}

fn severity(result: ResultName) -> u8 {
    match result {
        ResultName::Pass => 0,
        ResultName::Skipped => 1,
        ResultName::Inconclusive => 2,
        ResultName::Flaky => 3,
        ResultName::Fail => 4,
    }
}
