//! Runs: which scenarios are recorded, in parallel, and the folder that holds what came of them.
//!
//! ```text
//! options ─► sources (rubric, targets) ─► plan ─► record, some at once ─► captures/RUN
//! ```

mod build;
mod command;
mod environment;
mod events;
mod folder;
mod plan;
mod probe;
mod reference;
mod sources;
mod wine;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use synfin_core::manifest::{NotRecorded, Recorded, RunFile, ScenarioEntry};
use synfin_core::spec::{Programs, Scenario};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use self::command::record_command;
pub use self::events::RunEvent;
pub use self::plan::UnknownName;
pub use self::probe::{Obstacle, Probe, probe};
pub use self::reference::ReferenceError;
pub use self::sources::SourceError;

use self::build::Workshop;
use self::folder::RunFolder;
use self::plan::{Planned, Wishes, plan};
use self::sources::{Build, Cast, Sources};
use crate::causes::with_causes;
use crate::drive::Play;
use crate::launch::LaunchError;
use crate::options::RunOptions;
use crate::recording::{BuiltFolders, Job, RecordError, record};
use crate::sandbox::Setup;
use crate::store::StoreError;

/// How many scenarios run at once unless the caller says otherwise: they wait more than they work.
const JOBS: NonZeroUsize = NonZeroUsize::new(4).expect("4 is not 0");

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOutcome {
    /// The run's folder under `captures/`.
    pub folder: PathBuf,
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
        only: &options.only,
        clients: options.clients,
        has_windows: sources.windows.is_some(),
    };
    let planned = plan(&sources.rubric, &sources.target.target, &wishes)?;
    let folder = RunFolder::create(&options.out, &sources)?;
    let seed = environment::seed();
    let setup = sources.setup(&folder, options).map_err(RunError::Setup)?;
    let workshop = Workshop {
        setup: &setup,
        events: &events,
        interrupted: &interrupted,
    };
    let logs = [folder::BUILD_LOG, folder::WINDOWS_BUILD_LOG];
    let casts = [Some(&mut sources.target), sources.windows.as_mut()];
    for (cast, log) in casts.into_iter().zip(logs) {
        let Some(cast) = cast else { continue };
        let log = folder.path().join(log);
        cast.build = workshop.build(cast, &log).await;
    }
    let crew = Crew {
        setup,
        folder: folder.path().to_owned(),
        seed,
        at_once: Semaphore::new(options.jobs.unwrap_or(JOBS).get()),
        events,
        interrupted: interrupted.clone(),
        sources,
    };
    let crew = Arc::new(crew);
    let scenarios = record_all(&crew, planned).await;
    let was_interrupted = *interrupted.borrow();
    let run = RunFile {
        schema: 1,
        synfin: env!("CARGO_PKG_VERSION").to_owned(),
        name: folder.name().to_owned(),
        rubric: folder::RUBRIC.to_owned(),
        targets: crew.sources.names(),
        seed,
        clients: options.clients.map(std::num::NonZeroU32::get),
        machine: environment::machine(),
        level: environment::level(),
        wall_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted: was_interrupted,
        scenarios,
    };
    folder.complete(&run)?;
    Ok(RunOutcome {
        folder: folder.path().to_owned(),
        interrupted: was_interrupted,
    })
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
    let loaded = tokio::task::spawn_blocking(move || Sources::load(&options, &building));
    loaded.await.expect("reading files does not panic")
}

/// What all recordings of a run share.
struct Crew {
    sources: Sources,
    setup: Setup,
    folder: PathBuf,
    seed: u64,
    at_once: Semaphore,
    events: mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
}

/// Records the scenarios, some at once; the entries keep the plan's order.
async fn record_all(crew: &Arc<Crew>, planned: Vec<Planned>) -> Vec<ScenarioEntry> {
    let recorded = planned
        .iter()
        .filter(|one| matches!(one, Planned::Record(_)))
        .count();
    tell(
        &crew.events,
        RunEvent::Started {
            scenarios: recorded,
        },
    );
    let mut tasks = JoinSet::new();
    for (place, one) in planned.into_iter().enumerate() {
        let crew = Arc::clone(crew);
        tasks.spawn(async move {
            let entry = match one {
                Planned::Leave(name, why) => left_out(name, why),
                Planned::Record(scenario) => crew.record(scenario).await,
            };
            (place, entry)
        });
    }
    let mut entries = tasks.join_all().await;
    entries.sort_by_key(|(place, _)| *place);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn left_out(name: String, why: NotRecorded) -> ScenarioEntry {
    ScenarioEntry {
        name,
        recordings: Vec::new(),
        not_recorded: Some(why),
    }
}

impl Crew {
    /// Records one scenario, and once more if the capture was lossy; both are kept.
    async fn record(&self, scenario: Scenario) -> ScenarioEntry {
        let _turn = self
            .at_once
            .acquire()
            .await
            .expect("the semaphore is never closed");
        if *self.interrupted.borrow() {
            return left_out(scenario.name, NotRecorded::Interrupted);
        }
        if let Build::Failed(why) = &self.cast(&scenario).build {
            return left_out(scenario.name, why.clone());
        }
        let mut entry = ScenarioEntry {
            name: scenario.name.clone(),
            recordings: Vec::new(),
            not_recorded: None,
        };
        for repetition in 1..=2 {
            let job = self.job(scenario.clone(), repetition);
            match self.record_once(&job).await {
                Ok(recorded) => {
                    entry.recordings.push(job.stem());
                    if !is_lossy(&recorded) || recorded.interrupted {
                        break;
                    }
                    let dropped = recorded.capture.dropped;
                    tell(
                        &self.events,
                        RunEvent::Lossy {
                            scenario: scenario.name.clone(),
                            dropped,
                        },
                    );
                }
                Err(why) => {
                    tell(
                        &self.events,
                        RunEvent::NotRecorded {
                            scenario: scenario.name,
                            why: why.clone(),
                        },
                    );
                    entry.not_recorded = entry
                        .recordings
                        .is_empty()
                        .then_some(NotRecorded::Harness { why });
                    break;
                }
            }
        }
        entry
    }

    async fn record_once(&self, job: &Job) -> Result<Recorded, String> {
        let scenario = job.play.scenario.name.clone();
        tell(
            &self.events,
            RunEvent::Recording {
                scenario: scenario.clone(),
            },
        );
        let began = Instant::now();
        let recorded = record(job, self.interrupted.clone())
            .await
            .map_err(|error| match probe::remedy(&error) {
                Some(remedy) => format!("{}; {remedy}", with_causes(&error)),
                None => with_causes(&error),
            })?;
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tell(
            &self.events,
            RunEvent::Recorded {
                scenario,
                frames: recorded.capture.frames,
                millis,
            },
        );
        Ok(recorded)
    }

    fn job(&self, scenario: Scenario, repetition: u32) -> Job {
        let cast = self.cast(&scenario);
        Job {
            play: Play {
                scenario,
                target: cast.target.clone(),
                commands: cast.commands.clone(),
                seed: self.seed,
            },
            folders: cast.folders.clone(),
            built: match &cast.build {
                Build::Done(built) => built.clone(),
                Build::NotNeeded | Build::Failed(_) => BuiltFolders::default(),
            },
            setup: self.setup_for(cast),
            runner: cast.wine.as_ref().map(|wine| wine.version.clone()),
            run: self.folder.clone(),
            repetition,
        }
    }
}

impl Crew {
    /// The programs that act in the scenario.
    fn cast(&self, scenario: &Scenario) -> &Cast {
        match (scenario.programs, &self.sources.windows) {
            (Programs::Windows, Some(windows)) => windows,
            (Programs::Windows, None) | (Programs::Target, _) => &self.sources.target,
        }
    }

    fn setup_for(&self, cast: &Cast) -> Setup {
        let mut setup = self.setup.clone().limited(&cast.target.limits.run);
        if let Some(wine) = &cast.wine {
            setup.exposed.push(wine.prefix.clone());
            setup.wine_prefix = Some(wine.prefix.clone());
        }
        setup
    }
}

/// Whether the capture lost something, so that it is worth another try.
fn is_lossy(recorded: &Recorded) -> bool {
    let capture = &recorded.capture;
    capture.dropped > 0
        || capture.cut > 0
        || capture
            .sentinels
            .iter()
            .any(|sentinel| sentinel.frame.is_none())
}

fn tell(events: &mpsc::UnboundedSender<RunEvent>, event: RunEvent) {
    // Nobody has to listen.
    let _ = events.send(event);
}
