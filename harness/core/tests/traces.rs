//! Reads the captures of a folder of traces, which `SYNFIN_TRACES` names, and compares what is read with what the folder's
//! `expected.jsonl` holds: tshark's streams put together per side, the truth of captures made for a purpose, Zeek's own
//! baselines. Where we differ, the very fields and both values stand in `traces/differences.toml`, with who is right and
//! why; nothing else may differ, and nothing in it may stop to.
#![expect(
    clippy::disallowed_methods,
    reason = "the traces are files, where they are stands in the environment, and reading them must end in time"
)]

#[path = "traces/baseline.rs"]
mod baseline;
#[path = "traces/capture.rs"]
mod capture;
#[path = "traces/differences.rs"]
mod differences;
#[path = "traces/folder.rs"]
mod folder;
#[path = "traces/streams.rs"]
mod streams;
#[path = "traces/truth.rs"]
mod truth;

use std::time::{Duration, Instant};

use capture::Capture;
use folder::traces;

/// The longest that the reading of one small capture may take, in an unoptimized build on a busy machine.
const LONGEST_READING: Duration = Duration::from_secs(10);

#[test]
fn every_undisputed_stream_is_read_as_expected() {
    let undisputed = traces()
        .into_iter()
        .filter(|trace| !trace.is_disputed && !trace.is_odd());
    let found = undisputed.flat_map(|trace| streams::differences(&trace, &Capture::read(&trace)));
    differences::assert_known("stream", found);
}

#[test]
fn every_truth_holds() {
    let made = traces().into_iter().filter_map(|trace| {
        let truth = trace.truth.clone()?;
        Some((Capture::read(&trace), trace, truth))
    });
    let found =
        made.flat_map(|(capture, trace, truth)| truth::differences(&trace, &capture, &truth));
    differences::assert_known("truth", found);
}

#[test]
fn zeek_tells_every_connection_as_we_say_it_does() {
    let found = traces()
        .into_iter()
        .filter(|trace| !trace.baselines.is_empty())
        .flat_map(|trace| baseline::differences(&trace, &Capture::read(&trace)));
    differences::assert_known("zeek", found);
}

#[test]
fn every_odd_file_is_read_to_its_end_in_time() {
    for trace in traces().iter().filter(|trace| trace.is_odd()) {
        let begun = Instant::now();
        Capture::read(trace);
        let took = begun.elapsed();
        assert!(took < LONGEST_READING, "{}: {took:?}", trace.file);
    }
}

#[test]
fn an_odd_file_that_tshark_can_read_is_read_as_tshark_does() {
    let odd = traces()
        .into_iter()
        .filter(|trace| !trace.is_disputed && trace.is_odd());
    let found = odd.flat_map(|trace| streams::differences(&trace, &Capture::read(&trace)));
    differences::assert_known("odd", found);
}
