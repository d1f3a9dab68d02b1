//! JSON: one document, or a connection a line.

use serde::Serialize;

use super::record::{ConnectionRecord, FlowsDocument};
use crate::report::json::escaped;

/// The document as indented JSON, in parts: a capture's connections may be many.
pub fn flows_json(document: &FlowsDocument) -> impl Iterator<Item = String> {
    let without_connections = FlowsDocument {
        schema: document.schema,
        capture: document.capture.clone(),
        connections: Vec::new(),
    };
    let text = pretty(&without_connections);
    let (head, tail) = text
        .rsplit_once(NO_CONNECTION)
        .expect("a document without connections says so last");
    let connections = document.connections.iter().zip(0..);
    let last = if document.connections.is_empty() {
        format!("{NO_CONNECTION}{tail}\n")
    } else {
        format!("\n  ]{tail}\n")
    };
    std::iter::once(head.to_owned())
        .chain(connections.map(|(connection, index)| element(connection, index)))
        .chain([last])
}

/// How an empty list is written.
const NO_CONNECTION: &str = "[]";

/// A connection as an element of the document's list.
fn element(connection: &ConnectionRecord, index: usize) -> String {
    let before = if index == 0 { "[" } else { "," };
    let lines = pretty(connection).replace('\n', "\n    ");
    format!("{before}\n    {lines}")
}

fn pretty(value: &impl Serialize) -> String {
    escaped(&serde_json::to_string_pretty(value).expect("all keys are strings"))
}

/// A connection as a line of JSON.
pub fn connection_line(connection: &ConnectionRecord) -> String {
    let text = serde_json::to_string(connection).expect("a record has string keys only");
    escaped(&text) + "\n"
}
