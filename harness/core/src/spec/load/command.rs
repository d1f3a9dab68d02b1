//! Command lines and environments of a target.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::{Spanned, Value};

use super::placeholder::{self, Place};
use super::{Problems, did_you_mean};
use crate::spec::{ClientCommand, Command};

/// A build line goes to the shell as it stands: it may hold `*.java`.
pub(super) fn shell(line: &Spanned<String>, problems: &mut Problems) -> Option<Command> {
    if line.get_ref().trim().is_empty() {
        problems.add(line.span(), "the command is empty");
        return None;
    }
    let words = ["sh", "-c", line.get_ref()];
    Command::new(words.map(str::to_owned).to_vec())
}

/// The server's: `["program", "argument"]`.
pub(super) fn command(value: &Spanned<Value>, problems: &mut Problems) -> Option<Command> {
    words(value.get_ref(), value.span(), Place::Command, problems)
}

/// The clients', or a table that has one for each step: `{ upload = ["put", "{name}"] }`.
pub(super) fn client_command(
    value: &Spanned<Value>,
    steps: &[&str],
    problems: &mut Problems,
) -> Option<ClientCommand> {
    let Value::Table(of_steps) = value.get_ref() else {
        let command = words(
            value.get_ref(),
            value.span(),
            Place::ClientCommand,
            problems,
        );
        return command.map(ClientCommand::Session);
    };
    let mut commands = BTreeMap::new();
    for (step, line) in of_steps {
        if !steps.contains(&step.as_str()) {
            let message = format!("no program is told to {step:?}");
            let help = did_you_mean(step, steps.iter().copied())
                .unwrap_or_else(|| format!("the steps are {}", steps.join(", ")));
            problems.suggest(value.span(), message, Some(help));
            return None;
        }
        let command = words(line, value.span(), Place::StepCommand(step), problems)?;
        commands.insert(step.clone(), command);
    }
    if commands.is_empty() {
        problems.add(value.span(), "the client has no command for any step");
        return None;
    }
    Some(ClientCommand::PerStep(commands))
}

fn words(
    value: &Value,
    span: Range<usize>,
    place: Place<'_>,
    problems: &mut Problems,
) -> Option<Command> {
    let Some(words) = value.as_array().and_then(|words| {
        let word = |word: &Value| word.as_str().map(str::to_owned);
        words.iter().map(word).collect::<Option<Vec<_>>>()
    }) else {
        let help = match value.as_str() {
            Some(line) => format!("write `command = {}`", array_of(line)),
            None => r#"write `command = ["program", "argument"]`"#.to_owned(),
        };
        problems.suggest(span, "a command is an array of strings", Some(help));
        return None;
    };
    if words
        .first()
        .is_none_or(|program| program.trim().is_empty())
    {
        problems.add(span, "the command is empty");
        return None;
    }
    let mut all = words.iter();
    if !all.all(|word| placeholder::check(word, span.clone(), place, problems)) {
        return None;
    }
    Command::new(words)
}

/// A command line as the array that it probably means.
fn array_of(line: &str) -> String {
    let quoted: Vec<String> = line
        .split_whitespace()
        .map(|word| format!("{word:?}"))
        .collect();
    format!("[{}]", quoted.join(", "))
}

/// An environment, whose names the kernel takes.
pub(super) fn environment(
    variables: &BTreeMap<Spanned<String>, Spanned<String>>,
    problems: &mut Problems,
) -> Option<Vec<(String, String)>> {
    let mut environment = Vec::new();
    for (name, value) in variables {
        let text = value.get_ref();
        let is_name = !name.get_ref().is_empty() && !name.get_ref().contains(['=', '\0']);
        if !is_name || text.contains('\0') {
            problems.add(name.span(), "no environment holds such a variable");
            return None;
        }
        if !placeholder::check(text, value.span(), Place::Command, problems) {
            return None;
        }
        environment.push((name.get_ref().clone(), text.clone()));
    }
    Some(environment)
}
