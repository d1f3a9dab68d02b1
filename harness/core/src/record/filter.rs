//! `port=5001 and bytes>1000`: which connections are told.

use std::ops::Range;

use super::condition::{Comparison, Condition, Part};
use super::model::ConnectionRecord;
use crate::spec::SpecError;

/// Conditions that a connection has to meet, all of them.
#[derive(Debug)]
pub struct Filter {
    conditions: Vec<Condition>,
}

/// The comparisons as they are written; longer ones first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("!=", Comparison::Unequal),
    (">=", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    ("==", Comparison::Equal),
    ("=", Comparison::Equal),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
];

impl Filter {
    /// Reads conditions joined by `and`, `&&` or commas; each is a field, a comparison and a value.
    ///
    /// # Errors
    /// If a field is unknown or a value does not fit it, with the place and what was probably meant.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let conditions = conditions_of(text)
            .into_iter()
            .map(|span| condition(text, span).map_err(|wrong| wrong.within(text)));
        Ok(Self {
            conditions: conditions.collect::<Result<_, _>>()?,
        })
    }

    /// Whether a connection meets all conditions.
    pub fn admits(&self, connection: &ConnectionRecord) -> bool {
        self.conditions
            .iter()
            .all(|condition| condition.admits(connection))
    }
}

/// What is wrong with a filter, and where.
struct Wrong {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Wrong {
    fn at(span: Range<usize>, message: impl Into<String>, help: Option<String>) -> Self {
        let message = message.into();
        Self {
            span,
            message,
            help,
        }
    }

    fn within(self, text: &str) -> SpecError {
        SpecError::at("--filter", text, self.span, self.message, self.help)
    }
}

/// Where the conditions stand in the text.
fn conditions_of(text: &str) -> Vec<Range<usize>> {
    let mut conditions = Vec::new();
    let mut start = 0;
    while let Some((at, len)) = next_joint(&text[start..]) {
        conditions.push(start..start + at);
        start += at + len;
    }
    conditions.push(start..text.len());
    conditions
        .into_iter()
        .map(|span| trimmed(text, span))
        .collect()
}

/// Where the next `,`, `&&` or `and` stands, and how long it is.
fn next_joint(text: &str) -> Option<(usize, usize)> {
    [",", "&&", " and "]
        .into_iter()
        .filter_map(|joint| Some((text.find(joint)?, joint.len())))
        .min()
}

fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let part = &text[span.clone()];
    let start = span.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

fn condition(text: &str, span: Range<usize>) -> Result<Condition, Wrong> {
    let part = &text[span.clone()];
    let found = COMPARISONS
        .iter()
        .filter_map(|(sign, comparison)| Some((part.find(sign)?, sign.len(), *comparison)))
        .min_by_key(|&(at, len, _)| (at, std::cmp::Reverse(len)));
    let Some((at, len, comparison)) = found else {
        let help = "a condition is FIELD=VALUE; the other comparisons are != < <= > >=";
        return Err(Wrong::at(
            span,
            "here stands no comparison",
            Some(help.to_owned()),
        ));
    };
    let name = trimmed(text, span.start..span.start + at);
    let value = trimmed(text, span.start + at + len..span.end);
    Condition::new(&text[name.clone()], comparison, &text[value.clone()]).map_err(|misfit| {
        let place = match misfit.part {
            Part::Field => name,
            Part::Value => value,
        };
        Wrong::at(place, misfit.message, misfit.help)
    })
}
