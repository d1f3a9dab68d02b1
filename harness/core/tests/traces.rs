//! Reads the captures of a folder of traces, which `SYNFIN_TRACES` names, and compares every connection with what is
//! expected of it in the folder's `expected.jsonl`.
#![expect(
    clippy::disallowed_methods,
    reason = "the traces are files, and where they are stands in the environment"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;
use synfin_core::flow::{Connection, FlowTable, HalfConnection, Milestone};
use synfin_core::pcap::{FrameNumber, Reader};
use synfin_core::wire::{Dissector, Packet};

/// Why we differ from what is expected.
const UNREAD_OPTION: &str = "pcap-file refuses a comment that is not UTF-8";
const RST_IGNORED: &str =
    "an RST that the connection did not believe ended nothing; tshark lists every RST";

/// The traces on which we differ, in the order of their names.
const KNOWN_DIFFERENCES: &[(&str, &str)] = &[
    (
        "made/self_connect.pcap",
        "connected to itself: both the SYN and the SYN-ACK are the initiator's",
    ),
    ("made/syn_challenge_on_syn.pcap", RST_IGNORED),
    (
        "made/syn_ip6_big_nohbh.pcap",
        "tshark sees no payload where the IPv6 length is 0 without a jumbo option; 100000 bytes were sent",
    ),
    ("made/syn_ng_latin1_comment.pcapng", UNREAD_OPTION),
    (
        "made/syn_nmap_odd.pcap",
        "no connection was ever there: a FIN beside a SYN or before it means nothing, an RST beside a SYN neither",
    ),
    ("made/syn_rst_out_of_window.pcap", RST_IGNORED),
    (
        "public/suricata-verify/tests__bug-3286-03-windows-evasion__with_evasion_windows.pcap",
        "the RST that should deceive was not believed: one connection, not two",
    ),
];

/// Why our `conn_state` is another than Zeek's.
const ZEEK_LOOKS_AWAY: &str =
    "Zeek stops reading a connection that it took for bulk data or encrypted";
const ZEEK_FORGETS: &str =
    "Zeek forgets a connection some seconds after an RST or a FIN, so that what follows is another";

/// The traces on which they differ, in the order of their names.
const KNOWN_ZEEK_DIFFERENCES: &[(&str, &str)] = &[
    (
        "public/zeek/testing__btest__Traces__globus-url-copy.pcap",
        ZEEK_LOOKS_AWAY,
    ),
    (
        "public/zeek/testing__btest__Traces__modbus__modbus-and-non-modbus-p502.pcap",
        ZEEK_FORGETS,
    ),
    (
        "public/zeek/testing__btest__Traces__ssh__ssh.client-side-half-duplex.pcap",
        ZEEK_LOOKS_AWAY,
    ),
    (
        "public/zeek/testing__btest__Traces__tunnels__Teredo.pcap",
        ZEEK_FORGETS,
    ),
];

const LEFT_OUT: &str = "LEFT OUT, because SYNFIN_TRACES names no folder of traces\n";

#[test]
fn every_undisputed_connection_is_read_as_expected() {
    let Some(folder) = traces() else {
        return;
    };
    let mut different = BTreeMap::new();
    for trace in expectations(&folder) {
        let differences = differences(&folder, &trace);
        if !differences.is_empty() && trace["disputed"] != true {
            different.insert(file_of(&trace).to_owned(), differences);
        }
    }
    assert_known(&different, KNOWN_DIFFERENCES);
}

#[test]
fn zeek_names_the_state_of_a_connection_as_we_do() {
    let Some(folder) = traces() else {
        return;
    };
    let mut different = BTreeMap::new();
    for trace in expectations(&folder) {
        let differences = zeek_differences(&folder, &trace);
        if !differences.is_empty() {
            different.insert(file_of(&trace).to_owned(), differences);
        }
    }
    assert_known(&different, KNOWN_ZEEK_DIFFERENCES);
}

/// Fails when a trace differs that is not known to, and when one is known to and does not.
#[track_caller]
fn assert_known(different: &BTreeMap<String, Vec<String>>, known: &[(&str, &str)]) {
    let files: Vec<&str> = different.keys().map(String::as_str).collect();
    let known: Vec<&str> = known.iter().map(|(file, _)| *file).collect();
    assert_eq!(files, known, "all that differs: {different:#?}");
}

/// Zeek's own baselines of this trace that say otherwise.
fn zeek_differences(folder: &Path, trace: &Value) -> Vec<String> {
    let Some(baselines) = trace["zeek"].as_array() else {
        return Vec::new();
    };
    let (_, connections) = read(&folder.join(file_of(trace)));
    let theirs = baselines.iter().flat_map(|baseline| {
        baseline["conns"]
            .as_array()
            .expect("a baseline lists its connections")
    });
    theirs
        .filter_map(|theirs| {
            let expected = theirs["conn_state"].as_str()?;
            let ours = connections
                .iter()
                .find(|ours| is_of(ours, theirs))?
                .conn_state()
                .to_string();
            (ours != expected).then(|| format!("{ours}, Zeek says {expected}: {theirs}"))
        })
        .collect()
}

/// Whether a connection has the addresses of Zeek's.
fn is_of(connection: &Connection, zeeks: &Value) -> bool {
    let end = |address: &str, port: &str| {
        format!(
            "{}:{}",
            zeeks[address].as_str().unwrap_or_default(),
            zeeks[port].as_str().unwrap_or_default()
        )
    };
    as_tshark_writes(connection.initiator) == end("id.orig_h", "id.orig_p")
        && as_tshark_writes(connection.responder) == end("id.resp_h", "id.resp_p")
}

/// The folder of traces. Says so if there is none, on standard error itself: the test runner keeps what the printing macros
/// print.
fn traces() -> Option<PathBuf> {
    let folder = std::env::var_os("SYNFIN_TRACES").map(PathBuf::from);
    if folder.is_none() {
        let told = io::stderr().lock().write_all(LEFT_OUT.as_bytes());
        told.expect("standard error can be written");
    }
    folder
}

fn expectations(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("expected.jsonl"))
        .expect("the traces come with expectations");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is a trace"))
        .collect()
}

fn file_of(trace: &Value) -> &str {
    trace["file"].as_str().expect("a trace names its file")
}

fn differences(folder: &Path, trace: &Value) -> Vec<String> {
    let (frames, connections) = read(&folder.join(file_of(trace)));
    let streams = trace["streams"]
        .as_array()
        .expect("a trace lists its streams");
    let mut differences = Vec::new();
    let expected_frames = trace["packets"].as_u64().unwrap_or(frames);
    if frames != expected_frames {
        differences.push(format!("{frames} frames, expected {expected_frames}"));
    }
    if streams.len() != connections.len() {
        differences.push(format!(
            "{} connections, expected {}",
            connections.len(),
            streams.len()
        ));
    }
    for stream in streams {
        let first = FrameNumber(stream["first_frame"].as_u64().expect("a stream has frames"));
        match connections
            .iter()
            .find(|connection| connection.first.frame == first)
        {
            Some(connection) => differences.extend(compare(connection, stream)),
            None => differences.push(format!("no connection begins at frame {first}")),
        }
    }
    differences
}

/// The number of frames and all connections of a capture; nothing of a file that is no capture.
fn read(file: &Path) -> (u64, Vec<Connection>) {
    let mut table = FlowTable::default();
    let mut dissector = Dissector::default();
    let mut frames = 0;
    let source = BufReader::new(File::open(file).expect("the trace is there"));
    let Ok(mut reader) = Reader::new(source) else {
        return (0, Vec::new());
    };
    while let Some(frame) = reader.next_frame() {
        frames = frame.number.0;
        let at = Milestone {
            frame: frame.number,
            at: frame.timestamp,
        };
        if let Packet::Tcp(segment) = dissector.dissect(&frame) {
            table.push(at, &segment);
        }
    }
    (frames, table.finish())
}

fn compare(connection: &Connection, stream: &Value) -> Vec<String> {
    let a_is_initiator = stream["a"].as_str() == Some(&as_tshark_writes(connection.initiator));
    let (initiators, responders) = if a_is_initiator {
        (&stream["a_to_b"], &stream["b_to_a"])
    } else {
        (&stream["b_to_a"], &stream["a_to_b"])
    };
    let setup = &connection.setup;
    let rows = [
        (
            "initiator",
            facts(&connection.by_initiator),
            expected(initiators),
        ),
        (
            "responder",
            facts(&connection.by_responder),
            expected(responders),
        ),
        (
            "setup",
            format!("{:?} {:?}", frame(setup.syn), frame(setup.syn_ack)),
            format!(
                "{:?} {:?}",
                first_of(&initiators["syn"]),
                first_of(&responders["synack"])
            ),
        ),
        (
            "completeness",
            connection.completeness().to_string(),
            stream["tshark_completeness"].to_string(),
        ),
    ];
    rows.into_iter()
        .filter(|(_, ours, expected)| ours != expected)
        .map(|(what, ours, expected)| {
            format!(
                "connection {} {what}: {ours}, expected {expected}",
                connection.id
            )
        })
        .collect()
}

/// Address and port with a colon between, IPv6 without brackets.
fn as_tshark_writes(address: SocketAddr) -> String {
    format!("{}:{}", address.ip(), address.port())
}

fn facts(half: &HalfConnection) -> String {
    format!(
        "unique {} ranges {} fin {:?} rst {:?} data {:?}",
        half.payload_bytes(),
        half.ranges.len(),
        frame(half.fin.map(|fin| fin.sent)),
        half.resets
            .iter()
            .map(|reset| reset.sent.frame.0)
            .take(8)
            .collect::<Vec<_>>(),
        frame(half.first_payload),
    )
}

fn expected(side: &Value) -> String {
    let number = |field: &str| side[field].as_u64().unwrap_or(0);
    let frames = |field: &str| -> Vec<u64> {
        side[field]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect()
    };
    format!(
        "unique {} ranges {} fin {:?} rst {:?} data {:?}",
        number("unique_bytes"),
        number("ranges"),
        first_of(&side["fin"]),
        frames("rst"),
        side["first_data"].as_u64(),
    )
}

fn frame(milestone: Option<Milestone>) -> Option<u64> {
    Some(milestone?.frame.0)
}

fn first_of(frames: &Value) -> Option<u64> {
    frames.get(0)?.as_u64()
}
