//! JSON: one document, or a connection a line.

use std::io;

use crate::record::{ConnectionRecord, FlowsDocument};
use crate::report::json::{write_line, write_pretty};

/// Writes the document as indented JSON.
///
/// # Errors
/// If the writer fails.
pub fn write_flows_json(document: &FlowsDocument, writer: &mut impl io::Write) -> io::Result<()> {
    write_pretty(document, writer)
}

/// Writes a connection as a line of JSON: an element of the document's list.
///
/// # Errors
/// If the writer fails.
pub fn write_connection_line(
    connection: &ConnectionRecord,
    writer: &mut impl io::Write,
) -> io::Result<()> {
    write_line(connection, writer)
}
