//! Rubric and targets: their texts, what they mean, and where their programs are.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use synfin_core::manifest::{NotRecorded, Targets};
use synfin_core::spec::{self, Rubric, Runner, SpecError, Target};

use super::folder::{RunFolder, TARGET, WINDOWS_TARGET};
use super::reference::{ReferenceError, ReferencePair};
use super::wine::{Wine, WineError};
use crate::drive::Commands;
use crate::options::{Programs, RubricSource, RunOptions};
use crate::recording::WINE;
use crate::sandbox::{Built, Setup};
use crate::store::{self, StoreError};

/// What a target's folder calls its target.
const TARGET_FILE: &str = "target.toml";

/// Everything that a run is made from.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) rubric: Rubric,
    pub(crate) rubric_text: String,
    pub(crate) target: Cast,
    pub(crate) windows: Option<Cast>,
}

/// One target, ready to be started.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) target: Target,
    pub(crate) text: String,
    pub(crate) commands: Commands,
    /// The folder that each role gets a copy of.
    pub(crate) folder: Option<PathBuf>,
    /// Whether its build was made.
    pub(crate) build: Build,
    /// Wine, if a program of it needs that.
    pub(crate) wine: Option<Wine>,
}

/// What came of a target's build commands.
#[derive(Clone, Debug)]
pub(crate) enum Build {
    /// There are none, or they have not been run yet.
    NotNeeded,
    /// The folder that they left.
    Done(Built),
    /// They failed: nothing of this target is recorded.
    Failed(NotRecorded),
}

/// Rubric or targets could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file says what it may not say; the message shows where.
    #[error("{0}")]
    Spec(#[from] SpecError),
    /// The reference pair could not be found or built.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// Wine could not be made ready.
    #[error(transparent)]
    Wine(#[from] WineError),
    /// The current folder has no path.
    #[error("find the current folder")]
    CurrentFolder(#[source] io::Error),
    /// A part of the design that is still to come.
    #[error("{0} is not supported yet")]
    NotYet(&'static str),
}

impl Sources {
    /// Reads and understands rubric and targets; `building` is told the command that builds the reference pair, if one does.
    pub(crate) fn load(options: &RunOptions, building: &dyn Fn(&str)) -> Result<Self, SourceError> {
        let (name, rubric_text) = rubric_text(&options.rubric)?;
        let rubric = Rubric::parse(&name, &rubric_text)?;
        let target = match &options.programs {
            Programs::Reference => reference(building)?,
            Programs::Target(path) => from_file(path)?,
            Programs::Commands {
                server,
                client,
                listen,
            } => from_commands(server, client, *listen)?,
            Programs::Pair { .. } => {
                return Err(SourceError::NotYet(
                    "one target's server with another's client",
                ));
            }
        };
        let windows = options
            .windows_target
            .as_deref()
            .map(from_file)
            .transpose()?;
        let windows = windows.map(|cast| cast.with_wine(building)).transpose()?;
        let target = target.with_wine(building)?;
        Ok(Self {
            rubric,
            rubric_text,
            target,
            windows,
        })
    }

    /// How the run's file names the targets.
    pub(crate) fn names(&self) -> Targets {
        Targets {
            name: self.target.target.name.clone(),
            target: TARGET.to_owned(),
            windows: self.windows.as_ref().map(|_| WINDOWS_TARGET.to_owned()),
        }
    }

    /// How the programs are isolated: what would help them to cheat is hidden, what they are made of stays visible.
    pub(crate) fn setup(&self, folder: &RunFolder, options: &RunOptions) -> io::Result<Setup> {
        let mut setup = Setup::new()?;
        let outputs = folder
            .path()
            .parent()
            .and_then(Path::parent)
            .unwrap_or(Path::new("."));
        setup.hidden = ["captures", "reports"]
            .map(|name| outputs.join(name))
            .to_vec();
        if let RubricSource::File(path) = &options.rubric {
            setup.hidden.push(path.clone());
        }
        setup.exposed = [Some(&self.target), self.windows.as_ref()]
            .into_iter()
            .flatten()
            .flat_map(Cast::places)
            .collect();
        Ok(setup)
    }
}

impl Cast {
    fn new(name: &str, text: String, folder: Option<PathBuf>) -> Result<Self, SourceError> {
        let target = Target::parse(name, &text)?;
        let listen = target.server.listen;
        let commands = Commands {
            server: run_by(target.server.runner, target.server.command.at(listen)),
            client: run_by(target.client.runner, target.client.command.at(listen)),
            environment: Vec::new(),
        };
        Ok(Self {
            target,
            text,
            commands,
            folder,
            build: Build::NotNeeded,
            wine: None,
        })
    }

    /// The cast with what it needs of Wine, if it needs any.
    fn with_wine(mut self, building: &dyn Fn(&str)) -> Result<Self, SourceError> {
        if [self.target.server.runner, self.target.client.runner].contains(&Runner::Wine) {
            self.commands
                .environment
                .push(("WINEDEBUG".to_owned(), "-all".to_owned()));
            self.wine = Some(Wine::find(building)?);
        }
        Ok(self)
    }

    /// The folders in which its programs lie, as far as they are given by absolute paths.
    fn places(&self) -> Vec<PathBuf> {
        let programs = [&self.commands.server, &self.commands.client]
            .into_iter()
            .filter_map(|words| words.first());
        let absolute = programs
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        absolute
            .filter_map(|path| path.parent().map(Path::to_owned))
            .chain(self.folder.clone())
            .collect()
    }
}

/// The command line behind what executes it.
fn run_by(runner: Runner, command: Vec<String>) -> Vec<String> {
    match runner {
        Runner::Native => command,
        Runner::Wine => [WINE.to_owned()].into_iter().chain(command).collect(),
    }
}

fn rubric_text(source: &RubricSource) -> Result<(String, String), StoreError> {
    match source {
        RubricSource::Builtin(name) => {
            let (file, text) = spec::builtin_rubric(name)
                .expect("the command line only gives names of built-in rubrics");
            Ok((file.to_owned(), text.to_owned()))
        }
        RubricSource::File(path) => Ok((path.display().to_string(), store::read_text(path)?)),
    }
}

fn reference(building: &dyn Fn(&str)) -> Result<Cast, SourceError> {
    let (name, text) = spec::reference_target();
    let mut cast = Cast::new(name, text.to_owned(), None)?;
    let pair = ReferencePair::find(building)?;
    cast.commands.server = pair.resolve(cast.commands.server);
    cast.commands.client = pair.resolve(cast.commands.client);
    Ok(cast)
}

/// A target file, or the folder that holds one; its programs' folder is the file's.
fn from_file(path: &Path) -> Result<Cast, SourceError> {
    let file = if path.is_dir() {
        path.join(TARGET_FILE)
    } else {
        path.to_owned()
    };
    let text = store::read_text(&file)?;
    let folder = std::path::absolute(&file)
        .map_err(SourceError::CurrentFolder)?
        .parent()
        .map(Path::to_owned);
    Cast::new(&file.display().to_string(), text, folder)
}

/// Two commands, as a target of which nothing else is known: the client is told the steps' own names.
fn from_commands(
    server: &[String],
    client: &[String],
    listen: SocketAddr,
) -> Result<Cast, SourceError> {
    let words = |words: &[String]| toml_array(words);
    let text = format!(
        r#"# Made from --server, --client and --listen.
schema = 1
name = {name}

[server]
command = {server}
listen = "{listen}"

[client]
command = {client}

[client.steps]
list = [{{ send = "list" }}]
upload = [{{ send = "upload {{name}}" }}]
download = [{{ send = "download {{name}}" }}]
quit = [{{ send = "quit" }}]

[files]
client_dir = "."
server_dir = "."
"#,
        name = toml_string(server.first().map_or("", String::as_str)),
        server = words(server),
        client = words(client),
    );
    let folder = std::env::current_dir().map_err(SourceError::CurrentFolder)?;
    Cast::new(TARGET_FILE, text, Some(folder))
}

fn toml_array(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| toml_string(word)).collect();
    format!("[{}]", quoted.join(", "))
}

fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
