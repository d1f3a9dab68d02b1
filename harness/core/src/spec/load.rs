//! TOML text → the types of this module, or everything that is wrong with it.
//!
//! Two passes: `toml` reads the text into file structs, which know keys, types and spans and are also the source of the JSON
//! Schemas; then each becomes a type whose fields cannot be wrong. The first pass ends at the first error, the second
//! finds them all.

mod command;
mod file;
mod files;
mod limits;
mod link;
mod placeholder;
mod raw;
mod read;
mod rubric;
mod selection;
mod steps;
mod target;

pub use file::{rubric_schema, target_schema};
pub use rubric::{MOST_CLIENTS, MOST_REPETITIONS};
pub use target::DEFAULT_LISTEN;

use std::ops::Range;

use toml::Spanned;

use super::error::{closest, did_you_mean};
use super::{Problem, Rubric, SpecError, Target, is_one_component};
use read::read;
use target::{Side, Sides};

/// The version of both file formats.
const SCHEMA: u32 = 1;

impl Rubric {
    /// Reads a rubric. `source_name` is the file as messages name it.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let rubric = read(text, &mut problems).and_then(|file| rubric::rubric(file, &mut problems));
        problems.settle(source_name, text, rubric)
    }
}

impl Target {
    /// Reads a target. `source_name` is the file as messages name it.
    pub fn parse(source_name: &str, text: &str) -> Result<Self, SpecError> {
        let mut problems = Problems::default();
        let target = read(text, &mut problems)
            .and_then(|file| target::sides(file, &[Side::Server, Side::Client], &mut problems))
            .and_then(Sides::both);
        problems.settle(source_name, text, target)
    }

    /// Reads the server of one file and the client of another; neither needs the other side. Each file is its name in
    /// messages and its text.
    pub fn parse_pair(server: (&str, &str), client: (&str, &str)) -> Result<Self, SpecError> {
        let one = sides(server, Side::Server)?;
        let other = sides(client, Side::Client)?;
        Ok(one
            .with_client_of(other)
            .expect("each file was found to have the side that is needed"))
    }
}

fn sides((source_name, text): (&str, &str), needed: Side) -> Result<Sides, SpecError> {
    let mut problems = Problems::default();
    let sides =
        read(text, &mut problems).and_then(|file| target::sides(file, &[needed], &mut problems));
    problems.settle(source_name, text, sides)
}

/// What was found wrong so far. A reader that returns `None` has put at least one problem here.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.suggest(span, message, None);
    }

    fn suggest(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        let message = message.into();
        self.0.push(Problem {
            span,
            message,
            suggestion,
        });
    }

    fn settle<T>(self, source_name: &str, text: &str, value: Option<T>) -> Result<T, SpecError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(SpecError::of(source_name, text, self.0)),
        }
    }
}

fn check_schema(schema: &Spanned<u32>, problems: &mut Problems) {
    if *schema.get_ref() != SCHEMA {
        let message = format!("schema {} is not known, only {SCHEMA}", schema.get_ref());
        problems.add(schema.span(), message);
    }
}

#[cfg(test)]
mod tests;
