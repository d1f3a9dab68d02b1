//! Wireshark's reader as an oracle of the headers: of each TCP frame of a folder of traces, which `SYNFIN_TRACES` names,
//! it must read what we read.
#![expect(
    clippy::disallowed_methods,
    reason = "the traces are files, and sharkd is a process"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use synfin_core::pcap::Reader;
use synfin_core::wire::{Dissector, Flags, Packet, Segment};

/// The traces on which we differ, in the order of their names, and who is right.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[(
    "made/syn_ip6_big_nohbh.pcap",
    "Wireshark 4.0 sees no payload behind an IPv6 length of 0 without a jumbo option; 100000 bytes were sent",
)];

/// The environment variable that lists the tools to do without.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

#[test]
fn wireshark_reads_the_same_headers() {
    let Some(folder) = traces() else {
        return;
    };
    let mut different = BTreeMap::new();
    let files = files_below(&folder);
    for (file, theirs) in files.iter().zip(wiresharks(&files)) {
        let (Some(theirs), Some(ours)) = (theirs, ours(file)) else {
            continue;
        };
        let differences = differences(&ours, &theirs);
        if !differences.is_empty() {
            let name = file.strip_prefix(&folder).expect("a file below the folder");
            different.insert(name.display().to_string(), differences);
        }
    }
    let names: Vec<&str> = different.keys().map(String::as_str).collect();
    let known: Vec<&str> = KNOWN_DIFFERENCES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, known, "all that differs: {different:#?}");
}

/// Each TCP segment by its frame's number: its ends, sequence number, flags and payload length in one line.
type Segments = BTreeMap<u64, String>;

fn differences(ours: &Segments, theirs: &Segments) -> Vec<String> {
    let frames = ours.keys().chain(theirs.keys());
    let mut differences: Vec<(u64, String)> = frames
        .filter(|frame| ours.get(frame) != theirs.get(frame))
        .map(|frame| {
            let line = format!(
                "{frame}: {:?}, Wireshark {:?}",
                ours.get(frame),
                theirs.get(frame)
            );
            (*frame, line)
        })
        .collect();
    differences.sort_unstable();
    differences.dedup();
    differences.into_iter().map(|(_, line)| line).collect()
}

/// What we read; `None` of a file that is no capture.
fn ours(file: &Path) -> Option<Segments> {
    let source = BufReader::new(File::open(file).expect("the trace is there"));
    let mut reader = Reader::new(source).ok()?;
    let mut dissector = Dissector::default();
    let mut segments = Segments::new();
    while let Some(frame) = reader.next_frame() {
        if let Packet::Tcp(segment) = dissector.dissect(&frame) {
            segments.insert(frame.number.0, line(&segment));
        }
    }
    Some(segments)
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

/// What Wireshark reads of each file, but for segments that it finds in ICMP's quotations; `None` of a file that it refuses
/// from the start. One sharkd reads them all, one after the other: to start takes it far longer than to read a trace.
fn wiresharks(files: &[PathBuf]) -> Vec<Option<Segments>> {
    let mut requests = tempfile::tempfile().expect("a temporary file");
    for (file, index) in files.iter().zip(0..) {
        let lines = requests_for(file, index);
        requests
            .write_all(lines.as_bytes())
            .expect("a temporary file takes it");
    }
    requests.rewind().expect("a file can be read again");
    let output = Command::new("sharkd")
        .arg("-")
        .env("WIRESHARK_CONFIG_DIR", "/nonexistent")
        .stdin(requests)
        .output()
        .expect("sharkd is missing: apt-get install tshark, or do without it: SYNFIN_TESTS_WITHOUT=tshark");
    // The packet list's last column quotes payload as it is.
    let text = String::from_utf8_lossy(&output.stdout);
    let answers = text.lines().map(|line| {
        let answer: Value = serde_json::from_str(line).expect("a line is an answer");
        (
            answer["id"]
                .as_u64()
                .expect("an answer has its request's number"),
            answer,
        )
    });
    let answers: BTreeMap<u64, Value> = answers.collect();
    (0..files.len() as u64)
        .map(|index| segments(&answers, index))
        .collect()
}

/// A file is loaded, its frames are asked for as the packet list shows them, and once more by fields: the addresses of the
/// innermost header are in the packet list only.
const REQUESTS: u64 = 3;

fn requests_for(file: &Path, index: u64) -> String {
    let filter = "tcp && !icmp && !icmpv6";
    let id = index * REQUESTS;
    [
        json!({"jsonrpc": "2.0", "id": id, "method": "load", "params": {"file": file}}),
        json!({"jsonrpc": "2.0", "id": id + 1, "method": "frames", "params": {"filter": filter}}),
        json!({"jsonrpc": "2.0", "id": id + 2, "method": "frames", "params": {
            "filter": filter,
            "column0": "tcp.srcport:-1",
            "column1": "tcp.dstport:-1",
            "column2": "tcp.seq_raw:-1",
            "column3": "tcp.flags:-1",
            "column4": "tcp.len:-1",
        }}),
    ]
    .map(|request| format!("{request}\n"))
    .concat()
}

fn segments(answers: &BTreeMap<u64, Value>, index: u64) -> Option<Segments> {
    let id = index * REQUESTS;
    let is_refused = |loaded: &Value| loaded.get("error").is_some();
    if answers.get(&id).is_some_and(is_refused) {
        return None;
    }
    let frames = |id| {
        let answer = answers.get(&id).expect("sharkd gave up before its end");
        answer["result"].as_array().expect("a list of frames")
    };
    let rows = frames(id + 1).iter().zip(frames(id + 2));
    Some(rows.map(|(shown, fields)| segment(shown, fields)).collect())
}

fn segment(shown: &Value, fields: &Value) -> (u64, String) {
    let text =
        |row: &Value, column: usize| row["c"][column].as_str().unwrap_or_default().to_owned();
    let [from, to, seq, flags, len] = std::array::from_fn(|column| text(fields, column));
    let flags = u16::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or_default();
    (
        fields["num"].as_u64().expect("a frame's number"),
        format!(
            "{} {from} > {} {to} seq {seq} flags {} len {len}",
            text(shown, 2),
            text(shown, 3),
            letters(flags)
        ),
    )
}

fn letters(bits: u16) -> Flags {
    let set = "FSRP.U".chars().enumerate();
    let set = set.filter(|(bit, _)| bits & (1 << bit) != 0);
    Flags::from_letters(&set.map(|(_, letter)| letter).collect::<String>())
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

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry can be read").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "pcap" || end == "pcapng")
        })
        .collect()
}
