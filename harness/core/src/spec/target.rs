//! A target: one server program and one client program, and how to talk to them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use regex::Regex;

use super::placeholder::{Doubled, fill};
use super::{ClientNumber, PhaseLimits, RawSteps};

/// A pair of programs under test.
#[derive(Clone, Debug)]
pub struct Target {
    /// What reports call it.
    pub name: String,
    /// Commands run in the sandbox before anything is recorded, in the programs' folder; in the server's, if the client has
    /// another.
    pub build: Vec<Command>,
    /// The same in the client's folder, if it has another.
    pub client_build: Vec<Command>,
    /// The server.
    pub server: ServerProgram,
    /// The client.
    pub client: ClientProgram,
    /// Where transferred files lie.
    pub files: Files,
    /// What raw clients send to the server.
    pub raw: RawSteps,
    /// What the programs and their build may use.
    pub limits: PhaseLimits,
}

/// A command line: program and arguments, at least the program. `{addr}`, `{host}` and `{port}` stand for the server's address
/// and, in a step's command, `{name}` and `{size}` for its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    words: Vec<String>,
}

/// The server of a target.
#[derive(Clone, Debug)]
pub struct ServerProgram {
    /// How it is started.
    pub command: Command,
    /// What its environment has beside the usual, with the placeholders of commands.
    pub env: Vec<(String, String)>,
    /// Where it must listen: the target's `listen`, or one that the harness picked for `{addr}` and `{port}`.
    pub listen: SocketAddr,
    /// What executes the program.
    pub runner: Runner,
    /// How long it may take until it listens.
    pub start_within: Duration,
}

/// The client of a target.
#[derive(Clone, Debug)]
pub struct ClientProgram {
    /// How it is started.
    pub command: ClientCommand,
    /// What its environment has beside the usual, with the placeholders of commands.
    pub env: Vec<(String, String)>,
    /// What executes the program.
    pub runner: Runner,
    /// What its standard input is.
    pub stdin: Stdin,
    /// Wire and terminal must have been quiet for so long before a step without a last `expect` is done.
    pub quiet: Duration,
    /// How long one step may take.
    pub step_within: Duration,
    /// What the program is told for each step, by step name; a step that is missing here the program cannot do.
    pub steps: Vec<StepScript>,
}

/// How a client is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCommand {
    /// Once, for all its steps.
    Session(Command),
    /// For each step anew, by the step's name; there is at least one. It holds no connection open between steps.
    PerStep(BTreeMap<String, Command>),
}

/// What a client program is told for one abstract step.
#[derive(Clone, Debug)]
pub struct StepScript {
    /// The step's name: `connect`, `list`, `upload`, `download` or `quit`.
    pub step: String,
    /// The exchanges, in order.
    pub exchanges: Vec<Exchange>,
}

/// One exchange with a client program's terminal: wait for `expect`, then send a line. At least one of the two is there.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The output to wait for before anything is sent: matched against what was printed since the last line sent.
    pub expect: Option<Regex>,
    /// The line typed, without its end; `{name}` is the file's name, `{size}` its size.
    pub send: Option<String>,
    /// What the server's reply must look like on the wire (bytes, not necessarily Unicode).
    pub reply: Option<regex::bytes::Regex>,
}

/// What executes a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The operating system.
    Native,
    /// Wine: the program is a Windows executable.
    Wine,
}

/// What a client's standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// A pseudo-terminal, without echo.
    Pty,
    /// A pipe.
    Pipe,
}

/// Where transferred files lie, each relative to the program's own folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Where uploads are read from and downloads arrive.
    pub client_dir: String,
    /// What the client calls a download, in the folder where it arrives: `{name}` stands for the file's name.
    pub download_as: String,
    /// Where uploads are stored and downloads are read from.
    pub server_dir: String,
    /// What lies there before the programs start.
    pub place: Vec<Placed>,
}

/// Something that lies beside a program before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where, relative to the program's own folder.
    pub path: String,
    /// What.
    pub contents: PlacedContents,
    /// Beside which program.
    pub beside: Beside,
}

/// What is placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlacedContents {
    /// A folder.
    Folder,
    /// A file of this text.
    Text(String),
    /// A file of so many bytes, which follow from the run's seed.
    Seeded(u64),
}

/// Beside which program something is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The server.
    Server,
    /// Each client.
    Client,
    /// All of them.
    Both,
}

impl Files {
    /// Where a download of this name arrives, relative to the client's own folder.
    pub fn download_path(&self, name: &str) -> String {
        let is_name = |word: &str| (word == "name").then_some(Cow::Borrowed(name));
        let file = fill(&self.download_as, Doubled::Text, is_name);
        format!("{}/{file}", self.client_dir)
    }

    /// The server's part of these, with the client's part of others.
    pub(super) fn with_client_of(self, other: Self) -> Self {
        let part = |place: Vec<Placed>, unwanted: Beside, beside: Beside| {
            let wanted = place.into_iter().filter(move |it| it.beside != unwanted);
            wanted.map(move |it| Placed { beside, ..it })
        };
        let servers = part(self.place, Beside::Client, Beside::Server);
        let clients = part(other.place, Beside::Server, Beside::Client);
        Self {
            client_dir: other.client_dir,
            download_as: other.download_as,
            server_dir: self.server_dir,
            place: servers.chain(clients).collect(),
        }
    }
}

impl ClientCommand {
    /// The command by which the client is known: the only one, or the first.
    pub fn first(&self) -> &Command {
        match self {
            Self::Session(command) => command,
            Self::PerStep(commands) => commands.values().next().expect("there is at least one"),
        }
    }
}

impl Command {
    /// A command of these words; `None` if there is none.
    pub fn new(words: Vec<String>) -> Option<Self> {
        (!words.is_empty()).then_some(Self { words })
    }

    /// The program: a path, or a name to look up.
    pub fn program(&self) -> &str {
        &self.words[0]
    }

    /// Program and arguments as written, placeholders and all.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// The words of a command with the address filled in.
pub fn words_at(words: &[String], listen: SocketAddr) -> Vec<String> {
    filled(words, listen, Doubled::Text)
}

/// The same of a client's command, into which the rest is filled later: [`ClientValues::fill`].
pub fn client_words_at(words: &[String], listen: SocketAddr) -> Vec<String> {
    filled(words, listen, Doubled::Kept)
}

fn filled(words: &[String], listen: SocketAddr, doubled: Doubled) -> Vec<String> {
    let filled = |word: &String| fill(word, doubled, address(listen));
    words.iter().map(filled).collect()
}

/// An environment with the address filled in.
pub fn environment_at(env: &[(String, String)], listen: SocketAddr) -> Vec<(String, String)> {
    env.iter()
        .map(|(name, value)| (name.clone(), fill(value, Doubled::Text, address(listen))))
        .collect()
}

fn address(listen: SocketAddr) -> impl Fn(&str) -> Option<Cow<'static, str>> {
    move |word| match word {
        "addr" => Some(listen.to_string().into()),
        "host" => Some(listen.ip().to_string().into()),
        "port" => Some(listen.port().to_string().into()),
        _ => None,
    }
}

/// The file of a step: what `{name}` and `{size}` stand for.
#[derive(Clone, Debug, Default)]
pub struct StepFile {
    /// The file's name.
    pub name: String,
    /// The file's size, bytes.
    pub size: u64,
}

/// What the placeholders stand for in all that a client is told.
#[derive(Clone, Copy, Debug)]
pub struct ClientValues<'a> {
    /// Its number: `{client}`.
    pub client: ClientNumber,
    /// The server's address: `{addr}`, `{host}` and `{port}`.
    pub listen: SocketAddr,
    /// The file of its step, if it has one.
    pub file: Option<&'a StepFile>,
}

impl ClientValues<'_> {
    /// The text with them filled in.
    pub fn fill(&self, text: &str) -> String {
        fill(text, Doubled::Text, |word| match (word, self.file) {
            ("client", _) => Some(self.client.to_string().into()),
            ("name", Some(file)) => Some(Cow::Borrowed(&file.name)),
            ("size", Some(file)) => Some(file.size.to_string().into()),
            (word, _) => address(self.listen)(word),
        })
    }
}

impl ClientProgram {
    /// Whether the target says how the program does the step of this name.
    pub fn can(&self, step: &str) -> bool {
        match &self.command {
            ClientCommand::Session(_) => self.script(step).is_some(),
            ClientCommand::PerStep(commands) => commands.contains_key(step),
        }
    }

    /// What the program is told for the step of this name.
    pub fn script(&self, step: &str) -> Option<&StepScript> {
        self.steps.iter().find(|script| script.step == step)
    }
}

impl StepScript {
    /// The wire patterns of the step's replies, in order.
    pub fn replies(&self) -> impl Iterator<Item = &regex::bytes::Regex> {
        self.exchanges
            .iter()
            .filter_map(|exchange| exchange.reply.as_ref())
    }
}
