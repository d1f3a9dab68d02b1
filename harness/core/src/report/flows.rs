//! The connections of any capture, told in full: one versioned record a connection, and a renderer a file.
//!
//! ```text
//! Connection ─► ConnectionRecord ─┬─► write_flows_json, …_line    one document, or a line each
//!                                 ├─► CsvTable                      a row each
//!                                 └─► FlowsTable                    for a Page
//! Filter, Sort ─► name fields of the record
//! ```

mod csv;
mod field;
mod filter;
mod heading;
mod json;
mod of_connection;
mod record;
mod sort;
mod table;

pub use self::csv::CsvTable;
pub use field::FIELDS_HELP;
pub use filter::Filter;
pub use heading::capture_heading;
pub use json::{write_connection_line, write_flows_json};
pub use record::{
    AddressRoles, CaptureRecord, CompletenessRecord, ConflictRecord, ConnectionRecord,
    DuplicateRecord, EffectName, EndingName, FastOpenRecord, FinRecord, FlowsDocument, Moment,
    ResetRecord, SetupName, SetupRecord, SideName, SideRecord, SkippedRecord, TailRecord,
};
pub use sort::Sort;
pub use table::{FlowsTable, connection_summary};

#[cfg(test)]
mod tests;
