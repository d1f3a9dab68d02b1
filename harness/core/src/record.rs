//! A connection as one versioned record, and the names of its fields: one vocabulary for the JSON, for filters and sorting,
//! and for rubrics.
//!
//! ```text
//! Connection ─► ConnectionRecord ─┬─► Filter      port=5001 and bytes>1000
//!                                 └─► Condition   one of them, for the check `value`
//! ```

mod condition;
mod field;
mod filter;
mod model;
mod of_connection;

pub(crate) use condition::{Comparison, Condition, Misfit, Part};
pub use field::FIELDS_HELP;
pub(crate) use field::{Field, Value};
pub use filter::Filter;
pub use model::{
    AddressRoles, CaptureRecord, CompletenessRecord, ConflictRecord, ConnectionRecord,
    DuplicateRecord, EffectName, EndingName, FastOpenRecord, FinRecord, FlowsDocument, Moment,
    ResetRecord, SetupName, SetupRecord, SideName, SideRecord, SkippedRecord, TailRecord,
};
