//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};
use synfin_client::{ClientError, Connection, Existing, PutMode, create_connection};

/// Lists, uploads and downloads files of a synfin server.
///
/// Without a command it opens a numbered menu. Results go to stdout, complaints to stderr.
///
/// Exit status: 0 done, 1 another refusal of the server, 2 wrong usage, 3 no server there, 4 server busy or shutting
/// down, 5 no such file, 6 the file exists, 7 damaged or changed on the way, 8 connection lost or timed out, 9 a local
/// file cannot be read or written.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    /// The server, as HOST:PORT
    address: String,
    /// Directory for downloads
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    dir: PathBuf,
    /// Replace files that exist, here or on the server, without asking
    #[arg(long, global = true)]
    overwrite: bool,
    /// Seconds to wait for each answer
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "60", global = true)]
    timeout: Duration,
    /// Print results as one JSON object
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do, when no menu is wanted.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the server's files
    List,
    /// Send a file
    Upload {
        /// The file
        file: PathBuf,
        /// Name on the server, if another
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
    },
    /// Fetch a file
    Download {
        /// Its name on the server
        name: String,
    },
}

impl Arguments {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn connect(&self) -> Result<Connection, ClientError> {
        create_connection(&self.address, self.timeout)
    }

    pub(crate) fn download_directory(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn put_mode(&self) -> PutMode {
        if self.overwrite {
            PutMode::Overwrite
        } else {
            PutMode::CreateNew
        }
    }

    pub(crate) fn existing(&self) -> Existing {
        if self.overwrite {
            Existing::Replace
        } else {
            Existing::Keep
        }
    }
}

/// Whole or broken seconds, above zero.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(number) {
        Ok(Duration::ZERO) => Err("a wait takes some time".to_owned()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use synfin_client::DEFAULT_TIMEOUT;

    #[test]
    fn default_timeout_is_the_librarys() {
        assert_eq!(seconds("60"), Ok(DEFAULT_TIMEOUT));
    }
}
