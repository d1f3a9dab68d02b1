//! `synfin record`: one command, watched on the wire until it ends.

use std::num::NonZeroU16;
use std::path::PathBuf;

use synfin_core::manifest::Role;
use synfin_core::spec::Stdin;
use tokio::sync::{mpsc, watch};

use super::folder::moment;
use super::{RunError, RunEvent, probe, tell};
use crate::launch::{Launch, Program};
use crate::options::RecordOptions;
use crate::recording::RecordError;
use crate::ring::{self, Capture};
use crate::sandbox::{Sandbox, Setup, Spawn};
use crate::store;

/// Runs the command in namespaces of its own, in a copy of the current folder, until it and all it started have ended, or
/// until `interrupted`. Gives the capture.
pub async fn record_command(
    options: &RecordOptions,
    events: mpsc::UnboundedSender<RunEvent>,
    interrupted: watch::Receiver<bool>,
) -> Result<PathBuf, RunError> {
    let level = probe::choose(None).await.map_err(RunError::NoLevel)?;
    let isolation = probe::isolation(level);
    if isolation.is_on_host() && options.port.is_none() {
        return Err(RunError::PortNeeded);
    }
    let captures = options.out.join("captures");
    store::create_folder(&captures)?;
    let (folder, _) = store::create_fresh_folder(&captures, &moment())?;
    let path = folder.join("command.pcap");
    let setup = Setup {
        isolation,
        port: options.port.map(NonZeroU16::get),
        ..Setup::new().map_err(RunError::Setup)?
    };
    let sandbox = Sandbox::start(&setup).await.map_err(RecordError::from)?;
    let here = std::env::current_dir().map_err(RunError::Setup)?;
    sandbox
        .prepare(Role::Server, Some(&here))
        .await
        .map_err(RecordError::from)?;
    let armed = Capture::arm(&sandbox, store::create(&path)?, ring::Config::default()).await;
    let (capture, _frames) = armed.map_err(RecordError::from)?;
    let spawn = Spawn {
        role: Role::Server,
        argv: options.command.clone(),
        env: Vec::new(),
    };
    let program = Program::start(
        &sandbox,
        &Launch {
            spawn,
            stdin: Stdin::Pipe,
        },
    )
    .await?;
    program.end_input().await;
    watch_until_gone(&program, &events, interrupted).await;
    capture.close().await.map_err(RecordError::from)?;
    sandbox.shut_down().await.map_err(RecordError::from)?;
    Ok(path)
}

/// Retells what the command prints, line by line, until nothing of it is left or Ctrl-C comes.
async fn watch_until_gone(
    program: &Program,
    events: &mpsc::UnboundedSender<RunEvent>,
    mut interrupted: watch::Receiver<bool>,
) {
    let mut changes = program.output().changes();
    let mut told = 0;
    loop {
        tokio::select! {
            () = program.wait_until_role_gone() => break,
            _ = interrupted.wait_for(|is_interrupted| *is_interrupted) => break,
            Ok(()) = changes.changed() => told += tell_lines(program, told, events),
        }
    }
    tell_lines(program, told, events);
}

/// Tells the whole lines printed since `told`; gives how many bytes they have.
fn tell_lines(program: &Program, told: u64, events: &mpsc::UnboundedSender<RunEvent>) -> u64 {
    let printed = program.output().since(told);
    let Some(end) = printed.iter().rposition(|byte| *byte == b'\n') else {
        return 0;
    };
    let text = String::from_utf8_lossy(&printed[..end]).into_owned();
    tell(events, RunEvent::Printed { text });
    end as u64 + 1
}
