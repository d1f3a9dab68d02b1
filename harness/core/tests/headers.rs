//! Wireshark's reader as an oracle of the headers: of each frame of a folder of traces, which `SYNFIN_TRACES` names, it must
//! read what we read: the same TCP segment, or none.
#![expect(
    clippy::disallowed_methods,
    reason = "the traces are files, and tshark is a process"
)]

#[path = "headers/tshark.rs"]
mod tshark;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use synfin_core::pcap::Reader;
use synfin_core::wire::{Dissector, Packet, Segment};

/// The traces on which we differ, in the order of their names, and who is right.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[(
    "made/syn_ip6_big_nohbh.pcap",
    "tshark 4.0 sees no payload behind an IPv6 length of 0 without a jumbo option; 100000 bytes were sent",
)];

/// The traces whose link types tshark 4.0 does not know, in the order of their names: it reads nothing of them.
const REFUSED: &[&str] = &[
    "odd/tcpdump__tests__brcm-tag.pcap",
    "odd/tcpdump__tests__dsa.pcap",
    "odd/tcpdump__tests__edsa.pcap",
    "odd/tcpdump__tests__frf16_magic_ie-oobr.pcap",
    "odd/tcpdump__tests__juniper_monitor_invalid_cookie_length.pcap",
];

/// The environment variable that lists the tools to do without.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

/// Each frame of a capture by its number: the ends, sequence number, flags and payload length of its TCP segment in one
/// line; `None` of a frame that has none.
type Frames = BTreeMap<u64, Option<String>>;

#[test]
fn tshark_reads_the_same_headers() {
    let Some(folder) = traces() else {
        return;
    };
    let files = files_below(&folder);
    let comparison = Comparison::of(&folder, &files);
    let known: Vec<&str> = KNOWN_DIFFERENCES.iter().map(|(name, _)| *name).collect();
    let different: Vec<&String> = comparison.different.keys().collect();
    assert_eq!(different, known, "all that differs: {comparison:#?}");
    assert_eq!(comparison.refused, REFUSED);
    assert_eq!(comparison.compared_frames, comparison.read_frames);
    assert!(
        comparison.read_frames > files.len(),
        "the traces have frames"
    );
}

/// What came of all traces.
#[derive(Debug, Default)]
struct Comparison {
    /// Of each trace on which we differ, by its name: the frames, with what either of us reads.
    different: BTreeMap<String, Vec<String>>,
    /// The names of the traces of which only we read anything.
    refused: Vec<String>,
    /// The frames that either of us read, of traces that are not refused.
    read_frames: usize,
    /// Those that both of us read.
    compared_frames: usize,
}

impl Comparison {
    /// All traces are read in one go, for most of the time that tshark takes is its start. Where that differs, a trace is read
    /// by itself, so that nothing that tshark remembers of one is held against another.
    fn of(folder: &Path, files: &[PathBuf]) -> Self {
        let mut together = tshark::read_together(files);
        let mut comparison = Self::default();
        for file in files {
            let ours = ours(file);
            let theirs = together.remove(file).filter(|theirs| *theirs == ours);
            let name = file.strip_prefix(folder).expect("a file below the folder");
            let theirs = theirs.unwrap_or_else(|| tshark::read(file));
            comparison.add(name.display().to_string(), &ours, &theirs);
        }
        comparison
    }

    fn add(&mut self, name: String, ours: &Frames, theirs: &Frames) {
        if theirs.is_empty() && !ours.is_empty() {
            self.refused.push(name);
            return;
        }
        let either: BTreeSet<&u64> = ours.keys().chain(theirs.keys()).collect();
        let both = ours.keys().filter(|frame| theirs.contains_key(frame));
        self.read_frames += either.len();
        self.compared_frames += both.count();
        let differences = differences(ours, theirs);
        if !differences.is_empty() {
            self.different.insert(name, differences);
        }
    }
}

fn differences(ours: &Frames, theirs: &Frames) -> Vec<String> {
    let frames: BTreeSet<&u64> = ours.keys().chain(theirs.keys()).collect();
    frames
        .into_iter()
        .map(|frame| (frame, ours.get(frame), theirs.get(frame)))
        .filter(|(_, ours, theirs)| ours != theirs)
        .map(|(frame, ours, theirs)| format!("{frame}: {ours:?}, tshark {theirs:?}"))
        .collect()
}

/// What we read; nothing of a file that is no capture.
fn ours(file: &Path) -> Frames {
    let source = BufReader::new(File::open(file).expect("the trace is there"));
    let mut frames = Frames::new();
    let Ok(mut reader) = Reader::new(source) else {
        return frames;
    };
    let mut dissector = Dissector::default();
    while let Some(frame) = reader.next_frame() {
        let segment = match dissector.dissect(&frame) {
            Packet::Tcp(segment) => Some(line(&segment)),
            _ => None,
        };
        frames.insert(frame.number.0, segment);
    }
    frames
}

fn line(segment: &Segment<'_>) -> String {
    format!(
        "{} {} > {} {} seq {} flags {} len {}",
        segment.source.ip(),
        segment.source.port(),
        segment.destination.ip(),
        segment.destination.port(),
        segment.seq,
        segment.flags,
        segment.payload_len,
    )
}

/// The captures of the folder of traces. Says so if there is none, on standard error itself: the test runner keeps what the
/// printing macros print.
fn traces() -> Option<PathBuf> {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    let folder = std::env::var_os("SYNFIN_TRACES").map(PathBuf::from);
    if folder.is_none() || without.split(',').any(|tool| tool == "tshark") {
        let line =
            format!("LEFT OUT, because SYNFIN_TRACES names no folder or {WITHOUT} names tshark\n");
        let told = io::stderr().lock().write_all(line.as_bytes());
        told.expect("standard error can be written");
        return None;
    }
    folder
}

/// The captures below a folder, in the order of their names.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder can be read");
    let paths: BTreeSet<PathBuf> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    let is_capture = |path: &Path| {
        let end = path.extension();
        end.is_some_and(|end| end == "pcap" || end == "pcapng")
    };
    paths
        .into_iter()
        .flat_map(|path| match path {
            folder if folder.is_dir() => files_below(&folder),
            file if is_capture(&file) => vec![file],
            _ => Vec::new(),
        })
        .collect()
}
