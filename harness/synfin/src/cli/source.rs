//! What the user names: captures and rubrics.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, anyhow};
use synfin_core::flow::{Connection, FlowTable, Milestone};
use synfin_core::pcap::{Reader, Tail};
use synfin_core::spec::{BUILTIN_RUBRICS, builtin_rubric, did_you_mean};
use synfin_core::wire::{Dissector, Packet};

use super::exit::Failure;
use super::output::Output;
use crate::options::RubricSource;
use crate::store;

/// A capture file on its way in.
pub(super) type Capture = Reader<BufReader<File>>;

/// Opens a capture.
pub(super) fn capture(path: &Path) -> Result<Capture, Failure> {
    let file = store::open(path).map_err(Failure::usage)?;
    Reader::new(file)
        .with_context(|| format!("read {}", path.display()))
        .map_err(Failure::Usage)
}

/// Says so if a capture ended inside a record or could not be read in places, once it has been read.
pub(super) fn tell_tail(path: &Path, capture: &Capture, output: &Output) {
    if let Some(first) = capture.skipped().first() {
        output.talk(format_args!(
            "synfin: places of {} that could not be read: {}, the first at byte {}: {}",
            path.display(),
            capture.skipped_count(),
            first.offset,
            first.reason
        ));
    }
    match capture.tail() {
        Tail::Whole => {}
        Tail::Truncated {
            frames,
            offset,
            reason,
        } => output.talk(format_args!(
            "synfin: {} is cut off after {frames} frames, at byte {offset}: {reason}",
            path.display()
        )),
    }
}

/// Reads a capture: how many frames, and their connections.
pub(super) fn connections(capture: &mut Capture) -> (u64, Vec<Connection>) {
    let mut flows = FlowTable::default();
    let mut dissector = Dissector::default();
    let mut frames = 0;
    while let Some(frame) = capture.next_frame() {
        frames += 1;
        let at = Milestone {
            frame: frame.number,
            at: frame.timestamp,
        };
        match dissector.dissect(&frame) {
            Packet::Tcp(segment) => {
                flows.push(at, &segment);
            }
            Packet::Udp { .. } | Packet::Other | Packet::Malformed(_) => {}
        }
    }
    (frames, flows.finish())
}

/// `--rubric FILE|NAME`: a built-in name wins; a file of that name is written `./NAME`.
pub(super) fn rubric(text: &str) -> Result<RubricSource, Failure> {
    if let Some((name, _)) = builtin_rubric(text) {
        return Ok(RubricSource::Builtin(name));
    }
    let path = Path::new(text);
    if path.extension().is_some() || path.components().count() > 1 || path.exists() {
        return Ok(RubricSource::File(path.to_owned()));
    }
    let names = BUILTIN_RUBRICS.map(|(name, _)| name);
    let meant =
        did_you_mean(text, names).unwrap_or_else(|| format!("built in are {}", names.join(", ")));
    Err(Failure::Usage(anyhow!(
        "no rubric and no file is called {text:?}: {meant}"
    )))
}
