//! Wine, for Windows programs on Linux: its version, and a prefix made once.
#![expect(
    clippy::disallowed_methods,
    reason = "runs wine itself, outside any scenario, to make the prefix"
)]

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::recording::WINE;

/// Wine could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum WineError {
    /// It is not installed.
    #[error("run {WINE} --version: {0}; Windows programs need Wine (apt-get install wine wine64)")]
    Missing(#[source] io::Error),
    /// There is no place for its prefix.
    #[error("find a place for Wine's prefix: neither XDG_CACHE_HOME nor HOME is set")]
    NoCache,
    /// Its prefix could not be made.
    #[error("make Wine's prefix {}: {why}", prefix.display())]
    Prefix {
        /// Where.
        prefix: PathBuf,
        /// Why not.
        why: String,
    },
}

/// An installed Wine.
#[derive(Clone, Debug)]
pub(crate) struct Wine {
    /// `wine-8.0`.
    pub(crate) version: String,
    /// A prefix that nobody changes any more.
    pub(crate) prefix: PathBuf,
}

impl Wine {
    /// Finds Wine and its prefix; `building` is told before the prefix is made, which takes some ten seconds, once.
    pub(crate) fn find(building: impl FnOnce(&str)) -> Result<Self, WineError> {
        let version = version()?;
        let prefix = cache()?.join("synfin").join(&version);
        if !prefix.is_dir() {
            building(&format!("{WINE} wineboot --init"));
            make(&prefix).map_err(|error| WineError::Prefix {
                prefix: prefix.clone(),
                why: error.to_string(),
            })?;
        }
        Ok(Self { version, prefix })
    }
}

/// The first word of `wine --version`.
fn version() -> Result<String, WineError> {
    let asked = Command::new(WINE)
        .arg("--version")
        .stderr(Stdio::null())
        .output();
    let printed = asked.map_err(WineError::Missing)?.stdout;
    let text = String::from_utf8_lossy(&printed);
    let version = text.split_whitespace().next().unwrap_or_default();
    let is_harmless =
        |character: char| character.is_ascii_alphanumeric() || ".-".contains(character);
    if version.is_empty() || !version.chars().all(is_harmless) {
        return Err(WineError::Missing(io::Error::other("it says no version")));
    }
    Ok(version.to_owned())
}

fn cache() -> Result<PathBuf, WineError> {
    let set = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .ok_or(WineError::NoCache)
}

/// Makes the prefix beside its place and moves it there when it is complete.
fn make(prefix: &Path) -> io::Result<()> {
    let parent = prefix.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let place = tempfile::Builder::new()
        .prefix(".wine-")
        .tempdir_in(parent)?;
    let fresh = place.path().join("prefix");
    for arguments in [
        [WINE, "wineboot", "--init"].as_slice(),
        &["wineserver", "--wait"],
    ] {
        let status = Command::new(arguments[0])
            .args(&arguments[1..])
            .env("WINEPREFIX", &fresh)
            .env("WINEDEBUG", "-all")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            return Err(io::Error::other(format!(
                "{} ended with {status}",
                arguments.join(" ")
            )));
        }
    }
    // Debian's Wine keeps the name of its server's directory here; a copy must find one of its own.
    match fs::remove_file(fresh.join("wineserver")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    fs::rename(&fresh, prefix)
}
