//! Wireshark's reader as an oracle of the headers: of each TCP frame of a folder of traces, which `SYNFIN_TRACES` names,
//! it must read what we read.
#![expect(
    clippy::disallowed_methods,
    reason = "the traces are files, and tshark is a process"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use synfin_core::pcap::Reader;
use synfin_core::wire::{Dissector, Flags, Packet, Segment};

/// The traces on which we differ, in the order of their names, and who is right.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[(
    "made/syn_ip6_big_nohbh.pcap",
    "tshark 4.0 sees no payload behind an IPv6 length of 0 without a jumbo option; 100000 bytes were sent",
)];

/// The environment variable that lists the tools to do without.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

#[test]
fn tshark_reads_the_same_headers() {
    let Some(folder) = traces() else {
        return;
    };
    let mut different = BTreeMap::new();
    for file in files_below(&folder) {
        let (Some(theirs), Some(ours)) = (tsharks(&file), ours(&file)) else {
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
                "{frame}: {:?}, tshark {:?}",
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

/// What tshark reads, but for segments that it finds in ICMP's quotations; `None` of a file that it refuses from the start.
fn tsharks(file: &Path) -> Option<Segments> {
    const FIELDS: [&str; 8] = [
        "frame.number",
        "_ws.col.Source",
        "tcp.srcport",
        "_ws.col.Destination",
        "tcp.dstport",
        "tcp.seq_raw",
        "tcp.flags",
        "tcp.len",
    ];
    let output = Command::new("tshark")
        .args(["-n", "-Y", "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "occurrence=l", "-r"])
        .arg(file)
        .args(FIELDS.iter().flat_map(|field| ["-e", field]))
        .output()
        .expect("tshark is missing: apt-get install tshark, or do without it: SYNFIN_TESTS_WITHOUT=tshark");
    let text = String::from_utf8(output.stdout).expect("numbers and addresses are ASCII");
    if text.is_empty() && !output.status.success() {
        return None;
    }
    Some(text.lines().map(tsharks_line).collect())
}

fn tsharks_line(line: &str) -> (u64, String) {
    let fields: Vec<&str> = line.split('\t').collect();
    let [frame, source, from, destination, to, seq, flags, len] = fields[..] else {
        panic!("tshark printed {line:?}");
    };
    let flags = u16::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap_or_default();
    (
        frame.parse().expect("a frame's number"),
        format!(
            "{source} {from} > {destination} {to} seq {seq} flags {} len {len}",
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
