//! A first guess at a folder's programs: which file is the server, which the client, how they are started and talked to. It
//! reads sources by simple search, as a person who leafs through them would, and says what it could not find out.

mod arguments;
mod build;
mod choice;
mod folder;
mod language;
mod login;
mod makefile;
mod menu;
mod port;
mod program;
mod rubric;
mod target;
mod unknown;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use regex::Regex;

use choice::{Side, candidates};
use folder::ClientFiles;
use menu::{Line, Menu};
use program::Program;

pub use choice::speaks_udp_only;
pub use rubric::rubric_text;
pub use target::target_text;

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
    client: Option<ClientCommand>,
    /// Sources that could be the server as well, and the client.
    other_servers: Vec<String>,
    other_clients: Vec<String>,
    /// Absent if the server is told it.
    listen: Option<SocketAddr>,
    /// What the client is told before anything else.
    login: Vec<Line>,
    menu: Menu,
    server_dir: Option<String>,
    client_files: ClientFiles,
    unknown: Vec<String>,
}

/// How the client is started.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ClientCommand {
    /// Once, and then told its requests.
    Session(Vec<String>),
    /// For each request anew.
    PerStep(Vec<(&'static str, Vec<String>)>),
}

const DEFAULT_PORT: u16 = 5001;

impl Guess {
    /// Looks at the files of a folder.
    pub fn of(sources: &[Source]) -> Self {
        let [servers, clients] = [Side::Server, Side::Client].map(|it| candidates(sources, it));
        let server = Program::of(servers.first().copied(), sources, Side::Server);
        let client = Program::of(clients.first().copied(), sources, Side::Client);
        let programs = || [&server, &client].into_iter().flatten();
        let readme = sources
            .iter()
            .filter(|it| it.name.to_lowercase().starts_with("readme"));
        let mut texts = programs()
            .map(|it| &it.text)
            .chain(readme.map(|it| &it.text));
        let port = texts.find_map(|text| port::port(text));
        let is_told = server.as_ref().is_some_and(Program::is_told_its_port);
        let address = |port| SocketAddr::new(family(programs()), port);
        let menu = client.as_ref().map(|it| Menu::of(&it.text));
        let login = client.as_ref().map(|it| login::answers(&it.text));
        let login = login.unwrap_or_default();
        let mut unknown = unknown::unknown(server.as_ref(), client.as_ref(), port);
        unknown.extend(login::unknown(&login));
        let client_files = client.as_ref().map(Program::client_files);
        Self {
            build: build::build(sources, programs()),
            server: server.as_ref().map(Program::command),
            client: client
                .as_ref()
                .map(client_command)
                .or_else(|| server.as_ref().and_then(web_client)),
            other_servers: names(servers.iter().skip(1)),
            other_clients: names(clients.iter().skip(1)),
            listen: match port {
                None if is_told => None,
                port => Some(address(port.unwrap_or(DEFAULT_PORT))),
            },
            login,
            menu: menu.unwrap_or_default(),
            server_dir: server.as_ref().and_then(Program::server_dir),
            client_files: client_files.unwrap_or_default(),
            unknown,
        }
    }

    /// What could not be found out, a sentence each.
    pub fn unknowns(&self) -> &[String] {
        &self.unknown
    }

    /// Whether enough was found to run the target.
    pub fn can_run(&self) -> bool {
        self.server.is_some() && self.client.is_some()
    }

    /// Whether the server is to be graded with another's client.
    pub fn lacks_only_the_client(&self) -> bool {
        self.server.is_some() && self.client.is_none()
    }

    /// Whether the client can be told to do the step.
    fn can(&self, step: &str) -> bool {
        match &self.client {
            Some(ClientCommand::PerStep(steps)) => steps.iter().any(|(found, _)| *found == step),
            Some(ClientCommand::Session(_)) | None => self.menu.has(step),
        }
    }
}

/// IPv6 if one of the programs names its loopback address, or the client has only such sockets.
fn family<'a>(programs: impl Iterator<Item = &'a Program<'a>>) -> IpAddr {
    let is_v6 = |text: &str| {
        let calls = |pattern| first(pattern, text).is_some();
        calls(r#"["'](::1)["']"#) || calls(r"\b(AF_INET6)\b") && !calls(r"\b(AF_INET|AF_UNSPEC)\b")
    };
    let mut texts = programs.map(|it| it.text.as_str());
    if texts.any(is_v6) {
        IpAddr::V6(Ipv6Addr::LOCALHOST)
    } else {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    }
}

/// A client that is told on its command line what to do, or never asks, is started for each request.
fn client_command(client: &Program<'_>) -> ClientCommand {
    let command = client.command();
    if client.is_a_session() {
        return ClientCommand::Session(command);
    }
    let step = |(step, word): (&'static str, String)| {
        let filled = command.iter().map(|it| it.replace("{action}", &word));
        // A list has no file.
        let filled = filled.filter(|it| step != "list" || it != "{name}");
        (step, filled.collect())
    };
    ClientCommand::PerStep(client.requests().into_iter().map(step).collect())
}

/// What fetches files of a web server that came without a client.
fn web_client(server: &Program<'_>) -> Option<ClientCommand> {
    let curl = ["curl", "-sS", "-o", "{name}", "http://{host}:{port}/{name}"];
    let steps = [("download", curl.map(str::to_owned).to_vec())].to_vec();
    server
        .speaks_http()
        .then_some(ClientCommand::PerStep(steps))
}

fn names<'a>(sources: impl Iterator<Item = &'a &'a Source>) -> Vec<String> {
    sources.map(|it| it.name.clone()).collect()
}

/// What the first group of a pattern matches first.
fn first(pattern: &str, text: &str) -> Option<String> {
    let pattern = Regex::new(pattern).expect("the patterns here are well-formed");
    Some(pattern.captures(text)?.get(1)?.as_str().to_owned())
}

impl Source {
    /// The path of its folder; empty at the top.
    fn folder(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// Its file's name without what stands behind the last dot.
    fn stem(&self) -> &str {
        let file = self.file();
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }
}

#[cfg(test)]
mod tests;
