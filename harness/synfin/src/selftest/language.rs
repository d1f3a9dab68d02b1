//! What programs are written in, and the tools that they need.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use super::catalogue::Entry;
use super::matrix::SkippedProgram;

/// What a program is written in: its name's extension says it, and a name without one is a Python module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    C,
    Java,
    Node,
}

impl Language {
    /// Of a program, as the catalogue names it.
    pub(super) fn of(program: &str) -> Self {
        match Path::new(program).extension().and_then(OsStr::to_str) {
            Some("c") => Self::C,
            Some("java") => Self::Java,
            Some("js") => Self::Node,
            Some(_) | None => Self::Python,
        }
    }

    /// What must be installed.
    fn tools(self) -> &'static [&'static str] {
        match self {
            Self::Python => &["python3"],
            Self::C => &["cc"],
            Self::Java => &["javac", "java"],
            Self::Node => &["node"],
        }
    }

    /// How a program is started in the folder of all.
    pub(super) fn command(self, program: &str) -> Vec<String> {
        let words = match self {
            Self::Python => vec!["python3", "-m", program],
            Self::C => return vec![format!("./{}", binary(program))],
            Self::Java => return java(program),
            Self::Node => vec!["node", program],
        };
        words.into_iter().map(str::to_owned).collect()
    }
}

/// Where a C program's executable is built.
pub(super) fn binary(program: &str) -> String {
    format!("bin/{}", program.trim_end_matches(".c").replace('/', "-"))
}

/// The virtual machine is told to start fast; it lives for a second.
fn java(program: &str) -> Vec<String> {
    let class = program.trim_end_matches(".java").replace('/', ".");
    let options = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        "classes",
    ];
    options
        .into_iter()
        .map(str::to_owned)
        .chain([class])
        .collect()
}

/// Those entries whose tools are here, and the others with what they lack.
pub(super) fn with_tools(entries: Vec<Entry>) -> (Vec<Entry>, Vec<SkippedProgram>) {
    let mut skipped = Vec::new();
    let mut there = Vec::new();
    for entry in entries {
        match missing_tool(&entry) {
            None => there.push(entry),
            Some(missing) => skipped.push(SkippedProgram {
                name: entry.title(),
                missing,
            }),
        }
    }
    (there, skipped)
}

fn missing_tool(entry: &Entry) -> Option<&'static str> {
    let programs = entry.programs();
    let tools = programs.iter().flat_map(|name| Language::of(name).tools());
    tools.copied().find(|tool| !is_in_path(tool))
}

fn is_in_path(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(program: &str, command: &str) {
        assert_eq!(Language::of(program).command(program).join(" "), command);
    }

    #[test]
    fn a_programs_extension_says_how_it_is_started() {
        check("broken.never_accepts", "python3 -m broken.never_accepts");
        check("broken/forgets_htons.c", "./bin/broken-forgets_htons");
        check("unusual/node_streams.js", "node unusual/node_streams.js");
        check(
            "broken/NeverFlushes.java",
            "java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp classes broken.NeverFlushes",
        );
    }
}
