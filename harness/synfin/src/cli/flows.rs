//! `synfin flows CAPTURE`: the connections of any capture.

use std::num::NonZeroU16;
use std::path::{Path, PathBuf};

use synfin_core::report::{CaptureSummary, ConnectionRow, RecordingReport, recording_table};

use super::exit::{Exit, Failure};
use super::output::{self, Output};
use super::source;

/// List the connections of a capture: setup, transfer and teardown frames, bytes, who closed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A pcap or pcapng file.
    capture: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    list(&args.capture, None, output)
}

/// Prints the connection table of a capture, of all connections or of those with this port at an end.
pub(super) fn list(
    path: &Path,
    port: Option<NonZeroU16>,
    output: &Output,
) -> Result<Exit, Failure> {
    let mut capture = source::capture(path)?;
    let (frames, mut connections) = source::connections(&mut capture);
    connections.retain(|connection| {
        let ends = [connection.initiator, connection.responder];
        port.is_none_or(|port| ends.iter().any(|end| end.port() == port.get()))
    });
    source::tell_tail(path, &capture, output);
    let recording = RecordingReport {
        scenario: String::new(),
        capture: CaptureSummary {
            file: path.display().to_string(),
            frames,
            dropped: None,
            whole: false,
            notes: Vec::new(),
        },
        connections: connections
            .iter()
            .map(|connection| ConnectionRow::new(connection, None))
            .collect(),
    };
    output::data(&recording_table(&recording, &output.page()))?;
    Ok(Exit::Passed)
}
