//! One comparison of a field with a value, both known to fit.

use std::net::{IpAddr, SocketAddr};

use super::field::{Field, Kind, Value};
use super::model::ConnectionRecord;
use crate::spec::did_you_mean;

/// A field of a connection, compared with a value.
#[derive(Debug)]
pub(crate) struct Condition {
    field: &'static Field,
    comparison: Comparison,
    operand: Operand,
}

/// How the two are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
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

/// Why a field and a value make no condition.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// Which of the two is wrong.
    pub(crate) part: Part,
    /// How.
    pub(crate) message: String,
    /// What was probably meant.
    pub(crate) help: Option<String>,
}

/// A part of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The field's name.
    Field,
    /// The value.
    Value,
}

impl Condition {
    /// A condition on the field of this name, the value as a filter writes it.
    pub(crate) fn new(name: &str, comparison: Comparison, value: &str) -> Result<Self, Misfit> {
        let field = Field::named(name).ok_or_else(|| unknown_field(name))?;
        let operand = operand(field, value).map_err(|(message, help)| Misfit {
            part: Part::Value,
            message,
            help,
        })?;
        let is_order = !matches!(comparison, Comparison::Equal | Comparison::Unequal);
        if is_order && !matches!(operand, Operand::Number(_)) {
            return Err(Misfit {
                part: Part::Field,
                message: format!("`{name}` is no number: it can be compared by = and != only"),
                help: None,
            });
        }
        Ok(Self {
            field,
            comparison,
            operand,
        })
    }

    /// The field that is compared.
    pub(crate) fn field(&self) -> &'static Field {
        self.field
    }

    /// Whether a number is larger than the one it is compared with: what is missing in a capture cannot have made it so.
    pub(crate) fn is_exceeded(&self, connection: &ConnectionRecord) -> bool {
        let mut values = self.field.values(connection);
        values.any(|value| self.operand.is_below(&value))
    }

    /// Whether any of the field's values compares so; none may equal what they are to differ from.
    pub(crate) fn admits(&self, connection: &ConnectionRecord) -> bool {
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

fn unknown_field(name: &str) -> Misfit {
    let meant = did_you_mean(name, Field::names());
    let help = meant.unwrap_or_else(|| "synfin flows --help lists the fields".to_owned());
    Misfit {
        part: Part::Field,
        message: format!("no field is called `{name}`"),
        help: Some(help),
    }
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
