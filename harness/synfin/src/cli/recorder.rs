//! From the command line into the recorder and back: a runtime, Ctrl-C, and progress on standard error.

use std::future::Future;
use std::io;
use std::path::PathBuf;

use anyhow::anyhow;
use synfin_core::text::Foreign;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::exit::Failure;
use super::grade;
use super::output::Output;
use crate::batch::{self, BatchError, BatchOutcome};
use crate::launch::LaunchError;
use crate::matrix::{self, MatrixError, MatrixOutcome};
use crate::options::{BatchOptions, MatrixOptions, RecordOptions, RunOptions, SelftestOptions};
use crate::runner::{self, Ladder, RunError, RunEvent, SourceError};
use crate::sandbox::SandboxError;
use crate::selftest::{self, Matrix, SelftestError, SelftestEvent};

/// Characters of a command line.
const COMMAND_CHARS: usize = 200;

/// Records all scenarios of a run; gives the run's folder.
pub(super) fn run(options: &RunOptions, output: &Output) -> Result<PathBuf, Failure> {
    let recorded = with_events(output, line, |events, interrupted| {
        runner::run(options, events, interrupted)
    })?;
    recorded.map(|outcome| outcome.folder).map_err(failure)
}

/// Records what one command does; gives the capture.
pub(super) fn record(options: &RecordOptions, output: &Output) -> Result<PathBuf, Failure> {
    let recorded = with_events(output, line, |events, interrupted| {
        runner::record_command(options, events, interrupted)
    })?;
    recorded.map_err(failure)
}

/// Tries the checks on programs that are broken on purpose and on sound ones.
pub(super) fn selftest(options: &SelftestOptions, output: &Output) -> Result<Matrix, Failure> {
    let matrix = with_events(output, progress, |events, interrupted| {
        selftest::selftest(options, events, interrupted)
    })?;
    matrix.map_err(|error| match error {
        SelftestError::UnknownName(_) => Failure::usage(error),
        SelftestError::Programs(_)
        | SelftestError::Store(_)
        | SelftestError::Trial(_)
        | SelftestError::Interrupted => Failure::internal(error),
    })
}

/// Records and grades every server with every client.
pub(super) fn matrix(options: &MatrixOptions, output: &Output) -> Result<MatrixOutcome, Failure> {
    let done = with_events(output, line, |events, interrupted| {
        matrix::matrix(options, events, interrupted)
    })?;
    done.map_err(|error| match error {
        MatrixError::Run(error) => failure(error),
        MatrixError::Grading(error) => grade::failure(error),
    })
}

/// Records and grades every submission that is not done yet.
pub(super) fn batch(options: &BatchOptions, output: &Output) -> Result<BatchOutcome, Failure> {
    let done = with_events(output, line, |events, interrupted| {
        batch::batch(options, events, interrupted)
    })?;
    done.map_err(|error| match error {
        BatchError::Spec(error) => Failure::Spec(Box::new(error)),
        BatchError::Only(_) | BatchError::Store(_) | BatchError::Empty(_) => Failure::usage(error),
    })
}

/// Tries out at which levels this machine lets us record.
pub(super) fn probe() -> Result<Ladder, Failure> {
    let runtime = Runtime::new().map_err(Failure::internal)?;
    Ok(runtime.block_on(runner::probe()))
}

/// Does the work while events are told. The first Ctrl-C or SIGTERM asks it to end, the second ends it: what it started goes
/// with it.
fn with_events<E, T, W: Future<Output = T>>(
    output: &Output,
    line: impl Fn(&E) -> String,
    work: impl FnOnce(mpsc::UnboundedSender<E>, watch::Receiver<bool>) -> W,
) -> Result<T, Failure> {
    let runtime = Runtime::new().map_err(Failure::internal)?;
    let done = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(Failure::internal)?;
        let (events, mut told) = mpsc::unbounded_channel();
        let (interrupt, interrupted) = watch::channel(false);
        let work = work(events, interrupted);
        let tell = async {
            while let Some(event) = told.recv().await {
                output.talk(line(&event));
            }
        };
        let interruptions = async {
            signals.next().await;
            interrupt.send_replace(true);
            output.talk("interrupted: ending the recordings; once more to end without a report");
            signals.next().await;
        };
        tokio::select! {
            (done, ()) = async { tokio::join!(work, tell) } => Ok(done),
            () = interruptions => Err(Failure::Internal(anyhow!("interrupted twice: nothing was graded"))),
        }
    });
    // Whatever still blocks is not waited for.
    runtime.shutdown_background();
    done
}

/// What a person or a supervisor ends a run with.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn line(event: &RunEvent) -> String {
    match event {
        RunEvent::Building { command } => format!("building: {}", shown(command)),
        RunEvent::BuildFailed { command, log } => {
            format!(
                "the build failed: {}; see {}",
                shown(command),
                log.display()
            )
        }
        RunEvent::Started { recordings: 1 } => "making 1 recording".to_owned(),
        RunEvent::Started { recordings } => format!("making {recordings} recordings"),
        RunEvent::Recording { recording } => format!("  {recording} …"),
        RunEvent::Lossy { recording, dropped } => {
            format!("  {recording}: the capture is not whole ({dropped} frames dropped)")
        }
        RunEvent::CameTooLate { recording } => {
            format!("  {recording}: a file had crossed before the fault that was to meet it")
        }
        RunEvent::Recorded {
            recording,
            frames,
            millis,
        } => format!("  {recording}: {frames} frames, {millis} ms"),
        RunEvent::CannotRecord { why } => format!("nothing is recorded: {why}"),
        RunEvent::NotRecorded { recording, why } => format!("  {recording}: not recorded: {why}"),
        RunEvent::Began { what } => format!("{what} …"),
        RunEvent::Ended { what, result } => format!("{what}: {result}"),
        RunEvent::Printed { text } => text.clone(),
    }
}

fn progress(event: &SelftestEvent) -> String {
    match event {
        SelftestEvent::Building { command } => format!("building: {command}"),
        SelftestEvent::Started { programs, round } => {
            format!("round {round}: {programs} programs")
        }
        SelftestEvent::Tried {
            name,
            millis,
            is_right,
        } => {
            let end = if *is_right { "" } else { ", not as it must be" };
            format!("  {name}: {millis} ms{end}")
        }
    }
}

/// A command as a stranger's file has it, safe for a terminal.
fn shown(command: &str) -> Foreign {
    Foreign::new(command, COMMAND_CHARS)
}

fn failure(error: RunError) -> Failure {
    match error {
        RunError::Sources(SourceError::Spec(error)) => Failure::Spec(Box::new(error)),
        RunError::Sources(_)
        | RunError::Only(_)
        | RunError::PortNeeded
        | RunError::Launch(LaunchError::Sandbox(SandboxError::NotStarted(_))) => {
            Failure::usage(error)
        }
        RunError::NoLevel(_)
        | RunError::Store(_)
        | RunError::Setup(_)
        | RunError::Record(_)
        | RunError::Launch(_) => Failure::internal(error),
    }
}
