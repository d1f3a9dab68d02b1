//! `synfin flows CAPTURE`: the connections of any capture.

use std::path::PathBuf;

use synfin_core::pcap::Tail;
use synfin_core::report::{CaptureSummary, ConnectionRow, RecordingReport, recording};

use super::exit::{Exit, Failure};
use super::output::Output;
use super::source;

/// List the connections of a capture: setup, transfer and teardown frames, bytes, who closed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A pcap or pcapng file.
    capture: PathBuf,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let mut capture = source::capture(&args.capture)?;
    let (frames, connections) = source::connections(&mut capture);
    source::tell_tail(&args.capture, &capture, output);
    let table = RecordingReport {
        scenario: String::new(),
        capture: CaptureSummary {
            file: args.capture.display().to_string(),
            frames,
            dropped: None,
            whole: *capture.tail() == Tail::Whole,
            notes: Vec::new(),
        },
        connections: connections
            .iter()
            .map(|connection| ConnectionRow::new(connection, None))
            .collect(),
    };
    output.data(&recording(&table, &output.page()))?;
    Ok(Exit::Passed)
}
