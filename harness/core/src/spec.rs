//! What a user writes: rubrics and targets.
//!
//! `limits`, `link`, `rubric`, `step`, `fault`, `raw` and `target` hold the types, whose fields cannot be wrong; `placeholder`
//! finds what is filled into them; `load` makes them from TOML text and says what is wrong with it, with file, line, column and
//! a suggestion. `builtin` are the rubrics and targets compiled in.

mod fault;
mod limits;
mod link;
mod placeholder;
mod raw;
mod rubric;
mod step;
mod step_text;
mod target;

mod builtin;
mod error;
mod load;

pub use builtin::{BUILTIN_RUBRICS, DEFAULT_RUBRIC, builtin_rubric, reference_target};
pub use error::{Palette, Problem, SpecError, did_you_mean};
pub use fault::{Fault, Victim};
pub use limits::{Limits, PhaseLimits};
pub use link::Link;
pub use load::{DEFAULT_LISTEN, MOST_CLIENTS, MOST_REPETITIONS, rubric_schema, target_schema};
pub use raw::{RawMessage, RawPart, RawSteps};
pub use rubric::{
    Band, CheckCall, Clients, Connections, Item, Programs, Rubric, Scenario, Selection, ServerState,
};
pub use step::{ClientNumber, FileSize, Step, StepEntry};
pub use step_text::StepError;
pub use target::{
    Beside, ClientCommand, ClientProgram, ClientValues, Command, Exchange, Files, Placed,
    PlacedContents, Runner, ServerProgram, Stdin, StepFile, StepScript, Target, client_words_at,
    environment_at, words_at,
};

/// Whether `name` is one component of a path on every system: no separator, not `.` or `..`, no control character.
pub fn is_one_component(name: &str) -> bool {
    let is_separator = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    !matches!(name, "" | "." | "..") && name.len() <= 255 && !name.contains(is_separator)
}
