//! The connections of any capture, told in full: a renderer a file.
//!
//! ```text
//! ConnectionRecord ─┬─► write_flows_json, …_line    one document, or a line each
//!                   ├─► CsvTable                      a row each
//!                   └─► FlowsTable                    for a Page
//! ```

mod csv;
mod heading;
mod json;
mod sort;
mod table;

pub use self::csv::CsvTable;
pub use heading::capture_heading;
pub use json::{write_connection_line, write_flows_json};
pub use sort::Sort;
pub use table::{FlowsTable, connection_summary};

#[cfg(test)]
mod tests;
