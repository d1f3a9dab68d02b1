//! What a refused client's output tells: words for a failure, what it always says, or nothing that can be told apart from memory
//! into which no reply was received.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Reaction;
use super::failure_words::tells_failure;
use crate::manifest::ProcessRecord;
use crate::observation::Observation;
use crate::text::Foreign;

/// Characters of a line that are compared: fewer than a manifest keeps of its last lines.
const COMPARED_CHARS: usize = 200;

/// How text shows what cannot be printed.
static ESCAPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\x[0-9a-f]{2}|\\u\{[0-9a-f]+\}|\u{fffd}").expect("the pattern is a constant")
});

/// The words of each line that a connected client prints.
type Usual = BTreeSet<Vec<String>>;

/// A client that goes on told it if it printed that it failed, and does not print the same when connected.
pub(super) fn reaction(
    observation: &Observation,
    process: &ProcessRecord,
    says: Option<&Regex>,
) -> Reaction {
    let mut lines = lines(observation, process).peekable();
    let Some(connected) = &observation.setting.connected_lines else {
        let is_silent = lines.peek().is_none();
        return if is_silent {
            Reaction::Silent
        } else {
            Reaction::Incomparable
        };
    };
    let usual: Usual = connected.iter().map(|line| words(line)).collect();
    let unusual: Vec<&String> = lines
        .filter(|line| !connected.contains(line) && !is_usual(line, &usual))
        .collect();
    let tells = |line: &&&String| {
        tells_failure(line) || says.is_some_and(|says| says.is_match(line.as_str()))
    };
    if unusual.iter().any(|line| tells(&line)) {
        return Reaction::Told;
    }
    let line = unusual.iter().find(|line| !is_unfilled(line, &usual));
    line.map_or(Reaction::Silent, |line| Reaction::Unfamiliar {
        line: (*line).clone(),
    })
}

/// What the program printed, without empty lines.
pub(super) fn lines<'a>(
    observation: &'a Observation,
    process: &'a ProcessRecord,
) -> impl DoubleEndedIterator<Item = &'a String> {
    let printed = observation.setting.output.get(&process.role);
    let lines = printed.unwrap_or(&process.last_lines).iter();
    lines.filter(|line| !line.trim().is_empty())
}

/// Whether a connected client prints these words in this order. A prompt stands alone where nothing follows it, and before the
/// next output where something does. What nobody can read is never usual.
fn is_usual(line: &str, usual: &Usual) -> bool {
    let line_words = words(line);
    let is_here = |usual: &Vec<String>| {
        usual
            .windows(line_words.len())
            .any(|part| part == line_words)
    };
    if line_words.is_empty() {
        return !has_unprintable(line);
    }
    usual.iter().any(is_here)
}

/// Whether the line begins as one does in which a reply is printed, and goes on with what cannot be: memory that nothing was
/// received into.
fn is_unfilled(line: &str, usual: &Usual) -> bool {
    let words = words(line);
    let begins_alike = |usual: &Vec<String>| usual.first() == words.first();
    has_unprintable(line) && !words.is_empty() && usual.iter().any(begins_alike)
}

fn has_unprintable(line: &str) -> bool {
    ESCAPE.is_match(Foreign::new(line.trim(), COMPARED_CHARS).as_str())
}

/// The words of a line, of two letters or more and no digit. What else stands in it may differ from run to run without telling
/// anything: a clock, the number of a process or a session, memory that nothing was received into.
fn words(line: &str) -> Vec<String> {
    let shown = Foreign::new(line.trim(), COMPARED_CHARS);
    let printed = ESCAPE.replace_all(shown.as_str(), " ");
    let parts = printed.split(|c: char| !c.is_alphanumeric());
    let is_word = |part: &&str| part.len() > 1 && part.chars().all(char::is_alphabetic);
    parts.filter(is_word).map(str::to_owned).collect()
}
