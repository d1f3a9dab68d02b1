//! `bytes:desc`: the order in which connections are told.

use std::cmp::Reverse;

use crate::record::ConnectionRecord;
use crate::record::{Field, Value};
use crate::spec::{SpecError, did_you_mean};

/// An order of connections by one field; those that are equal stay in the order of their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    field: &'static Field,
    direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

impl Sort {
    /// Reads `FIELD`, `FIELD:asc` or `FIELD:desc`.
    ///
    /// # Errors
    /// If the field or the direction is unknown, with the place and what was probably meant.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let (name, direction) = text.split_once(':').unwrap_or((text, "asc"));
        let wrong =
            |span, message: String, help| SpecError::at("--sort", text, span, message, help);
        let direction = match direction {
            "asc" => Direction::Ascending,
            "desc" => Direction::Descending,
            other => {
                let span = name.len() + 1..text.len();
                let help = Some("after the colon stands asc or desc".to_owned());
                return Err(wrong(span, format!("`{other}` is no direction"), help));
            }
        };
        let field = Field::named(name).ok_or_else(|| {
            let help = did_you_mean(name, Field::names());
            wrong(0..name.len(), format!("no field is called `{name}`"), help)
        })?;
        Ok(Self { field, direction })
    }

    /// Puts connections in this order. Those without a value come first, or last if descending.
    pub fn apply(self, connections: &mut [ConnectionRecord]) {
        connections.sort_by_key(|connection| connection.connection);
        connections.sort_by(|a, b| {
            let (a, b) = (self.value(a), self.value(b));
            match self.direction {
                Direction::Ascending => a.cmp(&b),
                Direction::Descending => Reverse(a).cmp(&Reverse(b)),
            }
        });
    }

    fn value(self, connection: &ConnectionRecord) -> Option<Value<'_>> {
        self.field.values(connection).next()
    }
}
