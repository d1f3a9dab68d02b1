//! Our words for Zeek's beside Zeek's own.

use std::collections::BTreeSet;

use serde_json::Value;
use synfin_core::flow::Connection;

use crate::capture::Capture;
use crate::folder::Trace;

/// Every connection of Zeek's baselines of which we say that Zeek tells something else, once.
pub(crate) fn differences(trace: &Trace, capture: &Capture) -> BTreeSet<String> {
    let tcp = trace.baselines.iter().filter(|theirs| is_tcp(theirs));
    tcp.filter(|theirs| !capture.connections.iter().any(|ours| is_told(ours, theirs)))
        .map(|theirs| describe(trace, capture, theirs))
        .collect()
}

fn is_tcp(theirs: &Value) -> bool {
    let told = |field: &str| theirs[field].as_str();
    told("proto").is_none_or(|protocol| protocol == "tcp")
        && (told("history").is_some() || told("conn_state").is_some())
}

/// Whether all that the baseline has of a connection is ours.
fn is_told(ours: &Connection, theirs: &Value) -> bool {
    let is = |field: &str, ours: String| theirs[field].as_str().is_none_or(|theirs| theirs == ours);
    is("conn_state", ours.conn_state().to_string())
        && is("history", ours.history().to_string())
        && has_ends(ours, theirs)
}

/// Whether a connection has the ends that the baseline tells, as far as it tells any.
fn has_ends(ours: &Connection, theirs: &Value) -> bool {
    let is = |field: &str, ours: String| theirs[field].as_str().is_none_or(|theirs| theirs == ours);
    is("id.orig_h", ours.initiator.ip().to_string())
        && is("id.orig_p", ours.initiator.port().to_string())
        && is("id.resp_h", ours.responder.ip().to_string())
        && is("id.resp_p", ours.responder.port().to_string())
}

fn describe(trace: &Trace, capture: &Capture, theirs: &Value) -> String {
    let told = |field: &str| theirs[field].as_str().unwrap_or("-").to_owned();
    let with_same_ends = capture
        .connections
        .iter()
        .filter(|ours| has_ends(ours, theirs));
    let ours: Vec<String> = with_same_ends
        .map(|ours| format!("{} {}", ours.conn_state(), ours.history()))
        .collect();
    let ours = if told("id.orig_p") == "-" || ours.is_empty() {
        "none".to_owned()
    } else {
        ours.join(" / ")
    };
    format!(
        "{} {}:{} to {}:{}: {ours}, theirs {} {}",
        trace.file,
        told("id.orig_h"),
        told("id.orig_p"),
        told("id.resp_h"),
        told("id.resp_p"),
        told("conn_state"),
        told("history"),
    )
}
