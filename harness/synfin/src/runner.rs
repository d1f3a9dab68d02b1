//! Runs: which scenarios are recorded, in parallel, and the folder that holds what came of them.
//!
//! ```text
//! options ─► sources (rubric, targets) ─► plan ─► record, some at once ─► captures/RUN
//! ```

mod beside;
mod build;
mod command;
mod crew;
mod environment;
mod events;
mod folder;
mod pace;
mod plan;
mod port;
mod probe;
mod reference;
mod sources;
mod wine;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;

use synfin_core::manifest::{Level, NotRecorded, RunFile, ScenarioEntry};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

pub use self::command::record_command;
pub use self::events::RunEvent;
pub use self::plan::UnknownName;
pub(crate) use self::plan::selected;
pub use self::probe::{Ladder, Obstacle, Rung, probe};
pub use self::reference::ReferenceError;
pub use self::sources::SourceError;

use self::build::Workshop;
use self::crew::{Crew, record_all};
use self::folder::RunFolder;
use self::plan::{Planned, Wishes, plan};
use self::sources::Sources;
use crate::launch::LaunchError;
use crate::options::RunOptions;
use crate::recording::RecordError;
use crate::sandbox::{Isolation, Setup};
use crate::store::StoreError;

/// How many recordings are made at once unless the caller says otherwise: they wait more than they work.
const JOBS: NonZeroUsize = NonZeroUsize::new(4).expect("4 is not 0");

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOutcome {
    /// The run's folder under `captures/`.
    pub folder: PathBuf,
    /// The level at which it was recorded, or nothing was.
    pub level: Level,
    /// Whether Ctrl-C ended it early.
    pub interrupted: bool,
}

/// A run could not be made at all.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Rubric or targets could not be had.
    #[error(transparent)]
    Sources(#[from] SourceError),
    /// `--only` names what is not there.
    #[error(transparent)]
    Only(#[from] UnknownName),
    /// The run's folder could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The command could not be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The command could not be started.
    #[error("start the command: {0}")]
    Launch(#[from] LaunchError),
    /// No level of isolation works.
    #[error("{0}")]
    NoLevel(String),
    /// Where the wire is the host's, somebody must say what of it is the command's.
    #[error("without namespaces only one port can be recorded: give --port")]
    PortNeeded,
    /// The running executable cannot be found again.
    #[error("find the running executable")]
    Setup(#[source] std::io::Error),
}

/// Records all scenarios that are asked for. When `interrupted` becomes true, what is under way is ended and the rest left out.
pub async fn run(
    options: &RunOptions,
    events: mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
) -> Result<RunOutcome, RunError> {
    let began = Instant::now();
    let mut sources = load(options, &events).await?;
    let wishes = Wishes {
        only: &options.selection.only,
        clients: options.clients,
        repeat: options.selection.repeat,
        has_windows: sources.windows.is_some(),
    };
    let mut planned = plan(&sources.rubric, &sources.target.target, &wishes)?;
    let level = probe::choose(options.selection.level).await;
    let folder = RunFolder::create(&options.out, &sources)?;
    let slowness_percent = spawn_blocking(pace::slowness_percent).await;
    let slowness_percent = slowness_percent.expect("measuring does not panic");
    let seed = environment::seed();
    let mut setup = sources.setup(&folder, options).map_err(RunError::Setup)?;
    let recorded_at = *level.as_ref().unwrap_or(&Level::Nothing);
    setup.isolation = probe::isolation(recorded_at);
    let workshop = Workshop {
        setup: &setup,
        events: &events,
        interrupted: &interrupted,
    };
    match &level {
        Ok(_) => build_all(&mut sources, &workshop, &folder).await,
        Err(why) => planned = without_recordings(planned, why, &events),
    }
    let crew = Crew {
        at_once: Semaphore::new(at_once(options, &setup)),
        setup,
        level: recorded_at,
        folder: folder.path().to_owned(),
        seed,
        slowness_percent,
        events,
        interrupted: interrupted.clone(),
        sources,
    };
    let crew = Arc::new(crew);
    let scenarios = record_all(&crew, planned).await;
    let run = run_file(options, &crew, (folder.name(), began), scenarios);
    folder.complete(&run)?;
    Ok(RunOutcome {
        folder: folder.path().to_owned(),
        level: recorded_at,
        interrupted: *interrupted.borrow(),
    })
}

/// How many recordings are made at once.
fn at_once(options: &RunOptions, setup: &Setup) -> usize {
    match setup.isolation {
        Isolation::Namespaces => options.jobs.unwrap_or(JOBS).get(),
        // They share one wire.
        Isolation::Users | Isolation::OneUser => 1,
    }
}

/// What is written down of the run of this name, which began then.
fn run_file(
    options: &RunOptions,
    crew: &Crew,
    (name, began): (&str, Instant),
    scenarios: Vec<ScenarioEntry>,
) -> RunFile {
    RunFile {
        schema: 1,
        synfin: env!("CARGO_PKG_VERSION").to_owned(),
        name: name.to_owned(),
        rubric: folder::RUBRIC.to_owned(),
        targets: crew.sources.names(),
        seed: crew.seed,
        clients: options.clients.map(NonZeroU32::get),
        repeat: options.selection.repeat.map(NonZeroU32::get),
        machine: environment::machine(),
        slowness_percent: Some(crew.slowness_percent),
        level: crew.level,
        wall_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted: *crew.interrupted.borrow(),
        scenarios,
    }
}

/// The plan of a run that can record nothing: every scenario says why.
fn without_recordings(
    planned: Vec<Planned>,
    why: &str,
    events: &mpsc::UnboundedSender<RunEvent>,
) -> Vec<Planned> {
    let why = why.to_owned();
    tell(events, RunEvent::CannotRecord { why: why.clone() });
    let left = |planned| match planned {
        Planned::Record(scenario) => {
            Planned::Leave(scenario.name, NotRecorded::Harness { why: why.clone() })
        }
        Planned::Leave(..) => planned,
    };
    planned.into_iter().map(left).collect()
}

/// Reads rubric and targets, and builds what they need, beside the telling of events.
async fn load(
    options: &RunOptions,
    events: &mpsc::UnboundedSender<RunEvent>,
) -> Result<Sources, SourceError> {
    let (options, events) = (options.clone(), events.clone());
    let building = move |command: &str| {
        let command = command.to_owned();
        tell(&events, RunEvent::Building { command });
    };
    let loaded = spawn_blocking(move || Sources::load(&options, &building));
    loaded.await.expect("reading files does not panic")
}

/// Runs the build commands of all targets.
async fn build_all(sources: &mut Sources, workshop: &Workshop<'_>, folder: &RunFolder) {
    let logs = [folder::BUILD_LOG, folder::WINDOWS_BUILD_LOG];
    let casts = [Some(&mut sources.target), sources.windows.as_mut()];
    for (cast, log) in casts.into_iter().zip(logs) {
        let Some(cast) = cast else { continue };
        let log = folder.path().join(log);
        cast.build = workshop.build(cast, &log).await;
    }
}

fn tell(events: &mpsc::UnboundedSender<RunEvent>, event: RunEvent) {
    // Nobody has to listen.
    let _ = events.send(event);
}
