//! What a client's user types, guessed from the texts in its source: `1. List files`, `LIST`.

use regex::Regex;

/// The steps that a client can be told, and the words that mean them.
const STEPS: [(&str, &[&str]); 4] = [
    ("list", &["list", "ls", "dir"]),
    ("upload", &["upload", "put", "send"]),
    ("download", &["download", "get", "receive", "retrieve"]),
    ("quit", &["quit", "exit", "bye", "disconnect"]),
];

/// What is typed for each step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Menu {
    /// The line for each step that was found, in the order of the steps.
    pub(super) lines: Vec<(&'static str, String)>,
    /// What the client prints when it asks for a file's name.
    pub(super) name_prompt: Option<String>,
}

impl Menu {
    pub(super) fn of(source: &str) -> Self {
        let texts = string_literals(source);
        let line = |(step, words): (&'static str, &[&str])| {
            let numbered = || texts.iter().find_map(|text| number_beside(text, words));
            let typed = || texts.iter().find(|text| is_one_of(text, words)).cloned();
            Some((step, numbered().or_else(typed)?))
        };
        Self {
            lines: STEPS.into_iter().filter_map(line).collect(),
            name_prompt: texts
                .iter()
                .find(|text| asks_for_name(text))
                .map(|text| text.trim().to_owned()),
        }
    }

    /// The steps for which nothing was found.
    pub(super) fn missing(&self) -> impl Iterator<Item = &'static str> {
        let is_found = |step| self.lines.iter().any(|(found, _)| *found == step);
        STEPS
            .into_iter()
            .map(|(step, _)| step)
            .filter(move |step| !is_found(*step))
    }
}

/// The texts in quotes, in the source's order; one in triple quotes as its lines.
fn string_literals(source: &str) -> Vec<String> {
    let quoted = Regex::new(r#"(?s)"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'"#)
        .expect("the pattern is well-formed");
    let texts = quoted.captures_iter(source).filter_map(|found| {
        let text = found.get(1).or(found.get(2)).or(found.get(3))?;
        Some(text.as_str().replace("\\n", "\n"))
    });
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// `1` for `1. List files`, `[1] list` or `1) Send a file`, if a word of the text is one of these.
fn number_beside(text: &str, words: &[&str]) -> Option<String> {
    let item = Regex::new(r"^\W*(\d)\W+(.*)$").expect("the pattern is well-formed");
    let found = item.captures(text)?;
    let mut said = found[2]
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase);
    let is_meant = said.any(|word| words.contains(&word.as_str()));
    is_meant.then(|| found[1].to_owned())
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.contains(&text.trim().to_lowercase().as_str())
}

fn asks_for_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_prompt = text.trim_end().ends_with([':', '?', '>']);
    is_prompt && lower.contains("file") && !lower.contains('{') && !lower.contains('%')
}
