//! `port=5001 and bytes>1000`: which connections are told.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use super::field::{Field, Kind, Value};
use super::record::ConnectionRecord;
use crate::spec::{SpecError, did_you_mean};

/// Conditions that a connection has to meet, all of them.
#[derive(Debug)]
pub struct Filter {
    conditions: Vec<Condition>,
}

#[derive(Debug)]
struct Condition {
    field: &'static Field,
    comparison: Comparison,
    operand: Operand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a field's values are compared with.
#[derive(Debug)]
enum Operand {
    Number(u64),
    Word(String),
    Host(IpAddr),
    End(SocketAddr),
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

impl Condition {
    /// Whether any of the field's values compares so; none may equal what they are to differ from.
    fn admits(&self, connection: &ConnectionRecord) -> bool {
        let mut values = self.field.values(connection);
        match self.comparison {
            Comparison::Unequal => !values.any(|value| self.operand.equals(&value)),
            Comparison::Equal => values.any(|value| self.operand.equals(&value)),
            Comparison::Less => values.any(|value| self.operand.is_above(&value)),
            Comparison::LessOrEqual => {
                values.any(|value| self.operand.is_above(&value) || self.operand.equals(&value))
            }
            Comparison::Greater => values.any(|value| self.operand.is_below(&value)),
            Comparison::GreaterOrEqual => {
                values.any(|value| self.operand.is_below(&value) || self.operand.equals(&value))
            }
        }
    }
}

impl Operand {
    fn equals(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Number(number), Value::Number(value)) => number == value,
            (Self::Word(word), Value::Word(value)) => word == value,
            (Self::Host(host), Value::Address(value)) => *host == value.ip(),
            (Self::End(end), Value::Address(value)) => end == value,
            (
                Self::Number(_) | Self::Word(_) | Self::Host(_) | Self::End(_),
                Value::Number(_) | Value::Word(_) | Value::Address(_),
            ) => false,
        }
    }

    fn is_above(&self, value: &Value<'_>) -> bool {
        matches!((self, value), (Self::Number(number), Value::Number(value)) if number > value)
    }

    fn is_below(&self, value: &Value<'_>) -> bool {
        matches!((self, value), (Self::Number(number), Value::Number(value)) if number < value)
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
    let field = known_field(text, name.clone())?;
    let operand = operand(field, &text[value.clone()])
        .map_err(|(message, help)| Wrong::at(value, message, help))?;
    let is_order = !matches!(comparison, Comparison::Equal | Comparison::Unequal);
    if is_order && !matches!(operand, Operand::Number(_)) {
        let message = format!(
            "`{}` is no number: it can be compared by = and != only",
            field.name
        );
        return Err(Wrong::at(name, message, None));
    }
    Ok(Condition {
        field,
        comparison,
        operand,
    })
}

fn known_field(text: &str, span: Range<usize>) -> Result<&'static Field, Wrong> {
    let name = &text[span.clone()];
    Field::named(name).ok_or_else(|| unknown_field(name, span))
}

fn unknown_field(name: &str, span: Range<usize>) -> Wrong {
    let meant = did_you_mean(name, Field::names());
    let help = meant.unwrap_or_else(|| "synfin flows --help lists the fields".to_owned());
    Wrong::at(span, format!("no field is called `{name}`"), Some(help))
}

type NoOperand = (String, Option<String>);

fn operand(field: &Field, text: &str) -> Result<Operand, NoOperand> {
    match field.kind {
        Kind::Count => number(text, COUNT_UNITS, "a whole number"),
        Kind::Bytes => number(text, BYTE_UNITS, "a number of bytes, such as 1000 or 64KiB"),
        Kind::Time => number(
            text,
            TIME_UNITS,
            "a time with its unit, such as 20ms or 1.5s",
        ),
        Kind::Address => address(text),
        Kind::Word(known) => word(field, known, text),
    }
}

const COUNT_UNITS: &[(&str, u64)] = &[("", 1)];
const BYTE_UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];
const TIME_UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
];

/// A number with one of these units; more decimals than the unit has digits are no number.
fn number(text: &str, units: &[(&str, u64)], what: &str) -> Result<Operand, NoOperand> {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = &text[digits.len()..];
    let factor = units.iter().find(|(name, _)| *name == unit.trim());
    factor
        .and_then(|&(_, factor)| scaled(digits.trim_end(), factor))
        .map(Operand::Number)
        .ok_or_else(|| (format!("here must stand {what}"), None))
}

/// `1.5` times 1000 is 1500.
fn scaled(digits: &str, factor: u64) -> Option<u64> {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let denominator = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let fraction = match decimals {
        "" => 0,
        decimals => decimals.parse::<u64>().ok()?.checked_mul(factor)?,
    };
    let is_exact = fraction.is_multiple_of(denominator);
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    is_exact
        .then_some(fraction / denominator)?
        .checked_add(whole)
}

fn address(text: &str) -> Result<Operand, NoOperand> {
    let host = text.trim_start_matches('[').trim_end_matches(']').parse();
    let end = text.parse().map(Operand::End);
    host.map(Operand::Host).or(end).map_err(|_| {
        let message = "here must stand an address, such as 10.0.0.1, 10.0.0.1:80 or [::1]:80";
        (message.to_owned(), None)
    })
}

fn word(field: &Field, known: &[&'static str], text: &str) -> Result<Operand, NoOperand> {
    let found = known.iter().find(|word| word.eq_ignore_ascii_case(text));
    match (found, known) {
        (Some(word), _) => Ok(Operand::Word((*word).to_owned())),
        (None, []) => Ok(Operand::Word(text.to_owned())),
        (None, known) => {
            let meant = did_you_mean(text, known.iter().copied());
            let help = meant.unwrap_or_else(|| format!("known are {}", known.join(", ")));
            Err((format!("`{}` is never `{text}`", field.name), Some(help)))
        }
    }
}
