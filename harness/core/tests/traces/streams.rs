//! Our connections beside tshark's streams.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use synfin_core::flow::{Connection, Frames, HalfConnection, Milestone};

use crate::capture::{Capture, as_tshark_writes};
use crate::folder::Trace;

/// How many frames the lists of the expectations hold at most.
const LISTED: usize = 8;

/// The fields of a connection that are compared, by name.
type Fields = BTreeMap<String, Value>;

/// Every field in which a capture is not read as tshark reads it.
pub(crate) fn differences(trace: &Trace, capture: &Capture) -> Vec<String> {
    let ours: BTreeMap<u64, Fields> = capture.connections.iter().map(our_fields).collect();
    let theirs: BTreeMap<u64, Fields> = trace.streams.iter().map(their_fields).collect();
    let mut told = Vec::new();
    if let Some(packets) = trace.packets.filter(|&packets| packets != capture.frames) {
        told.push(format!(
            "{}: {} frames, theirs {packets}",
            trace.file, capture.frames
        ));
    }
    for (first, theirs) in &theirs {
        match ours.get(first) {
            Some(ours) => told.extend(compare(trace, *first, ours, theirs)),
            None => told.push(format!(
                "{} {first}: no connection, theirs {}",
                trace.file,
                summary(theirs)
            )),
        }
    }
    let additional = ours.iter().filter(|(first, _)| !theirs.contains_key(first));
    told.extend(additional.map(|(first, ours)| {
        format!(
            "{} {first}: a connection {}, theirs none",
            trace.file,
            summary(ours)
        )
    }));
    told
}

fn compare<'a>(
    trace: &'a Trace,
    first: u64,
    ours: &'a Fields,
    theirs: &'a Fields,
) -> impl Iterator<Item = String> + 'a {
    let both = theirs
        .iter()
        .map(|(field, theirs)| (field, ours.get(field), theirs));
    both.filter(|(_, ours, theirs)| *ours != Some(*theirs))
        .map(move |(field, ours, theirs)| {
            let ours = ours.map_or("none".to_owned(), Value::to_string);
            format!("{} {first} {field}: {ours}, theirs {theirs}", trace.file)
        })
}

/// How much was sent by whom, to know a connection by.
fn summary(fields: &Fields) -> String {
    let sent = fields
        .iter()
        .filter(|(field, _)| field.ends_with("unique_bytes"));
    let sent: Vec<String> = sent
        .map(|(field, bytes)| format!("{field} {bytes}"))
        .collect();
    sent.join(", ")
}

/// Our connection's fields, and the frame at which it begins.
fn our_fields(connection: &Connection) -> (u64, Fields) {
    let mut fields = Fields::from([("completeness".to_owned(), json!(connection.completeness()))]);
    let sides = [
        (connection.initiator, &connection.by_initiator),
        (connection.responder, &connection.by_responder),
    ];
    for (address, half) in sides {
        add_side(&mut fields, &as_tshark_writes(address), &our_side(half));
    }
    (connection.first.frame.0, fields)
}

fn our_side(half: &HalfConnection) -> Value {
    let frame = |milestone: Option<Milestone>| milestone.map(|milestone| milestone.frame.0);
    let frames =
        |frames: &Frames| -> Vec<u64> { frames.iter().map(|frame| frame.0).take(LISTED).collect() };
    let resets = half.resets.iter().map(|reset| reset.sent.frame.0);
    json!({
        "packets": half.segments,
        "payload_bytes": half.sent_payload_bytes,
        "unique_bytes": half.payload_bytes(),
        "ranges": half.ranges().len(),
        "syn": frames(&half.syns),
        "synack": frames(&half.syn_acks),
        "fin": frames(&half.fins),
        "rst": resets.take(LISTED).collect::<Vec<_>>(),
        "first_ack": frame(half.first_ack),
        "first_data": frame(half.first_payload),
    })
}

/// A stream's fields, and the frame at which it begins.
fn their_fields(stream: &Value) -> (u64, Fields) {
    let first = stream["first_frame"].as_u64().expect("a stream has frames");
    let mut fields = Fields::from([(
        "completeness".to_owned(),
        stream["tshark_completeness"].clone(),
    )]);
    for (address, side) in [("a", "a_to_b"), ("b", "b_to_a")] {
        let address = stream[address].as_str().expect("a stream has two ends");
        add_side(&mut fields, address, &stream[side]);
    }
    (first, fields)
}

/// Adds what one end sent. Who is the initiator is not compared here: the ends are told apart by their addresses.
fn add_side(fields: &mut Fields, address: &str, side: &Value) {
    const COMPARED: [&str; 10] = [
        "packets",
        "payload_bytes",
        "unique_bytes",
        "ranges",
        "syn",
        "synack",
        "fin",
        "rst",
        "first_ack",
        "first_data",
    ];
    for field in COMPARED {
        let name = format!("{address} {field}");
        // An end that is connected to itself sends both ways.
        fields.entry(name).or_insert_with(|| match &side[field] {
            // Nothing is told of the ranges of an end that sent nothing.
            Value::Null if field == "ranges" => json!(0),
            told => told.clone(),
        });
    }
}
