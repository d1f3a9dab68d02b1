//! One recording, in order: arm the capture, start the server, drive the clients, stop everything, prove the capture whole,
//! write it all down. Nothing is judged here.

mod manifest;
mod stop;

pub(crate) use manifest::WINE;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use synfin_core::flow::Milestone;
use synfin_core::manifest::{Recorded, Role, SampleReason};
use synfin_core::spec::{Limits, ServerState};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::clock;
use crate::drive::{Listening, Play, Stage, attribute, drive, listening, sample};
use crate::launch::{hold_to_limits, look};
use crate::ring::{self, Capture, LiveFrame};
use crate::sandbox::{Built, Sandbox, SandboxError, Setup, StartError};
use crate::store::{self, StoreError};

/// One mebibyte, bytes.
const MIB: u64 = 1 << 20;

/// A ring's memory is zeroed before use, which takes seconds for more than this.
const RING_MIB_MAX: u32 = 512;

/// What is recorded, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The scenario and its programs.
    pub(crate) play: Play,
    /// The folders that the roles get copies of.
    pub(crate) folders: Folders,
    /// What was built in them; a role of which something was built gets a copy of that.
    pub(crate) built: BuiltFolders,
    /// How the programs are isolated.
    pub(crate) setup: Setup,
    /// What executes the programs, if not the operating system.
    pub(crate) runner: Option<String>,
    /// The run's folder.
    pub(crate) run: PathBuf,
    /// Which recording of the scenario this is.
    pub(crate) take: Take,
    /// How slow the machine is, percent of nominal.
    pub(crate) slowness_percent: u32,
}

/// Which recording of its scenario one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    /// Which repetition, from 1 on.
    pub(crate) repetition: u32,
    /// Of how many.
    pub(crate) repetitions: u32,
    /// Which attempt at it, from 1 on.
    pub(crate) attempt: u32,
}

/// The folders in which the programs lie; each role gets a copy of its own. A program without one has all it needs
/// elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folders {
    /// The server's.
    pub(crate) server: Option<PathBuf>,
    /// The clients'.
    pub(crate) client: Option<PathBuf>,
}

impl Folders {
    /// The one that this role gets a copy of.
    pub(crate) fn of(&self, role: Role) -> Option<&Path> {
        match role {
            Role::Server => self.server.as_deref(),
            Role::Client(_) => self.client.as_deref(),
        }
    }
}

/// What build commands left of the folders.
#[derive(Clone, Debug, Default)]
pub(crate) struct BuiltFolders {
    /// Of the server's.
    pub(crate) server: Option<Built>,
    /// Of the clients'.
    pub(crate) client: Option<Built>,
}

impl BuiltFolders {
    /// The one that this role gets a copy of, if anything was built for it.
    pub(crate) fn of(&self, role: Role) -> Option<&Built> {
        match role {
            Role::Server => self.server.as_ref(),
            Role::Client(_) => self.client.as_ref(),
        }
    }
}

/// The harness could not record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The namespaces could not be made.
    #[error("start the sandbox: {0}")]
    Sandbox(#[from] StartError),
    /// Something in them could not be done.
    #[error(transparent)]
    Inside(#[from] SandboxError),
    /// The capture could not be armed or closed.
    #[error("capture the wire: {0}")]
    Ring(#[from] ring::RingError),
    /// A file of the recording could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Job {
    /// The name of the recording's files: `five-at-once`, or `five-at-once.2` where it is repeated; another attempt at it
    /// is `five-at-once.again`.
    pub(crate) fn stem(&self) -> String {
        let mut parts = vec![self.play.scenario.name.clone()];
        if self.take.repetitions > 1 {
            parts.push(self.take.repetition.to_string());
        }
        if self.take.attempt > 1 {
            parts.push("again".to_owned());
        }
        parts.join(".")
    }

    /// A ring with room for the files of all clients at once, both ways, beside what an ordinary scenario needs.
    fn ring(&self) -> ring::Config {
        let ordinary = ring::Config::default();
        let bytes: u64 = self.play.transfers().map(|(_, size)| size).sum();
        let mib = u32::try_from(2 * bytes / MIB).unwrap_or(RING_MIB_MAX);
        ring::Config {
            ring_mib: (ordinary.ring_mib + mib).min(RING_MIB_MAX),
            ..ordinary
        }
    }

    /// What the programs may use. The files of the scenario's steps do not count, even if they are sent encoded or again.
    fn limits(&self) -> Limits {
        const TIMES_OVER: u64 = 4;
        let run = self.play.target.limits.run;
        let bytes: u64 = self.play.transfers().map(|(_, size)| size).sum();
        let allowed = bytes.saturating_mul(TIMES_OVER);
        Limits {
            capture_bytes: run.capture_bytes.saturating_add(allowed),
            ..run
        }
    }

    fn roles(&self) -> impl Iterator<Item = Role> {
        let server = (self.play.scenario.server == ServerState::Up).then_some(Role::Server);
        server
            .into_iter()
            .chain((1..=self.play.scenario.clients.get()).map(Role::Client))
    }
}

/// Makes the recording and writes its files. When `interrupted` becomes true, the rest is left out.
pub(crate) async fn record(
    job: &Job,
    interrupted: watch::Receiver<bool>,
) -> Result<Recorded, RecordError> {
    let sandbox = Sandbox::start(&job.setup).await?;
    let file = store::create(&job.run.join(format!("{}.pcap", job.stem())))?;
    let bound = Bound {
        capture: file.try_clone().map_err(ring::RingError::Drain)?,
        limits: job.limits(),
    };
    let armed = Capture::arm(&sandbox, file, job.ring());
    let prepared = prepare(job, &sandbox);
    let (armed, prepared) = tokio::join!(armed, prepared);
    let ((capture, frames), ()) = (armed?, prepared?);

    let stage = Arc::new(Stage::new(
        job.play.clone(),
        sandbox.clone(),
        sandbox.socket_table().await?,
    ));
    for role in job.roles() {
        stage.place(role).await?;
    }
    let pumping = tokio::spawn(pump(Arc::clone(&stage), frames));
    let mut attributing = JoinSet::new();
    attributing.spawn(attribute_all(Arc::clone(&stage)));
    let bound = Arc::new(bound);
    attributing.spawn(guard(Arc::clone(&stage), Arc::clone(&bound)));
    let was_interrupted = perform(&stage, interrupted).await;
    attributing.shutdown().await;
    if let Err(error) = bound.look(&stage).await {
        stage.fault(error);
    }
    let captured = capture.close().await?;
    // The ring has handed over its last frame.
    pumping.await.expect("the pump does not panic");

    let recorded = manifest::write(job, &stage, captured, was_interrupted).await?;
    drop(stage);
    sandbox.shut_down().await?;
    Ok(recorded)
}

async fn prepare(job: &Job, sandbox: &Sandbox) -> Result<(), SandboxError> {
    for role in job.roles() {
        match job.built.of(role) {
            Some(built) => sandbox.prepare_built(role, built).await?,
            None => sandbox.prepare(role, job.folders.of(role)).await?,
        }
    }
    Ok(())
}

/// Feeds the live wire.
async fn pump(stage: Arc<Stage>, mut frames: mpsc::UnboundedReceiver<Vec<LiveFrame>>) {
    while let Some(batch) = frames.recv().await {
        for frame in batch {
            if let Some(segment) = frame.segment() {
                stage.wire.push(
                    Milestone {
                        frame: frame.number,
                        at: frame.timestamp,
                    },
                    &segment,
                );
            }
        }
    }
}

/// What all programs are held to.
struct Bound {
    /// The capture, for its size.
    capture: File,
    limits: Limits,
}

impl Bound {
    /// What has been written of the capture; of a file that cannot be looked at, nothing.
    fn captured_bytes(&self) -> u64 {
        self.capture.metadata().map_or(0, |capture| capture.len())
    }

    async fn look(&self, stage: &Stage) -> Result<(), SandboxError> {
        let captured_bytes = self.captured_bytes();
        look(
            &stage.sandbox,
            &self.limits,
            captured_bytes,
            &stage.running(),
        )
        .await
    }
}

/// Holds all programs to their limits.
async fn guard(stage: Arc<Stage>, bound: Arc<Bound>) {
    let captured_bytes = || bound.captured_bytes();
    let running = || stage.running();
    let guarded = hold_to_limits(&stage.sandbox, &bound.limits, captured_bytes, running).await;
    if let Err(error) = guarded {
        stage.fault(error);
    }
}

async fn attribute_all(stage: Arc<Stage>) {
    attribute(&stage).await;
}

/// Lets the programs act, and ends them. Tells whether it was interrupted: then they are ended at once.
async fn perform(stage: &Arc<Stage>, mut interrupted: watch::Receiver<bool>) -> bool {
    let mut clients = JoinSet::new();
    let whole = async {
        act(stage, &mut clients).await;
        stop::stop(stage).await;
    };
    let was_interrupted = tokio::select! {
        () = whole => false,
        _ = interrupted.wait_for(|is_interrupted| *is_interrupted) => true,
    };
    clients.shutdown().await;
    if was_interrupted {
        stop::kill(stage).await;
    }
    was_interrupted
}

/// Starts the server and lets the clients do their steps.
async fn act(stage: &Arc<Stage>, clients: &mut JoinSet<()>) {
    if stage.play.scenario.server == ServerState::Up && !has_server(stage).await {
        return;
    }
    for client in stage.play.scenario.everybody() {
        let stage = Arc::clone(stage);
        clients.spawn(async move { drive(&stage, client).await });
    }
    while let Some(driven) = clients.join_next().await {
        if let Err(error) = driven {
            stage.fault(format!("drive a client: {error}"));
        }
    }
}

/// Starts the server; clients are only started when it listens where it should.
async fn has_server(stage: &Stage) -> bool {
    if let Err(error) = stage.place_downloads().await {
        stage.fault(error);
        return false;
    }
    let listening = listening::start(stage).await;
    if listening == Listening::AsAsked {
        stage.log().listening_at = Some(clock::now());
    }
    sample(stage, SampleReason::Listen).await;
    listening == Listening::AsAsked
}
