//! A first guess at a folder's programs: which file is the server, which the client, how they are started and talked to. It
//! reads sources by simple search, as a person who leafs through them would, and says what it could not find out.

mod choice;
mod language;
mod menu;
mod text;

use regex::Regex;

use choice::{Side, candidates};
use language::Language;
use menu::Menu;

pub use text::{rubric_text, target_text};

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name, or its path in the folder.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What was guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    build: Vec<String>,
    server: Option<Vec<String>>,
    client: Option<Vec<String>>,
    /// Sources that could be the server as well, and the client.
    other_servers: Vec<String>,
    other_clients: Vec<String>,
    port: Option<u16>,
    menu: Menu,
    server_dir: Option<String>,
    client_dir: Option<String>,
    unknown: Vec<String>,
}

impl Guess {
    /// Looks at the files of a folder.
    pub fn of(sources: &[Source]) -> Self {
        let servers = candidates(sources, Side::Server);
        let clients = candidates(sources, Side::Client);
        let (server, client) = (servers.first().copied(), clients.first().copied());
        let readme = sources
            .iter()
            .find(|it| it.name.to_lowercase().starts_with("readme"));
        let port = [server, client, readme]
            .into_iter()
            .flatten()
            .find_map(port);
        let mut guess = Self {
            build: build(sources, [server, client]),
            server: server.and_then(|it| command(it, "{port}")),
            client: client.and_then(|it| command(it, "{host} {port}")),
            other_servers: names(servers.iter().skip(1)),
            other_clients: names(clients.iter().skip(1)),
            port,
            menu: client.map(|it| Menu::of(&it.text)).unwrap_or_default(),
            server_dir: server.and_then(folder),
            client_dir: client.and_then(folder),
            unknown: Vec::new(),
        };
        guess.unknown = guess.unknown(server, client);
        guess
    }

    /// What could not be found out, a sentence each.
    pub fn unknowns(&self) -> &[String] {
        &self.unknown
    }

    /// Whether enough was found to run the target.
    pub fn can_run(&self) -> bool {
        self.server.is_some() && self.client.is_some()
    }

    fn unknown(&self, server: Option<&Source>, client: Option<&Source>) -> Vec<String> {
        let mut unknown = Vec::new();
        let mut add = |is_unknown: bool, text: String| {
            if is_unknown {
                unknown.push(text);
            }
        };
        let nothing = |what: &str| {
            format!("which program is the {what}: no source calls what a {what} calls")
        };
        add(server.is_none(), nothing("server"));
        add(client.is_none(), nothing("client"));
        add(self.port.is_none(), "the port: 5001 is assumed".to_owned());
        for source in [server, client].into_iter().flatten() {
            let question = format!(
                "the arguments of {}, which reads its command line",
                source.name
            );
            add(language::reads_arguments(&source.text), question);
        }
        for step in self.menu.missing() {
            add(
                client.is_some(),
                format!("what the client is told to {step}"),
            );
        }
        add(
            self.server_dir.is_none(),
            "where the server stores files: its own folder is assumed".to_owned(),
        );
        unknown
    }
}

fn names<'a>(sources: impl Iterator<Item = &'a &'a Source>) -> Vec<String> {
    sources.map(|it| it.name.clone()).collect()
}

fn command(source: &Source, arguments: &str) -> Option<Vec<String>> {
    let mut words = Language::of(&source.name)?.command(source);
    if language::reads_arguments(&source.text) {
        words.extend(arguments.split(' ').map(str::to_owned));
    }
    Some(words)
}

/// The commands that compile what must be compiled.
fn build(sources: &[Source], programs: [Option<&Source>; 2]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let is_make = |it: &Source| it.name == "Makefile" || it.name == "makefile";
    for program in programs.into_iter().flatten() {
        let line = Language::of(&program.name).and_then(|it| it.build(program));
        let has_makefile = sources.iter().any(is_make);
        let line = line.map(|line| {
            if has_makefile {
                "make".to_owned()
            } else {
                line
            }
        });
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines
}

/// A number that stands behind the word *port*, or in a call that takes one.
fn port(source: &Source) -> Option<u16> {
    let patterns = [
        r"(?i)port[^\d\n]{0,40}\b([1-9]\d{3,4})\b",
        r"(?:bind|connect|connection|listen|htons|[sS]ocket|[sS]erver|Address)\([^;\n]{0,60}?\b([1-9]\d{3,4})\b",
    ];
    patterns
        .iter()
        .find_map(|pattern| first(pattern, &source.text)?.parse().ok())
}

/// A folder's name that stands beside the word *folder* or *dir*.
fn folder(source: &Source) -> Option<String> {
    first(
        r#"(?i)(?:folder|dir(?:ectory)?)\w*\s*=\s*[^"'\n]{0,20}["']([\w][\w./-]*)["']"#,
        &source.text,
    )
}

fn first(pattern: &str, text: &str) -> Option<String> {
    let pattern = Regex::new(pattern).expect("the patterns here are well-formed");
    Some(pattern.captures(text)?.get(1)?.as_str().to_owned())
}

#[cfg(test)]
mod tests;
