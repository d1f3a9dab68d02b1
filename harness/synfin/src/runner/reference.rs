//! Finding the programs of the reference pair: beside the running executable, then in PATH; inside the workspace they are
//! built first.
#![expect(
    clippy::disallowed_methods,
    reason = "runs cargo, inside the workspace only"
)]

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs of the pair.
const PROGRAMS: [&str; 2] = ["synfin-server", "synfin-client"];

/// A program of the pair is nowhere.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// Neither beside the executable nor in PATH.
    #[error("find {program}: it is neither beside {} nor in PATH", beside.display())]
    Missing {
        /// Its name.
        program: &'static str,
        /// The folder of the running executable.
        beside: PathBuf,
    },
    /// `cargo build` failed in the workspace.
    #[error("build the reference pair: {0}")]
    Build(String),
    /// The running executable has no path.
    #[error("find the running executable")]
    NoExecutable(#[source] std::io::Error),
}

/// Where the programs of the pair are.
#[derive(Clone, Debug)]
pub(crate) struct ReferencePair {
    programs: [PathBuf; 2],
}

impl ReferencePair {
    /// Finds the pair; `building` is told the command before anything is built.
    pub(crate) fn find(building: impl FnOnce(&str)) -> Result<Self, ReferenceError> {
        let executable = env::current_exe().map_err(ReferenceError::NoExecutable)?;
        let beside = executable.parent().unwrap_or(Path::new("/")).to_owned();
        if let Some(root) = workspace_of(&beside)
            && needs_build(&beside)
        {
            build(root, &beside, building)?;
        }
        let [server, client] = PROGRAMS.map(|program| find(program, &beside));
        Ok(Self {
            programs: [server?, client?],
        })
    }

    /// The command with a program of the pair replaced by its path.
    pub(crate) fn resolve(&self, command: Vec<String>) -> Vec<String> {
        let place = PROGRAMS
            .iter()
            .position(|name| command.first().is_some_and(|word| word == name));
        let Some(place) = place else { return command };
        let path = self.programs[place].to_string_lossy().into_owned();
        [path]
            .into_iter()
            .chain(command.into_iter().skip(1))
            .collect()
    }
}

fn find(program: &'static str, beside: &Path) -> Result<PathBuf, ReferenceError> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [beside.to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    let found = folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    found.ok_or_else(|| ReferenceError::Missing {
        program,
        beside: beside.to_owned(),
    })
}

/// The workspace's root if the executable lies in its `target/PROFILE` folder.
fn workspace_of(beside: &Path) -> Option<&Path> {
    let root = beside.parent()?.parent()?;
    let is_ours = root.join("app/server/Cargo.toml").is_file()
        && root.join("harness/synfin/Cargo.toml").is_file();
    is_ours.then_some(root)
}

/// Under `cargo run` sources may have changed; otherwise only what is missing is built.
fn needs_build(beside: &Path) -> bool {
    env::var_os("CARGO").is_some()
        || PROGRAMS
            .iter()
            .any(|program| !beside.join(program).is_file())
}

fn build(root: &Path, beside: &Path, building: impl FnOnce(&str)) -> Result<(), ReferenceError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let profile = if beside.ends_with("release") {
        "release"
    } else {
        "dev"
    };
    let packages = PROGRAMS.iter().flat_map(|program| ["--package", program]);
    let arguments: Vec<&str> = ["build", "--quiet", "--profile", profile]
        .into_iter()
        .chain(packages)
        .collect();
    building(&format!("cargo {}", arguments.join(" ")));
    let status = Command::new(cargo)
        .args(&arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(ReferenceError::Build(format!(
            "cargo build ended with {status}"
        ))),
        Err(error) => Err(ReferenceError::Build(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }

    #[test]
    fn a_program_of_the_pair_is_replaced_by_its_path_and_no_other() {
        let pair = ReferencePair {
            programs: ["/bin/s".into(), "/bin/c".into()],
        };
        let resolved = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            pair.resolve(words).join(" ")
        };
        assert_eq!(resolved(&["synfin-server", "--root"]), "/bin/s --root");
        assert_eq!(
            resolved(&["synfin-client", "synfin-server"]),
            "/bin/c synfin-server"
        );
        assert_eq!(
            resolved(&["python3", "synfin-server"]),
            "python3 synfin-server"
        );
        assert_eq!(resolved(&[]), "");
    }

    #[test]
    fn only_a_target_folder_of_our_workspace_is_one() {
        let place = tempfile::tempdir().unwrap();
        let beside = place.path().join("target/release");
        touched(&place.path().join("app/server/Cargo.toml"));
        assert_eq!(workspace_of(&beside), None);
        touched(&place.path().join("harness/synfin/Cargo.toml"));
        assert_eq!(workspace_of(&beside), Some(place.path()));
        assert_eq!(workspace_of(place.path()), None);
    }

    #[test]
    fn a_program_beside_the_executable_comes_before_the_path() {
        let place = tempfile::tempdir().unwrap();
        touched(&place.path().join("synfin-server"));
        let found = find("synfin-server", place.path()).unwrap();
        assert_eq!(found, place.path().join("synfin-server"));
        let error = find("synfin-no-such-program", place.path()).unwrap_err();
        let expected = format!(
            "find synfin-no-such-program: it is neither beside {} nor in PATH",
            place.path().display()
        );
        assert_eq!(error.to_string(), expected);
    }
}
