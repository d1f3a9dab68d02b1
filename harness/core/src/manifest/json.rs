//! The manifests' text. A recording is a folder of files that anyone can edit: reading one is bounded, says which field is
//! wrong, and lets no file name out of the folder.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Recorded, RunFile};
use crate::spec::is_one_component;
use crate::text::{Foreign, with_text};

/// The version of both formats.
pub const SCHEMA: u32 = 1;

/// The longest manifest that is read: far above that of ten thousand clients.
const LONGEST_BYTES: usize = 256 << 20;

/// Characters of the longest text in a manifest: a command line.
const LONGEST_CHARS: usize = 4096;

/// Why a text is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Nobody wrote this by recording.
    #[error("the file is {bytes} bytes long; {LONGEST_BYTES} are the most that is read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is not JSON, or has no `schema` number.
    #[error("not a manifest: {0}")]
    NotAManifest(#[source] serde_json::Error),
    /// Another version of synfin wrote it.
    #[error("schema {found} is not known, only {SCHEMA}; another version of synfin wrote the file")]
    Schema {
        /// The number in the file.
        found: u32,
    },
    /// A field is missing, unknown or of another type.
    #[error("`{path}`: {source}")]
    Field {
        /// Which field: `processes[2].exit`.
        path: String,
        /// What is wrong with it, with line and column.
        source: serde_json::Error,
    },
    /// A field names a file outside the recording's folder.
    #[error("`{field}`: {name:?} is not the name of a file in the recording's folder")]
    FileName {
        /// Which field.
        field: &'static str,
        /// What it holds.
        name: String,
    },
}

impl RunFile {
    /// Reads a `run.json`.
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        let run: Self = read(json)?;
        check_names("rubric", [&run.rubric])?;
        check_names("targets.target", [&run.targets.target])?;
        check_names("targets.server", &run.targets.server)?;
        check_names("targets.windows", &run.targets.windows)?;
        for scenario in &run.scenarios {
            check_names("scenarios.name", [&scenario.name])?;
            check_names("scenarios.recordings", &scenario.recordings)?;
        }
        Ok(run)
    }

    /// The text of a `run.json`.
    pub fn to_json(&self) -> String {
        write(self)
    }
}

impl Recorded {
    /// Reads a recording's manifest.
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        let recorded: Self = read(json)?;
        check_names("scenario", [&recorded.scenario])?;
        check_names("capture.file", [&recorded.capture.file])?;
        for process in &recorded.processes {
            check_path("processes.log", &process.log)?;
        }
        for raw in &recorded.raw_clients {
            check_path("raw_clients.log", &raw.log)?;
        }
        Ok(recorded)
    }

    /// The text of a recording's manifest.
    pub fn to_json(&self) -> String {
        write(self)
    }
}

fn read<T: Serialize + DeserializeOwned>(json: &[u8]) -> Result<T, ManifestError> {
    if json.len() > LONGEST_BYTES {
        return Err(ManifestError::TooLong { bytes: json.len() });
    }
    let Versioned { schema } = serde_json::from_slice(json).map_err(ManifestError::NotAManifest)?;
    if schema != SCHEMA {
        return Err(ManifestError::Schema { found: schema });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let manifest = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        ManifestError::Field {
            path: error.path().to_string(),
            source: error.into_inner(),
        }
    })?;
    Ok(with_text(&manifest, harmless))
}

/// What programs printed and strangers wrote is harmless from here on, whoever shows it.
fn harmless(text: &str) -> String {
    Foreign::new(text, LONGEST_CHARS).as_str().to_owned()
}

/// What every version of every format has.
#[derive(Deserialize)]
#[serde(expecting = "an object with a `schema` number")]
struct Versioned {
    schema: u32,
}

fn write<T: Serialize>(manifest: &T) -> String {
    let json = serde_json::to_string_pretty(manifest)
        .expect("a manifest has string keys only, and its numbers are integers");
    json + "\n"
}

fn check_names<'a>(
    field: &'static str,
    names: impl IntoIterator<Item = &'a String>,
) -> Result<(), ManifestError> {
    let mut names = names.into_iter();
    names
        .find(|name| !is_one_component(name))
        .map_or(Ok(()), |name| Err(file_name_error(field, name)))
}

/// A path in the folder: `five-at-once/client-3.log`.
fn check_path(field: &'static str, path: &str) -> Result<(), ManifestError> {
    if path.split('/').all(is_one_component) {
        return Ok(());
    }
    Err(file_name_error(field, path))
}

fn file_name_error(field: &'static str, name: &str) -> ManifestError {
    ManifestError::FileName {
        field,
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
