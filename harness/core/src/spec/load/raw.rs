//! `[raw.steps]` of a target: the bytes that raw clients send.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::placeholder::{self, Place};
use super::{Problems, did_you_mean};
use crate::spec::{RawMessage, RawPart, RawSteps};

const HELP: &str =
    r#"write `list = "LIST\n"`, `list = { hex = "4c495354" }`, or an array of such parts"#;

/// What raw clients send: connections that the harness makes itself, to see what the server does with them.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Raw")]
pub(super) struct RawFile {
    /// The bytes for each step: connect, list, upload, download, quit.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawMessageFile>")]
    pub steps: BTreeMap<Spanned<String>, Spanned<Value>>,
}

#[derive(JsonSchema)]
#[schemars(rename = "RawMessage", untagged)]
#[expect(dead_code, reason = "the forms as the schema tells them")]
enum RawMessageFile {
    /// One part.
    Part(RawPartFile),
    /// Parts that are sent one after the other.
    Parts(Vec<RawPartFile>),
}

#[derive(JsonSchema)]
#[schemars(rename = "RawPart", untagged)]
#[expect(dead_code, reason = "the forms as the schema tells them")]
enum RawPartFile {
    /// Text; `{name}` is the file's name, `{size}` its size, `{content}` what an upload sends of it.
    Text(String),
    /// Bytes.
    Bytes {
        /// Pairs of hexadecimal digits.
        hex: String,
    },
}

pub(super) fn raw_steps(
    file: &RawFile,
    known: &[&str],
    problems: &mut Problems,
) -> Option<RawSteps> {
    let mut steps = BTreeMap::new();
    for (name, value) in &file.steps {
        let step = name.get_ref();
        if !known.contains(&step.as_str()) {
            let message = format!("no raw client is told to {step:?}");
            let help = did_you_mean(step, known.iter().copied())
                .unwrap_or_else(|| format!("the steps are {}", known.join(", ")));
            problems.suggest(name.span(), message, Some(help));
            return None;
        }
        steps.insert(step.clone(), message(step, value, problems)?);
    }
    Some(RawSteps(steps))
}

fn message(step: &str, value: &Spanned<Value>, problems: &mut Problems) -> Option<RawMessage> {
    let parts = match value.get_ref() {
        Value::Array(parts) => parts.iter().map(part).collect(),
        one => part(one).map(|one| vec![one]),
    };
    let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
        let message = format!("these are no bytes to send for {step:?}");
        problems.suggest(value.span(), message, Some(HELP.to_owned()));
        return None;
    };
    let mut all = parts.iter();
    let stand_for_something = all.all(|part| match part {
        RawPart::Text(text) => placeholder::check(text, value.span(), Place::Raw(step), problems),
        RawPart::Bytes(_) => true,
    });
    stand_for_something.then_some(RawMessage { parts })
}

fn part(value: &Value) -> Option<RawPart> {
    match value {
        Value::String(text) if !text.is_empty() => Some(RawPart::Text(text.clone())),
        Value::Table(table) if table.len() == 1 => {
            let digits = table.get("hex")?.as_str()?;
            bytes_of(digits).map(RawPart::Bytes)
        }
        _ => None,
    }
}

/// Pairs of hexadecimal digits; white space between them is for the reader.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    let is_whole = !digits.is_empty() && pairs.remainder().is_empty();
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).ok();
    is_whole.then(|| pairs.map(byte).collect())?
}
