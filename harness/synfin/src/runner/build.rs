//! The build commands of a target: run once, before anything is recorded, in a sandbox of their own and in a copy of the
//! folder. What was handed in is never changed; every role gets a copy of what came of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use synfin_core::manifest::{Exit, Limit, NotRecorded, Role};
use synfin_core::spec::{Command, Limits, Stdin, Target};
use tokio::sync::{mpsc, watch};

use super::sources::{Build, Cast};
use super::{RunEvent, tell};
use crate::causes::with_causes;
use crate::launch::{Launch, LaunchError, Program, hold_to_limits, look};
use crate::recording::{BuiltFolders, Folders};
use crate::sandbox::{Built, Sandbox, SandboxError, Scope, Setup, Signal, Spawn, StartError};

/// The part that build commands play in their sandbox: nobody else is there.
const BUILDER: Role = Role::Server;

/// What a command still has to say after its end must come within this time.
const LAST_OUTPUT_WITHIN: Duration = Duration::from_secs(2);

/// What is built, and how.
#[derive(Debug)]
struct BuildOrder<'a> {
    commands: &'a [Command],
    folder: Option<&'a Path>,
    limits: &'a Limits,
    setup: Setup,
    /// The file in the run's folder that keeps what the commands print.
    log: PathBuf,
}

/// Why there is no build.
#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error("{0:?}")]
    NotRecorded(Box<NotRecorded>),
    #[error("start the sandbox: {0}")]
    Start(#[from] StartError),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error("start the command: {0}")]
    Launch(#[from] LaunchError),
    #[error("write {}: {source}", path.display())]
    Log {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// What building needs of a run.
#[derive(Clone)]
pub(super) struct Workshop<'a> {
    pub(super) setup: &'a Setup,
    pub(super) events: &'a mpsc::UnboundedSender<RunEvent>,
    pub(super) interrupted: &'a watch::Receiver<bool>,
}

impl Workshop<'_> {
    /// Runs the target's build commands, if it has any; what they print goes to `log`.
    pub(super) async fn build(&self, cast: &Cast, log: &Path) -> Build {
        match self.try_build(cast, log).await {
            Ok(built) => built.map_or(Build::NotNeeded, Build::Done),
            Err(why) => {
                if let NotRecorded::BuildFailed { command, .. } = &why {
                    let (command, log) = (command.join(" "), log.to_owned());
                    tell(self.events, RunEvent::BuildFailed { command, log });
                }
                Build::Failed(why)
            }
        }
    }

    async fn try_build(
        &self,
        cast: &Cast,
        log: &Path,
    ) -> Result<Option<BuiltFolders>, NotRecorded> {
        let Target {
            build: servers,
            client_build: clients,
            ..
        } = &cast.target;
        if servers.is_empty() && clients.is_empty() {
            return Ok(None);
        }
        let Folders { server, client } = &cast.folders;
        let limits = &cast.target.limits.build;
        let order = |commands, folder| BuildOrder {
            commands,
            folder,
            limits,
            setup: self.setup.clone().limited(limits),
            log: log.to_owned(),
        };
        let built_server = self.folder(&order(servers, server.as_deref())).await?;
        let built_client = if server == client && clients.is_empty() {
            built_server.clone()
        } else {
            self.folder(&order(clients, client.as_deref())).await?
        };
        Ok(Some(BuiltFolders {
            server: built_server,
            client: built_client,
        }))
    }

    /// What one file's commands leave; nothing if there are none.
    async fn folder(&self, order: &BuildOrder<'_>) -> Result<Option<Built>, NotRecorded> {
        if order.commands.is_empty() {
            return Ok(None);
        }
        let interrupted = self.interrupted.clone();
        build(order, self.events, interrupted).await.map(Some)
    }
}

/// Runs the commands, each after the one before has succeeded; gives the folder that they leave.
async fn build(
    order: &BuildOrder<'_>,
    events: &mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
) -> Result<Built, NotRecorded> {
    let built = try_build(order, events, interrupted).await;
    built.map_err(|error| match error {
        BuildError::NotRecorded(why) => *why,
        BuildError::Start(_)
        | BuildError::Sandbox(_)
        | BuildError::Launch(_)
        | BuildError::Log { .. } => NotRecorded::Harness {
            why: format!("build the programs: {}", with_causes(&error)),
        },
    })
}

async fn try_build(
    order: &BuildOrder<'_>,
    events: &mpsc::UnboundedSender<RunEvent>,
    mut interrupted: watch::Receiver<bool>,
) -> Result<Built, BuildError> {
    let sandbox = Sandbox::start(&order.setup).await?;
    sandbox.prepare(BUILDER, order.folder).await?;
    for command in order.commands {
        let text = line(command);
        tell(events, RunEvent::Building { command: text });
        tokio::select! {
            done = run(order, command, &sandbox) => done?,
            _ = interrupted.wait_for(|is_interrupted| *is_interrupted) => {
                return Err(BuildError::NotRecorded(Box::new(NotRecorded::Interrupted)));
            }
        }
    }
    Ok(sandbox.keep_folder(BUILDER).await?)
}

/// Runs one command to its end, and ends what it leaves behind.
async fn run(
    order: &BuildOrder<'_>,
    command: &Command,
    sandbox: &Sandbox,
) -> Result<(), BuildError> {
    let spawn = Spawn {
        role: BUILDER,
        argv: command.words().to_vec(),
        env: Vec::new(),
    };
    let stdin = Stdin::Pipe;
    let program = Program::start(sandbox, &Launch { spawn, stdin }).await?;
    program.end_input().await;
    let guard = hold_to_limits(sandbox, order.limits, || 0, || vec![&program]);
    let ended = tokio::select! {
        ended = program.wait() => ended,
        failed = guard => return Err(failed.err().unwrap_or(SandboxError::Gone).into()),
    };
    look(sandbox, order.limits, 0, &[&program]).await?;
    sandbox.signal(BUILDER, Signal::Kill, Scope::Role).await?;
    program.wait_until_role_gone().await;
    let limit_hit = program.limit_hit(order.limits);
    let finished = program.finish(&order.log, LAST_OUTPUT_WITHIN).await;
    let output = finished.map_err(|source| BuildError::Log {
        path: order.log.clone(),
        source,
    })?;
    let exit = ended.map_or(KILLED, |ended| ended.exit);
    if exit == SUCCESS && limit_hit.is_none_or(|hit| hit.limit == Limit::Disk) {
        return Ok(());
    }
    Err(BuildError::NotRecorded(Box::new(
        NotRecorded::BuildFailed {
            command: vec![line(command)],
            exit,
            last_lines: output.last_lines,
            limit_hit,
            log: file_name(&order.log),
        },
    )))
}

const SUCCESS: Exit = Exit::Code { code: 0 };

/// The end of a command whose keeper was killed before it could tell.
const KILLED: Exit = Exit::Signal { signal: 9 };

/// A build command as its target writes it: the shell's last argument.
fn line(command: &Command) -> String {
    command.words().last().cloned().unwrap_or_default()
}

fn file_name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}
