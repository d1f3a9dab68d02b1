//! What a grading says: one versioned model, and a renderer a file.

mod model;

pub use model::{
    CaptureSummary, CauseName, CheckReport, ConnectionRow, ItemReport, Look, Points,
    RecordingReport, Report, ResultName, Stage, Status, Usually,
};
