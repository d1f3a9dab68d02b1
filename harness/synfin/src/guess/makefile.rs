//! How a folder's Makefile builds a program, and what it calls it.

use std::collections::BTreeMap;

use regex::{Captures, Regex};

use super::{Source, first};

/// The Makefile that builds a program: the one beside it, or at the top.
pub(super) struct Makefile<'a> {
    source: &'a Source,
    /// With the values of its variables in their places.
    text: String,
}

impl<'a> Makefile<'a> {
    pub(super) fn of(program: &Source, sources: &'a [Source]) -> Option<Self> {
        let is_makefile = |it: &&Source| ["Makefile", "makefile"].contains(&it.file());
        let makefiles = || sources.iter().filter(is_makefile);
        let beside = makefiles().find(|it| it.folder() == program.folder());
        let source = beside.or_else(|| makefiles().find(|it| it.folder().is_empty()))?;
        let text = expanded(&source.text);
        Some(Self { source, text })
    }

    /// The command that builds the program.
    pub(super) fn command(&self, program: &Source) -> String {
        let place = match self.source.folder() {
            "" => String::new(),
            folder => format!(" -C {folder}"),
        };
        let target = if self.builds_all() {
            String::new()
        } else {
            let made = self.made_of(program);
            made.unwrap_or_else(|| program.stem().to_owned())
        };
        format!("make{place} {target}").trim_end().to_owned()
    }

    /// The program's executable, seen from the program's folder.
    pub(super) fn executable(&self, program: &Source) -> Option<String> {
        let made = self.made_of(program)?;
        let folder = program.folder();
        if self.source.folder() == folder {
            return Some(made);
        }
        let below = made.strip_prefix(&format!("{folder}/")).map(str::to_owned);
        Some(below.unwrap_or_else(|| "../".repeat(folder.split('/').count()) + &made))
    }

    /// What the compiler is told to make of a program's source, or the rule that has it.
    fn made_of(&self, program: &Source) -> Option<String> {
        let [file, stem] = [program.file(), program.stem()].map(regex::escape);
        let part = format!(r"\b(?:{file}|{stem}\.o)\b");
        let is_of_it =
            |line: &&str| line.starts_with('\t') && first(&format!("({part})"), line).is_some();
        let recipe = self.text.lines().filter(is_of_it);
        let mut outputs = recipe.filter_map(|line| first(r"-o\s+([\w./-]+)", line));
        let rule = format!(r"(?m)^([\w./-]+)\s*:[^=\n]*{part}");
        outputs
            .find(is_program)
            .or_else(|| first(&rule, &self.text).filter(is_program))
    }

    /// Whether `make` alone builds more than the first program, or there are no rules with the programs' names.
    fn builds_all(&self) -> bool {
        let rule = r"(?m)^([\w./-]+)\s*:(?:[^=]|$)";
        let is_of_one = |name: &str| ["server", "client"].iter().any(|it| name.contains(it));
        first(rule, &self.text).is_none_or(|name| !is_of_one(&name))
    }
}

/// Whether a rule makes a program, not one of its parts or several.
fn is_program(name: &String) -> bool {
    let is_object = name.rsplit_once('.').is_some_and(|(_, end)| end == "o");
    !is_object && name != "all" && !name.starts_with(".P")
}

/// A Makefile with the variables that are one word, such as `SERVER = server`, written out where they are used.
fn expanded(makefile: &str) -> String {
    let regex = |pattern: &str| Regex::new(pattern).expect("the patterns here are well-formed");
    let assigned = regex(r"(?m)^(\w+)\s*[:?]?=[ \t]*([\w./-]{1,64})[ \t]*$");
    let values: BTreeMap<&str, &str> = assigned
        .captures_iter(makefile)
        .map(|it| it.extract())
        .map(|(_, [name, value])| (name, value))
        .collect();
    let used = regex(r"\$[({](\w+)[)}]");
    let value = |used: &Captures<'_>| {
        let value = values.get(&used[1]).copied();
        value.unwrap_or(&used[0]).to_owned()
    };
    used.replace_all(makefile, value).into_owned()
}
