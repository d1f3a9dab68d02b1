//! `[raw.steps]` of a target: the bytes that raw clients send.

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use super::file::RawFile;
use super::{Problems, did_you_mean};
use crate::spec::{RawMessage, RawPart, RawSteps};

const HELP: &str =
    r#"write `list = "LIST\n"`, `list = { hex = "4c495354" }`, or an array of such parts"#;

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
    let has_content = |part: &RawPart| match part {
        RawPart::Text(text) => text.contains("{content}"),
        RawPart::Bytes(_) => false,
    };
    if step != "upload" && parts.iter().any(has_content) {
        problems.add(value.span(), "only an upload has `{content}`");
        return None;
    }
    Some(RawMessage { parts })
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
