//! A run's folder under `captures/`: named after the moment it was made, and self-contained.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use synfin_core::manifest::RunFile;

use super::sources::Sources;
use crate::clock;
use crate::store::{self, StoreError};

/// The rubric's copy.
pub(crate) const RUBRIC: &str = "rubric.toml";

/// The target's copy.
pub(crate) const TARGET: &str = "target.toml";

/// The copy of the target whose server runs, if it is another than the client's.
pub(crate) const SERVER_TARGET: &str = "target-server.toml";

/// The Windows target's copy.
pub(crate) const WINDOWS_TARGET: &str = "target-windows.toml";

/// What the target's build commands printed.
pub(crate) const BUILD_LOG: &str = "build.log";

/// What the Windows target's build commands printed.
pub(crate) const WINDOWS_BUILD_LOG: &str = "build-windows.log";

/// A run's folder.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    name: String,
}

impl RunFolder {
    /// Makes the folder, with verbatim copies of rubric and targets.
    pub(crate) fn create(out: &Path, sources: &Sources) -> Result<Self, StoreError> {
        let captures = out.join("captures");
        store::create_folder(&captures)?;
        let (path, name) = store::create_fresh_folder(&captures, &moment())?;
        store::write_atomically(&path.join(RUBRIC), sources.rubric_text.as_bytes())?;
        store::write_atomically(&path.join(TARGET), sources.target.text.as_bytes())?;
        if let Some(server) = &sources.target.server_text {
            store::write_atomically(&path.join(SERVER_TARGET), server.as_bytes())?;
        }
        if let Some(windows) = &sources.windows {
            store::write_atomically(&path.join(WINDOWS_TARGET), windows.text.as_bytes())?;
        }
        Ok(Self { path, name })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Writes `run.json`, which makes the folder a recording, and lets `captures/latest` point at it.
    pub(crate) fn complete(&self, run: &RunFile) -> Result<(), StoreError> {
        store::write_atomically(&self.path.join("run.json"), run.to_json().as_bytes())?;
        store::point_latest_at(&self.path)?;
        Ok(())
    }
}

/// Now, in UTC, as a file name: `2026-11-22T14-03-11Z`.
pub(crate) fn moment() -> String {
    let since_epoch = Duration::from_nanos(clock::now().as_nanos());
    let seconds = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since_epoch);
    seconds.to_string().replace(':', "-")
}
