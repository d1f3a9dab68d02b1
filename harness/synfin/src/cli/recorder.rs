//! From the command line into the recorder and back: a runtime, Ctrl-C, and progress on standard error.

use std::future::Future;
use std::path::PathBuf;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use super::exit::Failure;
use super::output::Output;
use crate::options::{RecordOptions, RunOptions};
use crate::runner::{self, Probe, RunError, RunEvent, SourceError};

/// Records all scenarios of a run; gives the run's folder.
pub(super) fn run(options: &RunOptions, output: &Output) -> Result<PathBuf, Failure> {
    let recorded = with_events(output, |events, interrupted| {
        runner::run(options, events, interrupted)
    })?;
    recorded.map(|outcome| outcome.folder).map_err(failure)
}

/// Records what one command does; gives the capture.
pub(super) fn record(options: &RecordOptions, output: &Output) -> Result<PathBuf, Failure> {
    let recorded = with_events(output, |events, interrupted| {
        runner::record_command(options, events, interrupted)
    })?;
    recorded.map_err(failure)
}

/// Tries out what this machine lets us do.
pub(super) fn probe() -> Result<Probe, Failure> {
    let runtime = Runtime::new().map_err(Failure::internal)?;
    Ok(runtime.block_on(runner::probe()))
}

/// Does the work while Ctrl-C is listened for and events are told.
fn with_events<T, W: Future<Output = T>>(
    output: &Output,
    work: impl FnOnce(mpsc::UnboundedSender<RunEvent>, watch::Receiver<bool>) -> W,
) -> Result<T, Failure> {
    let runtime = Runtime::new().map_err(Failure::internal)?;
    runtime.block_on(async {
        let (events, mut told) = mpsc::unbounded_channel();
        let (interrupt, interrupted) = watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                interrupt.send_replace(true);
            }
            interrupt.closed().await;
        });
        let work = work(events, interrupted);
        let tell = async {
            while let Some(event) = told.recv().await {
                output.talk(line(&event));
            }
        };
        let (done, ()) = tokio::join!(work, tell);
        Ok(done)
    })
}

fn line(event: &RunEvent) -> String {
    match event {
        RunEvent::Building { command } => format!("building: {command}"),
        RunEvent::Started { scenarios } => format!("recording {scenarios} scenarios"),
        RunEvent::Recording { scenario } => format!("  {scenario} …"),
        RunEvent::Lossy { scenario, dropped } => {
            format!("  {scenario}: the capture is not whole ({dropped} frames dropped)")
        }
        RunEvent::Recorded {
            scenario,
            frames,
            millis,
        } => format!("  {scenario}: {frames} frames, {millis} ms"),
        RunEvent::NotRecorded { scenario, why } => format!("  {scenario}: not recorded: {why}"),
        RunEvent::Printed { text } => text.clone(),
    }
}

fn failure(error: RunError) -> Failure {
    match error {
        RunError::Sources(SourceError::Spec(error)) => Failure::Spec(Box::new(error)),
        RunError::Sources(_) | RunError::Only(_) => Failure::usage(error),
        RunError::Store(_) | RunError::Setup(_) | RunError::Record(_) | RunError::Launch(_) => {
            Failure::internal(error)
        }
    }
}
