//! What tshark reads of captures: of one by itself, or of many in one go, each a section of one pcapng file.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use synfin_core::wire::Flags;

use crate::Frames;

const MISSING: &str = "tshark (and editcap, which comes with it) is missing: apt-get install tshark, or do without it: SYNFIN_TESTS_WITHOUT=tshark";

/// The frames of each capture that Wireshark's library can write as pcapng, up to where it is damaged. What tshark remembers
/// of one capture, such as fragments and ports, may change how it reads those after it.
pub(crate) fn read_together(files: &[PathBuf]) -> BTreeMap<PathBuf, Frames> {
    let mut merged = tempfile::NamedTempFile::new().expect("a file can be made");
    let mut written = Vec::new();
    for file in files {
        if let Some(section) = as_pcapng(file) {
            merged.write_all(&section).expect("the file can be written");
            written.push(file.clone());
        }
    }
    let mut by_file: Vec<Vec<Line>> = written.iter().map(|_| Vec::new()).collect();
    for line in lines(merged.path()) {
        let section = line.section.expect("all frames of pcapng are in sections");
        by_file[section - 1].push(line);
    }
    written
        .into_iter()
        .zip(by_file.into_iter().map(numbered))
        .collect()
}

/// The frames of one capture; none of a file that tshark refuses from the start.
pub(crate) fn read(file: &Path) -> Frames {
    numbered(lines(file))
}

/// What tshark prints of a frame, or of a custom block of pcapng, which takes a number too.
struct Line {
    /// Its section of a pcapng file, from 1 on.
    section: Option<usize>,
    is_custom_block: bool,
    /// But for one that is found in ICMP's quotation.
    segment: Option<String>,
}

fn numbered(lines: Vec<Line>) -> Frames {
    (1..)
        .zip(lines)
        .filter(|(_, line)| !line.is_custom_block)
        .map(|(number, line)| (number, line.segment))
        .collect()
}

/// The capture as one section of pcapng, written by Wireshark's own library; `None` of one that it cannot write so.
fn as_pcapng(file: &Path) -> Option<Vec<u8>> {
    let output = Command::new("editcap")
        .args(["-F", "pcapng"])
        .arg(file)
        .arg("-")
        .output()
        .expect(MISSING);
    output.status.success().then_some(output.stdout)
}

/// What tshark prints of a file.
fn lines(file: &Path) -> Vec<Line> {
    const FIELDS: [&str; 10] = [
        "frame.section_number",
        "_ws.col.Protocol",
        "frame.protocols",
        "_ws.col.Source",
        "tcp.srcport",
        "_ws.col.Destination",
        "tcp.dstport",
        "tcp.seq_raw",
        "tcp.flags",
        "tcp.len",
    ];
    let output = Command::new("tshark")
        .args(["-n", "-T", "fields", "-E", "occurrence=l", "-r"])
        .arg(file)
        .args(FIELDS.iter().flat_map(|field| ["-e", field]))
        .output()
        .expect(MISSING);
    let text = String::from_utf8(output.stdout).expect("numbers and addresses are ASCII");
    text.lines().map(parse).collect()
}

fn parse(line: &str) -> Line {
    let fields: Vec<&str> = line.split('\t').collect();
    let [
        section,
        protocol,
        protocols,
        source,
        from,
        destination,
        to,
        seq,
        flags,
        len,
    ] = fields[..]
    else {
        panic!("tshark printed {line:?}");
    };
    let has = |wanted| protocols.split(':').any(|protocol| protocol == wanted);
    let has_segment = has("tcp") && !has("icmp") && !has("icmpv6");
    let ends = format!("{source} {from} > {destination} {to}");
    let segment = format!("{ends} seq {seq} flags {} len {len}", letters(flags));
    Line {
        section: section.parse().ok(),
        is_custom_block: protocol == "PCAPNG",
        segment: has_segment.then_some(segment),
    }
}

fn letters(hexadecimal: &str) -> Flags {
    let bits = u16::from_str_radix(hexadecimal.trim_start_matches("0x"), 16).unwrap_or_default();
    let set = "FSRP.U".chars().enumerate();
    let set = set.filter(|(bit, _)| bits & (1 << bit) != 0);
    Flags::from_letters(&set.map(|(_, letter)| letter).collect::<String>())
}
