//! JSON: one document, or a connection a line.

use super::record::{ConnectionRecord, FlowsDocument};
use crate::report::json::escaped;

/// The document as indented JSON.
pub fn flows_json(document: &FlowsDocument) -> String {
    let text = serde_json::to_string_pretty(document).expect("a document has string keys only");
    escaped(&text) + "\n"
}

/// A connection as a line of JSON.
pub fn connection_line(connection: &ConnectionRecord) -> String {
    let text = serde_json::to_string(connection).expect("a record has string keys only");
    escaped(&text) + "\n"
}
