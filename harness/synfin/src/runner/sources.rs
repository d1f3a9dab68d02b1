//! Rubric and targets: their texts, what they mean, and where their programs are.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use synfin_core::checks::SourceText;
use synfin_core::grade::gradable;
use synfin_core::manifest::{NotRecorded, Targets};
use synfin_core::spec::{self, ClientCommand, Rubric, Runner, SpecError, Target};

use super::beside::{TARGET_FILE, submissions_beside};
use super::folder::{RunFolder, SERVER_TARGET, TARGET, WINDOWS_TARGET};
use super::reference::{ReferenceError, ReferencePair};
use super::wine::{Wine, WineError};
use crate::drive::{ClientCommands, Commands};
use crate::options::{Programs, RubricSource, RunOptions, TargetSource};
use crate::recording::{BuiltFolders, Folders, WINE};
use crate::sandbox::{SCRATCH, Setup};
use crate::store::{self, StoreError};

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
    /// Its file, word for word; where the server is another's, the file of which the client is.
    pub(crate) text: String,
    /// The file of which the server is, if it is another.
    pub(crate) server_text: Option<String>,
    /// With places for the address.
    pub(crate) commands: Commands,
    pub(crate) folders: Folders,
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
    /// The folders that they left.
    Done(BuiltFolders),
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
}

impl Sources {
    /// Reads and understands rubric and targets; `building` is told the command that builds the reference pair, if one does.
    pub(crate) fn load(options: &RunOptions, building: &dyn Fn(&str)) -> Result<Self, SourceError> {
        let (name, rubric_text) = rubric_text(&options.rubric)?;
        let rubric = gradable(SourceText {
            name: &name,
            text: &rubric_text,
        })?;
        let target = match &options.programs {
            Programs::Reference => reference(building)?,
            Programs::Target(path) => from_file(path)?,
            Programs::Template { target, folder } => from_template(target, folder)?,
            Programs::Commands {
                server,
                client,
                listen,
            } => from_commands(server, client, *listen)?,
            Programs::Pair { server, client } => pair(server, client, building)?,
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
            server: self
                .target
                .server_text
                .as_ref()
                .map(|_| SERVER_TARGET.to_owned()),
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
        setup.hidden.extend(options.hidden.iter().cloned());
        if let RubricSource::File(path) = &options.rubric {
            setup.hidden.push(path.clone());
        }
        let casts = || {
            [Some(&self.target), self.windows.as_ref()]
                .into_iter()
                .flatten()
        };
        setup.exposed = casts().flat_map(Cast::places).collect();
        let own: Vec<PathBuf> = casts().flat_map(Cast::own_folders).collect();
        setup.hidden.extend(submissions_beside(&own));
        Ok(setup)
    }
}

impl Cast {
    /// The target of one file.
    fn of(file: File) -> Result<Self, SourceError> {
        let target = Target::parse(&file.name, &file.text)?;
        let folders = Folders {
            server: file.folder.clone(),
            client: file.folder,
        };
        Ok(Self::new(target, file.text, folders))
    }

    fn new(target: Target, text: String, folders: Folders) -> Self {
        let server = target.server.command.words().to_vec();
        let commands = Commands {
            server: run_by(target.server.runner, server),
            client: client_commands(&target),
            environment: Vec::new(),
        };
        Self {
            target,
            text,
            server_text: None,
            commands,
            folders,
            build: Build::NotNeeded,
            wine: None,
        }
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
        let programs = [
            self.commands.server.as_slice(),
            self.commands.client.first(),
        ]
        .into_iter()
        .filter_map(|words| words.first());
        let absolute = programs
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        absolute
            .filter_map(|path| place_of(&path))
            .chain(self.own_folders())
            .collect()
    }

    /// The folders that were handed in.
    fn own_folders(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let Folders { server, client } = self.folders.clone();
        server.into_iter().chain(client)
    }
}

/// Where a program lies that must stay visible: its folder, or the file alone where scratch takes that folder's place.
fn place_of(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let place = if folder == Path::new(SCRATCH) {
        program
    } else {
        folder
    };
    Some(place.to_owned())
}

fn client_commands(target: &Target) -> ClientCommands {
    let commands = match &target.client.command {
        ClientCommand::Session(command) => ClientCommands::Session(command.words().to_vec()),
        ClientCommand::PerStep(commands) => {
            let words = |(step, command): (&String, &spec::Command)| {
                (step.clone(), command.words().to_vec())
            };
            ClientCommands::PerStep(commands.iter().map(words).collect())
        }
    };
    commands.map(|argv| run_by(target.client.runner, argv))
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

/// A target's file: its name in messages, its text, and the folder of its programs.
struct File {
    name: String,
    text: String,
    folder: Option<PathBuf>,
}

impl File {
    fn read(source: &TargetSource) -> Result<Self, SourceError> {
        match source {
            TargetSource::Reference => Ok(Self::reference()),
            TargetSource::File(path) => Self::at(path),
        }
    }

    fn reference() -> Self {
        let (name, text) = spec::reference_target();
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            folder: None,
        }
    }

    /// A target file, or the folder that holds one; its programs' folder is the file's.
    fn at(path: &Path) -> Result<Self, SourceError> {
        let file = if path.is_dir() {
            path.join(TARGET_FILE)
        } else {
            path.to_owned()
        };
        let absolute = std::path::absolute(&file).map_err(SourceError::CurrentFolder)?;
        Ok(Self {
            name: file.display().to_string(),
            text: store::read_text(&file)?,
            folder: absolute.parent().map(Path::to_owned),
        })
    }
}

fn reference(building: &dyn Fn(&str)) -> Result<Cast, SourceError> {
    let mut cast = Cast::of(File::reference())?;
    let pair = ReferencePair::find(building)?;
    cast.commands.server = pair.resolve(cast.commands.server);
    cast.commands.client = cast.commands.client.map(|argv| pair.resolve(argv));
    Ok(cast)
}

fn from_file(path: &Path) -> Result<Cast, SourceError> {
    Cast::of(File::at(path)?)
}

/// A target file that describes the programs of another folder.
fn from_template(target: &Path, folder: &Path) -> Result<Cast, SourceError> {
    let folder = std::path::absolute(folder).map_err(SourceError::CurrentFolder)?;
    Cast::of(File {
        folder: Some(folder),
        ..File::at(target)?
    })
}

/// The server of one target and the client of another, each in its own folder.
fn pair(
    server: &TargetSource,
    client: &TargetSource,
    building: &dyn Fn(&str),
) -> Result<Cast, SourceError> {
    let (one, other) = (File::read(server)?, File::read(client)?);
    let target = Target::parse_pair((&one.name, &one.text), (&other.name, &other.text))?;
    let folders = Folders {
        server: one.folder,
        client: other.folder,
    };
    let mut cast = Cast::new(target, other.text, folders);
    cast.server_text = Some(one.text);
    if *server == TargetSource::Reference {
        cast.commands.server = ReferencePair::find(building)?.resolve(cast.commands.server);
    }
    if *client == TargetSource::Reference {
        let pair = ReferencePair::find(building)?;
        cast.commands.client = cast.commands.client.map(|argv| pair.resolve(argv));
    }
    Ok(cast)
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
    Cast::of(File {
        name: TARGET_FILE.to_owned(),
        text,
        folder: Some(folder),
    })
}

fn toml_array(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| toml_string(word)).collect();
    format!("[{}]", quoted.join(", "))
}

fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
