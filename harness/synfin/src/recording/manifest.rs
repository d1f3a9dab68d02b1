//! What is known at the end, written down beside the capture.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use synfin_core::flow::Ending;
use synfin_core::manifest::{
    Attribution, CaptureHealth, ClientSteps, LinkRecord, ProcessRecord, RawClientRecord, Recorded,
    Role,
};
use synfin_core::spec::ClientNumber;
use synfin_core::time::Timestamp;

use super::{Job, RecordError};
use crate::drive::{Log, Stage, Terminal};
use crate::ring::Captured;
use crate::sandbox::Built;
use crate::store::{self, StoreError};

/// What a program still has to say after its end must come within this time.
const LAST_OUTPUT_WITHIN: Duration = Duration::from_secs(2);

/// Writes the logs and the manifest of the recording.
pub(crate) async fn write(
    job: &Job,
    stage: &Stage,
    captured: Captured,
    interrupted: bool,
) -> Result<Recorded, RecordError> {
    let mut log = std::mem::take(&mut *stage.log());
    let capture = health(job, captured)?;
    let processes = processes(job, &mut log).await?;
    let recorded = Recorded {
        schema: 1,
        scenario: job.play.scenario.name.clone(),
        repetition: job.take.repetition,
        attempt: job.take.attempt,
        steps: job
            .play
            .scenario
            .steps
            .iter()
            .map(ToString::to_string)
            .collect(),
        clients: job.play.scenario.client_count(),
        raw_clients: raw_clients(job, stage).await?,
        link: LinkRecord::of(&job.play.scenario.link),
        server: stage.listen(),
        seed: job.play.seed,
        runner: job.runner.clone(),
        slowness_percent: Some(job.slowness_percent),
        capture,
        stopped_at: log.stopped_at.map(Timestamp::as_nanos),
        listening_at: log.listening_at.map(Timestamp::as_nanos),
        harness_fault: log.fault,
        interrupted,
        client_steps: with_frames(log.steps, stage),
        past_server: log.past_server,
        attributions: without_detours(log.attributions, stage),
        processes,
        socket_samples: log.samples,
        files: log.files,
    };
    let path = job.run.join(format!("{}.json", job.stem()));
    store::write_atomically(&path, recorded.to_json().as_bytes())?;
    Ok(recorded)
}

/// The steps with the frames at which they began and ended, now that the wire has been read to its end.
fn with_frames(mut clients: Vec<ClientSteps>, stage: &Stage) -> Vec<ClientSteps> {
    let wire = stage.wire.now();
    let frame_at = |moment: u64| wire.frame_at(Timestamp::from_nanos(moment)).0;
    for record in clients.iter_mut().flat_map(|client| &mut client.steps) {
        record.after_frame = record.began_at.map(frame_at);
        record.done_frame = record.ended_at.map(frame_at);
    }
    clients
}

/// A client that dials a name tries its addresses in turn. What was refused at another address than the server's, before
/// the server took the client, is no connection that the scenario asked for.
fn without_detours(mut attributions: Vec<Attribution>, stage: &Stage) -> Vec<Attribution> {
    let (wire, server) = (stage.wire.now(), stage.listen());
    attributions.retain(|one| {
        let client = ClientNumber(one.client);
        let was_refused = wire.connections_of(client).any(|connection| {
            (connection.initiator, connection.responder) == (one.initiator, one.responder)
                && connection.ending() == Ending::Refused
        });
        let was_taken = wire
            .connection_of(client, server)
            .is_some_and(|last| last.setup.syn_ack.is_some());
        let is_detour = one.responder.port() == server.port()
            && one.responder.ip() != server.ip()
            && was_refused
            && was_taken;
        !is_detour
    });
    attributions
}

fn health(job: &Job, captured: Captured) -> Result<CaptureHealth, RecordError> {
    let file = format!("{}.pcap", job.stem());
    let sha256 = store::digest_of(&job.run.join(&file))?;
    Ok(CaptureHealth {
        file,
        sha256,
        frames: captured.frames,
        dropped: captured.dropped,
        cut: captured.cut,
        sentinels: captured.sentinels,
        pauses: captured.pauses,
    })
}

/// The record of every raw client, whose log is written.
async fn raw_clients(job: &Job, stage: &Stage) -> Result<Vec<RawClientRecord>, RecordError> {
    let mut records = Vec::new();
    for (client, told) in stage.raw_logs().await {
        let log = format!("{}/{}.log", job.stem(), Role::Client(client.0));
        let path = job.run.join(&log);
        store::create_folder(path.parent().unwrap_or(&job.run))?;
        store::write_atomically(&path, told.text.as_bytes())?;
        records.push(RawClientRecord {
            client: client.0,
            log,
            sent_bytes: told.sent_bytes,
            received_bytes: told.received_bytes,
        });
    }
    Ok(records)
}

/// The record of every role: those that ran, and those that could not be started.
async fn processes(job: &Job, log: &mut Log) -> Result<Vec<ProcessRecord>, RecordError> {
    let mut records = Vec::new();
    for earlier in std::mem::take(&mut log.earlier) {
        if let Some(terminal) = Arc::into_inner(earlier.terminal) {
            let mut record = blank(job, earlier.role);
            record.stop_actions = earlier.stop_actions;
            record.supervision = earlier.supervision;
            finish(job, terminal, &mut record).await?;
            records.push(record);
        }
    }
    for role in job.roles() {
        let terminal = log.programs.remove(&role).and_then(Arc::into_inner);
        let start_error = log.start_errors.remove(&role);
        if terminal.is_none() && start_error.is_none() {
            continue;
        }
        let mut record = blank(job, role);
        record.start_error = start_error;
        record.stop_actions = log.stop_actions.remove(&role).unwrap_or_default();
        record.supervision = log.supervision.remove(&role).unwrap_or_default();
        if let Some(terminal) = terminal {
            finish(job, terminal, &mut record).await?;
        }
        records.push(record);
    }
    Ok(records)
}

/// The record of a program of which nothing is known but its command.
fn blank(job: &Job, role: Role) -> ProcessRecord {
    let argv = match role {
        Role::Server => job.play.commands.server.clone(),
        Role::Client(number) => job.play.client_command(ClientNumber(number)),
    };
    let built = job.built.of(role).map(Built::path);
    ProcessRecord {
        role,
        is_pe: is_pe(built.as_deref().or(job.folders.of(role)), &argv),
        entry: None,
        argv,
        started_at: None,
        exited_at: None,
        exit: None,
        start_error: None,
        stop_actions: Vec::new(),
        log: format!("{}/{role}.log", job.stem()),
        output_left_out: 0,
        last_lines: Vec::new(),
        printed_before_stop: None,
        supervision: Vec::new(),
        limit_hit: None,
    }
}

/// Writes the program's log and completes its record.
async fn finish(
    job: &Job,
    terminal: Terminal,
    record: &mut ProcessRecord,
) -> Result<(), RecordError> {
    record.printed_before_stop = terminal.printed_before_stop();
    let program = terminal.program;
    record.argv = terminal.argv;
    record.entry = terminal.entry;
    record.limit_hit = program.limit_hit(&job.play.target.limits.run);
    record.started_at = Some(program.started_at().as_nanos());
    let ended = program.ended();
    record.exited_at = ended.map(|ended| ended.at.as_nanos());
    record.exit = ended.map(|ended| ended.exit);
    let path = job.run.join(&record.log);
    store::create_folder(path.parent().unwrap_or(&job.run))?;
    let output = program.finish(&path, LAST_OUTPUT_WITHIN).await;
    let output = output.map_err(|source| StoreError::Write { path, source })?;
    record.output_left_out = output.left_out_bytes;
    record.last_lines = output.last_lines;
    Ok(())
}

/// Whether the program is a Windows executable; one that Wine runs is Wine's first argument.
fn is_pe(folder: Option<&Path>, argv: &[String]) -> bool {
    let is_run_by_wine = argv.first().is_some_and(|word| word == WINE);
    let program = argv.get(usize::from(is_run_by_wine));
    let in_folder = |program: &String| folder.unwrap_or(Path::new("")).join(program);
    program
        .map(in_folder)
        .and_then(|path| store::read_start(&path, PE_LOOK).ok())
        .is_some_and(|start| has_pe_signature(&start))
}

/// The program that runs Windows executables elsewhere than on Windows.
pub(crate) const WINE: &str = "wine";

/// A PE image's headers begin within its first 4 KiB.
const PE_LOOK: u64 = 4096;

/// The DOS header `MZ`, whose field at 0x3c gives the place of the signature `PE\0\0` (Microsoft, "PE Format").
fn has_pe_signature(start: &[u8]) -> bool {
    let offset = start
        .get(0x3c..0x40)
        .and_then(|field| field.try_into().ok())
        .map(u32::from_le_bytes);
    let signature = offset
        .and_then(|offset| start.get(offset as usize..))
        .and_then(|rest| rest.get(..4));
    start.starts_with(b"MZ") && signature == Some(b"PE\0\0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pe_image_is_told_by_its_signature() {
        let mut image = vec![0; 0x80];
        image[..2].copy_from_slice(b"MZ");
        image[0x3c] = 0x40;
        assert!(!has_pe_signature(&image));
        image[0x40..0x44].copy_from_slice(b"PE\0\0");
        assert!(has_pe_signature(&image));
        assert!(!has_pe_signature(b"#!/usr/bin/python3"));
        assert!(!has_pe_signature(b"MZ"));
    }
}
