//! Our reading beside what happened, by construction.

use std::io::{self, Write};

use serde_json::Value;
use synfin_core::flow::{Connection, Ending, FlowEvent, HalfConnection, ResetEffect, Side};

use crate::capture::Capture;
use crate::folder::Trace;

/// Every statement of a trace's truth that our reading contradicts.
pub(crate) fn differences(trace: &Trace, capture: &Capture, truth: &Value) -> Vec<String> {
    let statements = truth.as_object().expect("a truth is a list of statements");
    let broken = statements.iter().filter(|(name, told)| {
        !holds(capture, name, told).unwrap_or_else(|| leave_out(trace, name))
    });
    broken
        .map(|(name, told)| {
            let ours: Vec<String> = capture.connections.iter().map(describe).collect();
            format!("{} {name} {told}: ours {}", trace.file, ours.join("; "))
        })
        .collect()
}

/// Says, past the test runner, that nothing here knows what a statement means.
fn leave_out(trace: &Trace, name: &str) -> bool {
    let told = writeln!(io::stderr().lock(), "LEFT OUT: {name} of {}", trace.file);
    told.expect("standard error can be written");
    true
}

/// Whether a statement holds; `None` of one that is not known.
fn holds(capture: &Capture, name: &str, told: &Value) -> Option<bool> {
    Some(match name {
        "streams" => counts(told).contains(&(capture.connections.len() as u64)),
        "packets" => told.as_u64() == Some(capture.frames),
        "outgoing" => {
            let duplicates = capture.halves().map(|half| half.capture_duplicates.frames);
            told.as_u64() == Some(duplicates.sum())
        }
        "first_ts" => {
            let first = capture
                .first_frame_at
                .map(|at| at.as_nanos() / 1_000_000_000);
            told.as_u64() == first
        }
        "c2s" => has_payload(capture, Side::Initiator, told),
        "s2c" => has_payload(capture, Side::Responder, told),
        "fin" => has_fins(capture, told.as_str()),
        "first_fin" => {
            let first = side_named(told.as_str());
            capture
                .connections
                .iter()
                .all(|c| c.first_to_close() == first)
        }
        "rst" => has_resets(capture, told.as_str()),
        "retrans" => told.as_u64() == Some(count(capture, is_retransmission)),
        "ooo" => told.as_u64() == Some(count(capture, is_out_of_order)),
        "syn_retrans" => {
            let again = capture
                .connections
                .iter()
                .map(|c| c.setup.syn_retransmissions);
            told.as_u64() == Some(again.sum::<u32>().into())
        }
        "fin_retrans" => {
            let again = capture
                .halves()
                .map(|half| half.fins.count().saturating_sub(1));
            told.as_u64() == Some(again.sum())
        }
        "note" => note_holds(capture, told.as_str().unwrap_or_default()),
        _ => return None,
    })
}

/// A number of connections; or, where more than one reading is right, all numbers in the words.
fn counts(told: &Value) -> Vec<u64> {
    match told {
        Value::String(words) => words
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            told.as_u64().into_iter().collect()
        }
    }
}

/// Payload bytes of a side: of each connection, or of all together.
fn has_payload(capture: &Capture, by: Side, told: &Value) -> bool {
    let ours: Vec<u64> = capture
        .connections
        .iter()
        .map(|connection| connection.sent_by(by).payload_bytes())
        .collect();
    match told.as_array() {
        Some(each) => each
            .iter()
            .map(Value::as_u64)
            .eq(ours.into_iter().map(Some)),
        None => told.as_u64() == Some(ours.iter().sum()),
    }
}

fn has_fins(capture: &Capture, told: Option<&str>) -> bool {
    let expected = match told {
        Some("both") => [true, true],
        Some("client") => [true, false],
        Some("server") => [false, true],
        Some(_) => return false,
        None => [false, false],
    };
    each_connection_has(capture, expected, |half| !half.fins.is_empty())
}

fn has_resets(capture: &Capture, told: Option<&str>) -> bool {
    let mut effects = capture
        .halves()
        .flat_map(|half| half.resets.iter().map(|reset| reset.effect));
    match told {
        Some("client") => {
            each_connection_has(capture, [true, false], |half| !half.resets.is_empty())
        }
        Some("server") => {
            each_connection_has(capture, [false, true], |half| !half.resets.is_empty())
        }
        Some("injected, invalid") => effects.all(|effect| effect == ResetEffect::Ignored),
        Some("server after both FINs acked -> harmless") => {
            effects.all(|effect| effect == ResetEffect::AfterClose)
        }
        Some(_) => false,
        None => effects.next().is_none(),
    }
}

/// Whether of each connection just these sides, the initiator first, have something.
fn each_connection_has(
    capture: &Capture,
    expected: [bool; 2],
    has: fn(&HalfConnection) -> bool,
) -> bool {
    capture
        .connections
        .iter()
        .all(|connection| [&connection.by_initiator, &connection.by_responder].map(has) == expected)
}

fn side_named(name: Option<&str>) -> Option<Side> {
    match name? {
        "client" => Some(Side::Initiator),
        "server" => Some(Side::Responder),
        _ => None,
    }
}

fn count(capture: &Capture, is_meant: fn(&FlowEvent) -> bool) -> u64 {
    capture
        .events
        .iter()
        .filter(|event| is_meant(event))
        .count() as u64
}

fn is_retransmission(event: &FlowEvent) -> bool {
    matches!(event, FlowEvent::Retransmitted { offsets, .. } if !offsets.is_empty())
}

fn is_out_of_order(event: &FlowEvent) -> bool {
    matches!(event, FlowEvent::OutOfOrder { .. })
}

/// Whether what a note says beside the numbers holds. Most say how the capture was made, and the numbers say it again.
fn note_holds(capture: &Capture, note: &str) -> bool {
    let endings: Vec<Ending> = capture.connections.iter().map(Connection::ending).collect();
    let initiators = || {
        capture
            .connections
            .iter()
            .map(|connection| &connection.by_initiator)
    };
    match note {
        "SYN answered by RST,ACK" | "connection refused" => endings == [Ending::Refused],
        "client FIN; server data hits closed socket; client RST" => {
            let reset = Ending::Reset {
                by: Side::Initiator,
            };
            endings == [reset]
        }
        "keepalive probes with seq=nxt-1, len 0 on Linux" => {
            initiators().any(|half| half.keep_alives > 0) && count(capture, is_retransmission) == 0
        }
        "each frame appears twice: PACKET_OUTGOING then PACKET_HOST" => {
            capture.halves().all(|half| half.retransmitted_bytes == 0)
        }
        "SYN answered by challenge ACK (old half-open peer), client RSTs with seq=ack" => {
            endings == [Ending::Unanswered]
        }
        "FIN without ACK flag: not acceptable (RFC 9293 drops segments w/o ACK)" => {
            initiators().all(|half| half.fin.is_none())
        }
        "no handshake, no close" => endings == [Ending::StillOpen],
        "blind RST out of window + challenge ACK; connection lives on" => {
            matches!(endings[..], [Ending::Orderly { .. }])
        }
        "retransmission that also carries 50 new bytes" => {
            initiators()
                .map(|half| half.retransmitted_bytes)
                .sum::<u64>()
                > 0
        }
        "FINs cross" => capture.connections.iter().all(have_fins_crossed),
        "data in SYN, acked" => {
            let accepted = capture.connections.iter().map(|c| c.setup.fast_open);
            accepted.flatten().map(|open| open.accepted_bytes).eq([60])
        }
        "second connection carries 60 bytes in the SYN" => {
            let sent = capture.connections.iter().map(|c| c.setup.fast_open);
            sent.map(|open| open.map(|open| open.sent_bytes))
                .eq([None, Some(60)])
        }
        "second SYN has a different ISN, same 4-tuple, no answer to first" => {
            endings.first() == Some(&Ending::Unanswered)
        }
        "file cut 10 bytes inside last packet: 8 of 9 packets must be analysed and the cut reported" => {
            capture.is_cut
        }
        _ => true,
    }
}

/// Whether each side sent its FIN before it had seen the other's.
fn have_fins_crossed(connection: &Connection) -> bool {
    let (Some(a), Some(b)) = (connection.by_initiator.fin, connection.by_responder.fin) else {
        return false;
    };
    let is_before = |acknowledged: Option<synfin_core::flow::Milestone>, sent| {
        acknowledged.is_some_and(|acknowledged| acknowledged.frame < sent)
    };
    !is_before(a.acknowledged, b.sent.frame)
        && !is_before(b.acknowledged, a.sent.frame)
        && a.acknowledged.map(|at| at.frame) != Some(b.sent.frame)
        && b.acknowledged.map(|at| at.frame) != Some(a.sent.frame)
}

fn describe(connection: &Connection) -> String {
    let side = |half: &HalfConnection| {
        format!(
            "{} bytes, {} FIN, RST {:?}, {} duplicates",
            half.payload_bytes(),
            half.fins.count(),
            half.resets
                .iter()
                .map(|reset| reset.effect)
                .collect::<Vec<_>>(),
            half.capture_duplicates.frames,
        )
    };
    format!(
        "{:?} {} and {}",
        connection.ending(),
        side(&connection.by_initiator),
        side(&connection.by_responder)
    )
}
