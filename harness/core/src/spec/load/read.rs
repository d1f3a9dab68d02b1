//! TOML text → the structs of `file`, or the first thing that is wrong with it in words for whoever wrote it.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::{Spanned, Value};

use super::{Problems, did_you_mean};

/// Tables of which a rubric has several.
const SEVERAL: [&str; 2] = ["scenario", "item"];

pub(super) fn read<F: DeserializeOwned>(text: &str, problems: &mut Problems) -> Option<F> {
    let error = match toml::from_str(text) {
        Ok(file) => return Some(file),
        Err(error) => error,
    };
    if tell_unknown_tables::<F>(text, problems) {
        return None;
    }
    let span = error.span().unwrap_or(0..0);
    if let Some((message, help)) = unknown_word(error.message()) {
        problems.suggest(span, message, Some(help));
    } else if let Some((message, help)) = wrong_brackets(error.message(), text, &span) {
        problems.suggest(span, message, Some(help));
    } else {
        problems.add(span, error.message());
    }
    None
}

/// Tells of every key at the top that the file does not have: what stands below a misspelt table is missing elsewhere, and that
/// would be told in its place.
fn tell_unknown_tables<F: DeserializeOwned>(text: &str, problems: &mut Problems) -> bool {
    let found = problems.0.len();
    let keys: BTreeMap<Spanned<String>, Value> = toml::from_str(text).unwrap_or_default();
    for key in keys.keys() {
        let alone = toml::Table::from_iter([(key.get_ref().clone(), false.into())]);
        let Err(error) = F::deserialize(alone) else {
            continue;
        };
        if let Some((message, help)) = unknown_word(error.message()) {
            problems.suggest(key.span(), message, Some(help));
        }
    }
    problems.0.len() > found
}

/// What serde says of an unknown key or value, "unknown field `clint`, expected one of `server`, `client`", as a message and
/// a suggestion.
fn unknown_word(message: &str) -> Option<(&str, String)> {
    let (unknown, expected) = message.split_once(", expected ")?;
    let word = unknown.strip_prefix("unknown ")?.split('`').nth(1)?;
    let known = expected.split('`').skip(1).step_by(2);
    let help = did_you_mean(word, known).unwrap_or_else(|| format!("expected {expected}"));
    Some((unknown, help))
}

/// A table that has one bracket too few or too many.
fn wrong_brackets(message: &str, text: &str, span: &Range<usize>) -> Option<(String, String)> {
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let header = text[start..].lines().next()?.trim();
    let name = header.trim_matches(['[', ']']);
    if header.starts_with("[[") && !SEVERAL.contains(&name) {
        let message = format!("there is one table `{name}`, not several");
        return Some((message, format!("write `[{name}]`, with one bracket")));
    }
    if header.starts_with('[') && !header.starts_with("[[") && SEVERAL.contains(&name) {
        let message = format!("there may be several tables `{name}`");
        return Some((message, format!("write `[[{name}]]`, with two brackets")));
    }
    let is_again = message == "duplicate key" && header.starts_with('[');
    is_again.then(|| {
        let message = format!("the table `{name}` is there already");
        (message, "put the keys of both together".to_owned())
    })
}
