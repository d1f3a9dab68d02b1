//! The self-test: programs that are broken on purpose, and unusual ones that are sound, each recorded and graded. Every
//! check must fail the programs that were broken for it, and nothing else.
//!
//! ```text
//! programs (compiled in) ─► catalogue ─► trial: run, grade ─► matrix: checks × programs, and what is wrong
//! ```

mod catalogue;
mod language;
mod matrix;
mod programs;
mod row;
mod table;
mod trial;
mod wrong;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::Instant;

pub use self::matrix::{Matrix, SkippedProgram};
pub use self::programs::ProgramsError;
pub use self::row::Row;
pub use self::trial::TrialError;
pub use self::wrong::Wrong;

use self::catalogue::Entry;
use self::programs::Programs;
use self::trial::Trial;
use crate::options::SelftestOptions;
use crate::store::{self, StoreError};

/// How many programs are tried at once unless the caller says otherwise: they wait more than they work.
const JOBS: NonZeroUsize = NonZeroUsize::new(6).expect("6 is not 0");

/// What the self-test tells while it goes on; `cli` draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelftestEvent {
    /// A command builds programs.
    Building {
        /// The command.
        command: String,
    },
    /// A round of trials begins.
    Started {
        /// How many programs.
        programs: usize,
        /// Which round, from 1 on.
        round: u32,
    },
    /// A program was tried.
    Tried {
        /// Its name.
        name: String,
        /// How long it took, milliseconds.
        millis: u128,
        /// Whether nothing is wrong.
        is_right: bool,
    },
}

/// The self-test could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// `--only` names what is not there.
    #[error("no program, check or scenario of the self-test is called {0:?}")]
    UnknownName(String),
    /// The programs could not be laid out or built.
    #[error(transparent)]
    Programs(#[from] ProgramsError),
    /// A folder of ours could not be made.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A program could not be recorded or graded.
    #[error(transparent)]
    Trial(#[from] TrialError),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

/// Tries all programs that are asked for and whose tools are here.
pub async fn selftest(
    options: &SelftestOptions,
    events: mpsc::UnboundedSender<SelftestEvent>,
    interrupted: watch::Receiver<bool>,
) -> Result<Matrix, SelftestError> {
    let wanted = catalogue::entries(&options.only)?;
    let (entries, skipped) = language::with_tools(wanted);
    let (scratch, out) = outputs(options)?;
    let programs = lay_out(&scratch, &entries, &events).await?;
    programs.write_targets(&entries)?;
    let stage = Arc::new(Stage {
        programs,
        out,
        at_once: Semaphore::new(options.jobs.unwrap_or(JOBS).get()),
        events,
        interrupted,
    });
    let mut matrix = Matrix::new(skipped);
    for round in 1..=options.repeat.get() {
        tell(
            &stage.events,
            SelftestEvent::Started {
                programs: entries.len(),
                round,
            },
        );
        matrix.add_round(round, stage.try_all(&entries, round).await?);
    }
    if options.only.is_empty() {
        matrix.find_checks_without_a_kill(&catalogue::impossible());
    }
    Ok(matrix)
}

/// Scratch of ours, and the folder of recordings and reports, which lies in it unless the caller wants them.
fn outputs(options: &SelftestOptions) -> Result<(TempDir, PathBuf), SelftestError> {
    let scratch = tempfile::tempdir().map_err(ProgramsError::Scratch)?;
    let out = match &options.out {
        Some(out) => out.clone(),
        None => scratch.path().join("out"),
    };
    store::create_folder(&out)?;
    Ok((scratch, out))
}

/// Writes the programs, and builds those that must be, beside the telling of events.
async fn lay_out(
    scratch: &TempDir,
    entries: &[Entry],
    events: &mpsc::UnboundedSender<SelftestEvent>,
) -> Result<Programs, ProgramsError> {
    let folder = scratch.path().join("programs");
    let names: Vec<String> = entries
        .iter()
        .flat_map(Entry::programs)
        .map(str::to_owned)
        .collect();
    let events = events.clone();
    let building = move |command: String| tell(&events, SelftestEvent::Building { command });
    let laid_out = spawn_blocking(move || Programs::lay_out(&folder, &names, &building));
    laid_out.await.expect("writing and building do not panic")
}

/// What all trials share.
struct Stage {
    programs: Programs,
    out: PathBuf,
    at_once: Semaphore,
    events: mpsc::UnboundedSender<SelftestEvent>,
    interrupted: watch::Receiver<bool>,
}

impl Stage {
    /// A row for each entry, in their order.
    async fn try_all(
        self: &Arc<Self>,
        entries: &[Entry],
        round: u32,
    ) -> Result<Vec<Row>, SelftestError> {
        let mut trials = JoinSet::new();
        for (place, entry) in entries.iter().cloned().enumerate() {
            let stage = Arc::clone(self);
            trials.spawn(async move { (place, stage.try_one(entry, place, round).await) });
        }
        let mut rows = Vec::new();
        while let Some(tried) = trials.join_next().await {
            let (place, row) = tried.expect("a trial does not panic");
            rows.push((place, row?));
        }
        rows.sort_by_key(|(place, _)| *place);
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    async fn try_one(&self, entry: Entry, place: usize, round: u32) -> Result<Row, SelftestError> {
        let turn = self.at_once.acquire().await;
        let _turn = turn.expect("the semaphore is never closed");
        if *self.interrupted.borrow() {
            return Err(SelftestError::Interrupted);
        }
        let began = Instant::now();
        let trial = Trial {
            target: self.programs.target(place),
            rubric: self.programs.rubric(),
            scenario: entry.scenario().map(str::to_owned),
            out: self.out_of(place, round),
        };
        let results = trial.run(self.interrupted.clone()).await?;
        let row = Row::new(&entry, results);
        tell(
            &self.events,
            SelftestEvent::Tried {
                name: row.name.clone(),
                millis: began.elapsed().as_millis(),
                is_right: row.wrong.is_empty(),
            },
        );
        Ok(row)
    }

    fn out_of(&self, place: usize, round: u32) -> PathBuf {
        let folder: &Path = &self.out;
        folder
            .join(format!("round-{round}"))
            .join(place.to_string())
    }
}

fn tell(events: &mpsc::UnboundedSender<SelftestEvent>, event: SelftestEvent) {
    // Nobody has to listen.
    let _ = events.send(event);
}

#[cfg(test)]
mod tests;
