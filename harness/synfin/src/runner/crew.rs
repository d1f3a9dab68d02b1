//! The recordings of a run, some at once.

use std::path::PathBuf;
use std::sync::Arc;

use synfin_core::manifest::{Level, Need, NotRecorded, Recorded, ScenarioEntry, StepOutcome};
use synfin_core::spec::{Programs, Scenario, Target};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::plan::Planned;
use super::sources::{Build, Cast, Sources};
use super::{RunEvent, pace, port, probe, tell};
use crate::causes::with_causes;
use crate::drive::Play;
use crate::recording::{BuiltFolders, Job, Take, record};
use crate::sandbox::Setup;

/// What all recordings of a run share.
pub(super) struct Crew {
    pub(super) sources: Sources,
    pub(super) setup: Setup,
    /// The level at which is recorded.
    pub(super) level: Level,
    pub(super) folder: PathBuf,
    pub(super) seed: u64,
    /// All deadlines of programs are so much longer, percent.
    pub(super) slowness_percent: u32,
    pub(super) at_once: Semaphore,
    pub(super) events: mpsc::UnboundedSender<RunEvent>,
    pub(super) interrupted: watch::Receiver<bool>,
}

/// A lossy recording is made once more.
const ATTEMPTS: u32 = 2;

/// Records the scenarios, each as often as it asks for; the entries keep the plan's order.
pub(super) async fn record_all(crew: &Arc<Crew>, planned: Vec<Planned>) -> Vec<ScenarioEntry> {
    let recordings = planned.iter().map(Planned::recordings).sum();
    tell(&crew.events, RunEvent::Started { recordings });
    let mut tasks = JoinSet::new();
    let mut entries = Vec::new();
    for (place, one) in planned.into_iter().enumerate() {
        let (name, why, scenario) = match one {
            Planned::Leave(name, why) => (name, Some(why), None),
            Planned::Record(scenario) => (scenario.name.clone(), None, Some(scenario)),
        };
        entries.push(ScenarioEntry {
            name,
            recordings: Vec::new(),
            not_recorded: why,
        });
        for (scenario, take) in scenario.iter().flat_map(takes) {
            let crew = Arc::clone(crew);
            tasks.spawn(async move {
                let repetition = take.repetition;
                ((place, repetition), crew.record(scenario, take).await)
            });
        }
    }
    let mut recorded = tasks.join_all().await;
    recorded.sort_by_key(|(place, _)| *place);
    for ((place, _), attempts) in recorded {
        let entry: &mut ScenarioEntry = &mut entries[place];
        entry.recordings.extend(attempts.stems);
        entry.not_recorded = entry.not_recorded.take().or(attempts.missing);
    }
    entries
}

/// The first attempt at every repetition of a scenario.
fn takes(scenario: &Scenario) -> impl Iterator<Item = (Scenario, Take)> {
    let repetitions = scenario.repeat.get();
    (1..=repetitions).map(move |repetition| {
        let take = Take {
            repetition,
            repetitions,
            attempt: 1,
        };
        (scenario.clone(), take)
    })
}

/// What came of one repetition.
#[derive(Default)]
struct Attempts {
    /// Its recordings' stems: two if the first was lossy.
    stems: Vec<String>,
    /// Why there is none.
    missing: Option<NotRecorded>,
}

impl Attempts {
    fn none(why: NotRecorded) -> Self {
        Self {
            stems: Vec::new(),
            missing: Some(why),
        }
    }
}

impl Crew {
    /// Makes one recording, and makes it once more if the capture was lossy or a fault missed what it was to meet; both are
    /// kept.
    async fn record(&self, scenario: Scenario, first: Take) -> Attempts {
        let _turn = self
            .at_once
            .acquire()
            .await
            .expect("the semaphore is never closed");
        if *self.interrupted.borrow() {
            return Attempts::none(NotRecorded::Interrupted);
        }
        if let Build::Failed(why) = &self.cast(&scenario).build {
            return Attempts::none(why.clone());
        }
        if self.cast(&scenario).wine.is_some() && !self.level.offers(Need::WinePrefix) {
            let (level, need) = (self.level.number(), Need::WinePrefix);
            let why = format!("level {level} does not offer {need}");
            return Attempts::none(NotRecorded::Harness { why });
        }
        let mut attempts = Attempts::default();
        for attempt in 1..=ATTEMPTS {
            let job = self.job(scenario.clone(), Take { attempt, ..first });
            match self.record_once(&job).await {
                Ok(recorded) => {
                    attempts.stems.push(job.stem());
                    match shortcoming(&job, &recorded) {
                        Some(event) if !recorded.interrupted => tell(&self.events, event),
                        _ => break,
                    }
                }
                Err(why) => {
                    let (recording, told) = (job.stem(), why.clone());
                    let event = RunEvent::NotRecorded {
                        recording,
                        why: told,
                    };
                    tell(&self.events, event);
                    if attempts.stems.is_empty() {
                        attempts.missing = Some(NotRecorded::Harness { why });
                    }
                    break;
                }
            }
        }
        attempts
    }

    async fn record_once(&self, job: &Job) -> Result<Recorded, String> {
        let recording = job.stem();
        let event = RunEvent::Recording {
            recording: recording.clone(),
        };
        tell(&self.events, event);
        let began = Instant::now();
        let recorded = record(job, self.interrupted.clone())
            .await
            .map_err(|error| match probe::remedy(&error) {
                Some(remedy) => format!("{}; {remedy}", with_causes(&error)),
                None => with_causes(&error),
            })?;
        let event = RunEvent::Recorded {
            recording,
            frames: recorded.capture.frames,
            millis: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        tell(&self.events, event);
        Ok(recorded)
    }

    fn job(&self, scenario: Scenario, take: Take) -> Job {
        let cast = self.cast(&scenario);
        let mut target = self.at_this_pace(&cast.target);
        if self.setup.isolation.is_on_host() {
            port::choose(&mut target, &cast.commands);
        }
        let (listen, link) = (target.server.listen, scenario.link);
        Job {
            play: Play {
                scenario,
                target,
                commands: cast.commands.clone().at(listen),
                seed: self.seed,
            },
            folders: cast.folders.clone(),
            built: match &cast.build {
                Build::Done(built) => built.clone(),
                Build::NotNeeded | Build::Failed(_) => BuiltFolders::default(),
            },
            setup: Setup {
                port: Some(listen.port()),
                link,
                ..self.setup_for(cast)
            },
            runner: cast.wine.as_ref().map(|wine| wine.version.clone()),
            run: self.folder.clone(),
            take,
            slowness_percent: self.slowness_percent,
        }
    }

    /// The programs that act in the scenario.
    fn cast(&self, scenario: &Scenario) -> &Cast {
        match (scenario.programs, &self.sources.windows) {
            (Programs::Windows, Some(windows)) => windows,
            (Programs::Windows, None) | (Programs::Target, _) => &self.sources.target,
        }
    }

    /// The target with the deadlines that this machine needs.
    fn at_this_pace(&self, target: &Target) -> Target {
        let mut target = target.clone();
        for deadline in [
            &mut target.server.start_within,
            &mut target.client.step_within,
        ] {
            *deadline = pace::stretched(*deadline, self.slowness_percent);
        }
        target
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

/// What makes a recording worth another attempt: our own failing, not the programs'.
fn shortcoming(job: &Job, recorded: &Recorded) -> Option<RunEvent> {
    let recording = job.stem();
    if is_lossy(recorded) {
        let dropped = recorded.capture.dropped;
        return Some(RunEvent::Lossy { recording, dropped });
    }
    let mut steps = recorded
        .client_steps
        .iter()
        .flat_map(|client| &client.steps);
    let came_too_late = steps.any(|step| step.outcome == StepOutcome::CameTooLate);
    came_too_late.then_some(RunEvent::CameTooLate { recording })
}

/// Whether the capture lost something.
fn is_lossy(recorded: &Recorded) -> bool {
    let capture = &recorded.capture;
    capture.dropped > 0
        || capture.cut > 0
        || capture
            .sentinels
            .iter()
            .any(|sentinel| sentinel.frame.is_none())
}
