//! The events of a `sequence`, read where they stand in the rubric.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use regex::bytes::Regex;
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::checks::parameters::Parameters;
use crate::flow::Side;
use crate::spec::{SpecError, did_you_mean};

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// What happens.
    pub(super) what: What,
    /// Whose doing it is.
    pub(super) by: Side,
    /// What that side must not send before it.
    pub(super) not: Option<Regex>,
}

/// What happens in an event.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// The side's payload matches.
    Payload(Regex),
    /// It sends FIN, by itself.
    Fin,
    /// It resets the connection.
    Rst,
}

/// As it is told: `LIST\n from the client`.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = word(self.by);
        match &self.what {
            What::Payload(regex) => write!(f, "/{regex}/ from the {by}"),
            What::Fin => write!(f, "FIN from the {by}"),
            What::Rst => write!(f, "RST from the {by}"),
        }
    }
}

const SIDES: [Side; 2] = [Side::Initiator, Side::Responder];

fn word(side: Side) -> &'static str {
    match side {
        Side::Initiator => "client",
        Side::Responder => "server",
    }
}

/// The keys of an event.
const KEYS: [&str; 5] = ["from", "payload", "fin", "rst", "not"];

type Table = Spanned<BTreeMap<Spanned<String>, Spanned<Value>>>;

/// The rubric once more, for the places of what stands inside `events`.
#[derive(Deserialize)]
struct File {
    item: Vec<ItemFile>,
}

#[derive(Deserialize)]
struct ItemFile {
    checks: Vec<Spanned<CallFile>>,
}

#[derive(Deserialize)]
struct CallFile {
    events: Option<Spanned<Value>>,
}

/// Only the call's own events are read as tables: elsewhere the key may mean something else.
#[derive(Deserialize)]
struct EventsFile {
    events: Vec<Table>,
}

/// Reads the events of a call.
pub(super) fn read(parameters: &Parameters<'_>) -> Result<Vec<Event>, SpecError> {
    let check = parameters.call.check.get_ref();
    if !parameters.call.parameters.contains_key("events") {
        let help = r#"write `events = [{ from = "client", payload = "^LIST" }]`"#;
        let message = format!("`{check}` needs `events`");
        return Err(parameters.error(check, message, Some(help.to_owned())));
    }
    let tables = tables(parameters)
        .filter(|tables| !tables.is_empty())
        .ok_or_else(|| {
            let message = "`events` is an array of one table or more".to_owned();
            parameters.error("events", message, None)
        })?;
    let reader = Reader { parameters };
    tables
        .into_iter()
        .map(|table| reader.event(table))
        .collect()
}

/// The call's events with their places in the rubric's text.
fn tables(parameters: &Parameters<'_>) -> Option<Vec<Table>> {
    let text = parameters.source.text;
    let file: File = toml::from_str(text).ok()?;
    let mut calls = file.item.into_iter().flat_map(|item| item.checks);
    let call = calls.find(|call| call.span() == parameters.call.span)?;
    let span = call.into_inner().events?.span();
    // Blanks before the value keep its place.
    let padded = format!("{:>1$}{2}", "events=", span.start, &text[span.clone()]);
    let file: EventsFile = toml::from_str(&padded).ok()?;
    Some(file.events)
}

struct Reader<'a> {
    parameters: &'a Parameters<'a>,
}

impl Reader<'_> {
    fn event(&self, table: Table) -> Result<Event, SpecError> {
        let span = table.span();
        let mut keys = BTreeMap::new();
        for (key, value) in table.into_inner() {
            if !KEYS.contains(&key.get_ref().as_str()) {
                return Err(self.unknown(&key));
            }
            keys.insert(key.into_inner(), value);
        }
        let (what, by) = match (
            keys.remove("from"),
            keys.remove("payload"),
            keys.remove("fin"),
            keys.remove("rst"),
        ) {
            (Some(from), Some(payload), None, None) => (What::Payload(self.regex(&payload)?), from),
            (None, None, Some(by), None) => (What::Fin, by),
            (None, None, None, Some(by)) => (What::Rst, by),
            _ => {
                let message = "an event is `from` with `payload`, or `fin`, or `rst`";
                return Err(self.error(span, message.to_owned(), None));
            }
        };
        let not = keys.remove("not").map(|not| self.regex(&not)).transpose()?;
        Ok(Event {
            what,
            by: self.side(&by)?,
            not,
        })
    }

    fn side(&self, value: &Spanned<Value>) -> Result<Side, SpecError> {
        let text = value.get_ref().as_str().unwrap_or_default();
        SIDES
            .into_iter()
            .find(|&side| word(side) == text)
            .ok_or_else(|| {
                let meant = did_you_mean(text, SIDES.map(word));
                let message = "a side is `client` or `server`".to_owned();
                self.error(value.span(), message, meant)
            })
    }

    fn regex(&self, value: &Spanned<Value>) -> Result<Regex, SpecError> {
        let Some(text) = value.get_ref().as_str() else {
            let message = "a regex is a string".to_owned();
            return Err(self.error(value.span(), message, None));
        };
        Regex::new(text)
            .map_err(|error| self.error(value.span(), format!("not a regex: {error}"), None))
    }

    fn unknown(&self, key: &Spanned<String>) -> SpecError {
        let name = key.get_ref();
        let meant = did_you_mean(name, KEYS);
        let help = meant.unwrap_or_else(|| format!("its keys are {}", KEYS.join(", ")));
        self.error(key.span(), format!("an event has no `{name}`"), Some(help))
    }

    fn error(&self, span: Range<usize>, message: String, help: Option<String>) -> SpecError {
        let source = self.parameters.source;
        SpecError::at(source.name, source.text, span, message, help)
    }
}
