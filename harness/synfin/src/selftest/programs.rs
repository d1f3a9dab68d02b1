//! The programs, which are compiled in: laid out in a folder, and those in C and Java built there.
#![expect(
    clippy::disallowed_methods,
    reason = "runs the compilers of C and Java on sources of our own"
)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::catalogue::Entry;
use super::language::{Language, binary};
use crate::store::{self, StoreError};

/// Every file of `harness/mutants`: its path in there, and its text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/mutants.rs"));

/// Where the pair listens.
const LISTEN: &str = "127.0.0.1:5001";

/// The paths of all files.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(file, _)| *file)
}

/// The text of one of the files.
pub(super) fn text_of(name: &str) -> Option<&'static str> {
    let found = FILES.iter().find(|(file, _)| *file == name);
    found.map(|(_, text)| *text)
}

/// The programs could not be laid out or built.
#[derive(Debug, thiserror::Error)]
pub enum ProgramsError {
    /// No scratch could be had.
    #[error("make a folder for the programs")]
    Scratch(#[source] io::Error),
    /// A file could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A compiler could not be started.
    #[error("start `{command}`")]
    Compiler {
        /// Its command line.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// A compiler refused a program.
    #[error("build the programs: `{command}` says\n{said}")]
    Refused {
        /// Its command line.
        command: String,
        /// What it said.
        said: String,
    },
}

/// A folder with all programs, ready to be started.
#[derive(Debug)]
pub(super) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Writes all files, and builds those programs of these names that must be built; `building` is told each command.
    pub(super) fn lay_out(
        folder: &Path,
        names: &[String],
        building: &dyn Fn(String),
    ) -> Result<Self, ProgramsError> {
        for (name, text) in FILES {
            let path = folder.join(name);
            store::create_folder(path.parent().unwrap_or(folder))?;
            store::write_atomically(&path, text.as_bytes())?;
        }
        store::create_folder(&folder.join("bin"))?;
        for command in build_commands(names) {
            building(command.join(" "));
            build(folder, &command)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// The rubric that all are graded by.
    pub(super) fn rubric(&self) -> PathBuf {
        self.folder.join("rubric.toml")
    }

    /// Writes a target file for each entry. All before the first is used: a folder that is being copied must not change.
    pub(super) fn write_targets(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let text = text_of("target.toml").expect("the target is compiled in");
        for (place, entry) in entries.iter().enumerate() {
            let text = text
                .replace(&command_of("pair.server"), &command_of(entry.server()))
                .replace(&command_of("pair.client"), &command_of(entry.client()))
                .replace(LISTEN, entry.listen.as_deref().unwrap_or(LISTEN));
            store::write_atomically(&self.target(place), text.as_bytes())?;
        }
        Ok(())
    }

    /// The target file of the entry at this place.
    pub(super) fn target(&self, place: usize) -> PathBuf {
        self.folder.join(format!("target-{place}.toml"))
    }
}

/// A program's command as a target has it.
fn command_of(program: &str) -> String {
    let words = Language::of(program).command(program);
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

/// What builds these programs: one command a C program, one for all in Java.
fn build_commands(names: &[String]) -> Vec<Vec<String>> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let in_language = |language| {
        names
            .iter()
            .copied()
            .filter(move |name| Language::of(name) == language)
    };
    let mut commands: Vec<Vec<String>> = in_language(Language::C).map(c_command).collect();
    let java: Vec<&str> = in_language(Language::Java).collect();
    if !java.is_empty() {
        commands.push(words(
            &["javac", "-d", "classes", "-sourcepath", "."],
            &java,
        ));
    }
    commands
}

/// `pair/server.c` has every function that the program does not define itself.
fn c_command(name: &str) -> Vec<String> {
    let output = binary(name);
    let options = [
        "cc", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-I", "pair", "-o",
    ];
    words(&options, &[&output, name, "pair/server.c"])
}

fn words(first: &[&str], rest: &[&str]) -> Vec<String> {
    first
        .iter()
        .chain(rest)
        .map(|word| (*word).to_owned())
        .collect()
}

fn build(folder: &Path, command: &[String]) -> Result<(), ProgramsError> {
    let output = Command::new(&command[0])
        .args(&command[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ProgramsError::Compiler {
            command: command.join(" "),
            source,
        })?;
    if !output.status.success() {
        return Err(ProgramsError::Refused {
            command: command.join(" "),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    Ok(())
}
