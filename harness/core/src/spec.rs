//! What a user writes: rubrics and targets.
//!
//! `rubric` and `target` hold the types, whose fields cannot be wrong; `load` makes them from TOML text and says what is
//! wrong with it, with file, line, column and a suggestion.

mod rubric;
mod step;
mod target;

pub use rubric::{
    Band, CheckCall, Clients, Connections, Item, Programs, Rubric, Scenario, Selection, ServerState,
};
pub use step::{ClientNumber, FileSize, Step, StepEntry};
pub use target::{
    ClientProgram, Command, Exchange, Files, Runner, ServerProgram, Stdin, StepScript, Target,
};
