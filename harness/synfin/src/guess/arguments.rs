//! What a program is told on its command line, by what its source calls it.

use std::collections::BTreeMap;

use regex::Regex;

use super::choice::Side;
use super::first;
use super::language::Language;

/// What an argument is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Port,
    /// `server` or `client`: both programs are one.
    Side,
    Host,
    /// What a client does that does one thing and ends.
    Action,
    Folder,
    File,
}

/// Parts of the names of arguments and what these mean; the first that fits decides.
const ROLES: [(&str, Role); 6] = [
    (r"port|\batoi\b|\bint\(|parseInt|stoi|Number\(", Role::Port),
    (
        r#"server[|/, ]+client|client[|/, ]+server|["'](?:server|client)["']"#,
        Role::Side,
    ),
    (r"host|server|addr|\bip\b|_ip\b|inet_pton", Role::Host),
    (
        r"command|\bcmd|action|operation|\b(?:list|upload|download|put|get)\b",
        Role::Action,
    ),
    (r"dir|folder|root", Role::Folder),
    (r"file|path|\bname\b|fopen|open\(", Role::File),
];

/// A program's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Options, placeholders and texts; `{action}` stands for a step's word.
    pub(super) words: Vec<String>,
    /// Whether the source says what each is for.
    pub(super) are_known: bool,
}

impl Arguments {
    /// The arguments of a program, which is this side, where it can be both.
    pub(super) fn of(text: &str, language: Language, side: Side) -> Self {
        if !language.reads_arguments(text) {
            let words = Vec::new();
            return Self {
                words,
                are_known: true,
            };
        }
        let found = [options(text), letters(text), usage(text), indexed(text)];
        let says = |it: &Vec<Argument>| it.iter().any(|(_, role)| role.is_some());
        let Some(found) = found.into_iter().find(says) else {
            return Self::usual(side);
        };
        let are_known = found.iter().all(|(_, role)| role.is_some());
        let known = found
            .into_iter()
            .map_while(|(option, role)| Some((option, role?)));
        let words = known.flat_map(|(option, role)| option.into_iter().chain([word(role, side)]));
        Self {
            words: words.collect(),
            are_known,
        }
    }

    /// What programs are mostly told.
    fn usual(side: Side) -> Self {
        let words: &[&str] = match side {
            Side::Server => &["{port}"],
            Side::Client => &["{host}", "{port}"],
        };
        let words = words.iter().map(|it| (*it).to_owned()).collect();
        Self {
            words,
            are_known: false,
        }
    }

    /// Whether the program does one thing for its arguments and ends.
    pub(super) fn are_a_request(&self) -> bool {
        self.are("{action}") || self.are("{name}")
    }

    /// Whether one of them is this.
    pub(super) fn are(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }
}

/// An argument: the option before it, and what it is for.
type Argument = (Option<String>, Option<Role>);

fn word(role: Role, side: Side) -> String {
    match role {
        Role::Port => "{port}",
        Role::Side => side.word(),
        Role::Host => "{host}",
        Role::Action => "{action}",
        Role::Folder => ".",
        Role::File if side == Side::Server => ".",
        Role::File => "{name}",
    }
    .to_owned()
}

fn role(text: &str) -> Option<Role> {
    let fits = |pattern: &str| first(&format!("(?i-u)({pattern})"), text).is_some();
    ROLES
        .into_iter()
        .find_map(|(pattern, role)| fits(pattern).then_some(role))
}

/// Those of a parser of options: `add_argument("--port", …)`. An option that is neither host nor port is left at its default.
fn options(text: &str) -> Vec<Argument> {
    let declared = regex(
        r#"\b(?:add_argument|click\.option|click\.argument)\(\s*((?:["'][\w-]+["'],?\s*)+)([^)]*)"#,
    );
    let argument = |found: regex::Captures<'_>| {
        let names = regex(r"[\w-]+");
        let names: Vec<&str> = names
            .find_iter(found.get(1)?.as_str())
            .map(|it| it.as_str())
            .collect();
        let name = names.iter().max_by_key(|name| name.len())?;
        let role = role(name);
        let is_needed =
            found[2].contains("required=True") || matches!(role, Some(Role::Host | Role::Port));
        match name.starts_with('-') {
            true if is_needed => Some((Some((*name).to_owned()), role)),
            true => None,
            false => Some((None, role)),
        }
    };
    declared.captures_iter(text).filter_map(argument).collect()
}

/// Those of `getopt`: a letter with a value, by what is done with it. Those that are neither host nor port are left out.
fn letters(text: &str) -> Vec<Argument> {
    let declared = first(r#"getopt(?:_long)?\([^"']*["']([^"']*)["']"#, text).unwrap_or_default();
    let with_value = regex(r"(\w):");
    let letters = with_value
        .captures_iter(&declared)
        .map(|it| it[1].to_owned());
    let argument = |letter: String| {
        let role = use_of_letter(&letter, text)?;
        Some((Some(format!("-{letter}")), Some(role)))
    };
    letters.filter_map(argument).collect()
}

/// What is said beside a letter in quotes, up to the next.
fn use_of_letter(letter: &str, text: &str) -> Option<Role> {
    let use_of_it = format!(r#"(?s)["']-?{letter}["'](.{{0,160}})"#);
    let next = regex(r"\b(?:break|case|default|else|elif)\b");
    let said = first(&use_of_it, text)?;
    let said = next.split(&said).next()?.to_lowercase();
    match role(&said)? {
        Role::Port if said.contains("port") || letter == "p" => Some(Role::Port),
        Role::Host => Some(Role::Host),
        Role::Port | Role::Side | Role::Action | Role::Folder | Role::File => None,
    }
}

/// Those of a usage text: `usage: client HOST PORT FILE`, behind the program's name.
fn usage(text: &str) -> Vec<Argument> {
    let Some(usage) = first(r#"(?i)usage:?\s+([^"'`\n\\]+)"#, text) else {
        return Vec::new();
    };
    let words = regex(r"<[^>]*>|\[[^\]]*\]|\{[^}]*\}\S*|\S+");
    let is_interpreter = |word: &str| ["python", "python3", "java", "node"].contains(&word);
    let words = words.find_iter(&usage).map(|it| it.as_str());
    let words = words.skip_while(|word| is_interpreter(word)).skip(1);
    words.map(|word| (None, role(word))).collect()
}

/// Those that are read by their number: by the name that they are given, or by what is done with them.
fn indexed(text: &str) -> Vec<Argument> {
    let several = regex(r"(?m)^\s*((?:\w+\s*,\s*)+\w+)\s*=[^=\n][^\n]*\bargv\b");
    if let Some(found) = several.captures(text) {
        let names = found[1].split(',').map(str::trim);
        return names.map(|name| (None, role(name))).collect();
    }
    let read = regex(
        r#"[^\n]*?\b(?:argv|args)\s*\[\s*(\d)\s*\](?:\s*(?:===?|,|\.equals\()\s*["']\w+["'])?"#,
    );
    let mut roles: BTreeMap<String, Option<Role>> = BTreeMap::new();
    for read in read.captures_iter(text) {
        // `argv[0]` is the program.
        if !read[0].contains("argv[0]") {
            let known = roles.entry(read[1].to_owned()).or_default();
            *known = known.or_else(|| role(&read[0]));
        }
    }
    roles.into_values().map(|role| (None, role)).collect()
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns here are well-formed")
}
