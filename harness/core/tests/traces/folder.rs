//! The folder of traces and what is expected of each.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::Value;

const LEFT_OUT: &str = "LEFT OUT, because SYNFIN_TRACES names no folder of traces\n";

/// A capture with what others say of it.
pub(crate) struct Trace {
    /// Its name in the folder.
    pub(crate) file: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How many frames it has, if that is known.
    pub(crate) packets: Option<u64>,
    /// tshark's streams, in two passes.
    pub(crate) streams: Vec<Value>,
    /// Whether the tools disagree on it.
    pub(crate) is_disputed: bool,
    /// What happened, by construction.
    pub(crate) truth: Option<Value>,
    /// The connections of Zeek's own baselines.
    pub(crate) baselines: Vec<Value>,
}

impl Trace {
    /// Whether it is truncated, corrupt or exotic on purpose.
    pub(crate) fn is_odd(&self) -> bool {
        self.file.starts_with("odd/")
    }
}

/// All traces. If there is no folder it says so, on standard error itself: the test runner keeps what the printing macros
/// print.
pub(crate) fn traces() -> Vec<Trace> {
    let Some(folder) = std::env::var_os("SYNFIN_TRACES").map(PathBuf::from) else {
        let told = io::stderr().lock().write_all(LEFT_OUT.as_bytes());
        told.expect("standard error can be written");
        return Vec::new();
    };
    let expected = fs::read_to_string(folder.join("expected.jsonl"));
    let expected = expected.expect("the traces come with expectations");
    let lines = expected.lines().map(|line| {
        let told: Value = serde_json::from_str(line).expect("a line is a trace");
        trace(&folder, &told)
    });
    lines.collect()
}

fn trace(folder: &std::path::Path, told: &Value) -> Trace {
    let file = told["file"].as_str().expect("a trace names its file");
    let list = |name: &str| told[name].as_array().cloned().unwrap_or_default();
    let connections = list("zeek").into_iter().flat_map(|baseline| {
        let connections = baseline["conns"].as_array().cloned();
        connections.expect("a baseline lists its connections")
    });
    Trace {
        file: file.to_owned(),
        path: folder.join(file),
        packets: told["packets"].as_u64(),
        streams: list("streams"),
        is_disputed: told["disputed"] == true,
        truth: Some(told["truth"].clone()).filter(|truth| !truth.is_null()),
        baselines: connections.collect(),
    }
}
