//! What a grading says: one versioned model, and a renderer a file.
//!
//! ```text
//! Report ─┬─► json, junit, markdown           files: the same bytes on every machine
//!         └─► table, connections, failures    for a Page: a width, colours, folders to name
//! Reports ─► matrix, class                    of many runs
//!
//! Connection, Story, Piece ─► flows, ladder, payload    of any capture, nothing graded
//! ```
//!
//! A report's strings may hold what programs printed. They came in harmless (`text::Foreign`); every renderer makes them
//! visible once more and escapes for its own format.

mod model;
mod page;
mod row;
mod visible;
mod words;

mod class;
mod closing;
mod connections;
mod failures;
mod flows;
mod json;
mod junit;
mod ladder;
mod markdown;
mod matrix;
mod payload;
mod table;

pub use crate::record::{
    AddressRoles, CaptureRecord, CompletenessRecord, ConflictRecord, ConnectionRecord,
    DuplicateRecord, EffectName, EndingName, FIELDS_HELP, FastOpenRecord, Filter, FinRecord,
    FlowsDocument, Moment, ResetRecord, SetupName, SetupRecord, SideName, SideRecord,
    SkippedRecord, TailRecord,
};
pub use class::{Class, ClassRow, class_csv, class_table};
pub use closing::closing;
pub use connections::connections;
pub use failures::failures;
pub use flows::{
    CsvTable, FlowsTable, Sort, capture_heading, connection_summary, write_connection_line,
    write_flows_json,
};
pub use json::json;
pub use junit::{JunitError, junit};
pub use ladder::ladder;
pub use markdown::markdown;
pub use matrix::{Blame, Blamed, Matrix, MatrixCell, matrix_json, matrix_table};
pub use model::{
    CaptureSummary, CauseName, CheckReport, ConnectionRow, ItemReport, Look, Points,
    RecordingReport, Repetitions, Report, ResultName, Stage, Status, Usually,
};
pub use page::{Colour, Page, labelled};
pub use payload::{HexView, TextView, missing_line};
pub use table::table;
pub use visible::{harmless, visible};

#[cfg(test)]
mod tests;
