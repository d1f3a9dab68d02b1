//! One command, one connection, one result.

use std::io::{self, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::Serialize;
use synfin_client::{
    ClientError, Connection, FileName, NameError, RemoteFile, Transferred, download_file,
    list_files, quit, upload_file,
};

use crate::arguments::{Arguments, Command};
use crate::exit::Exit;

/// Connects, does `command`, quits, prints.
pub(crate) fn run(arguments: &Arguments, command: &Command) -> Exit {
    match execute(arguments, command) {
        Ok(outcome) => print(arguments, &outcome).map_or(Exit::LocalFile, |()| Exit::Success),
        Err(error) => {
            if arguments.json {
                let _unheard = print_json(&ErrorJson::from(&error));
            }
            crate::complain(&error)
        }
    }
}

enum Outcome {
    Listed(Vec<RemoteFile>),
    Moved {
        done: &'static str,
        file: Transferred,
    },
}

fn execute(arguments: &Arguments, command: &Command) -> Result<Outcome, ClientError> {
    let mut connection = arguments.connect()?;
    let outcome = converse(&mut connection, arguments, command);
    if connection.is_usable() {
        // The work is done, or not, whatever becomes of the goodbye.
        let _goodbye = quit(connection);
    }
    outcome
}

fn converse(
    connection: &mut Connection,
    arguments: &Arguments,
    command: &Command,
) -> Result<Outcome, ClientError> {
    match command {
        Command::List => Ok(Outcome::Listed(list_files(connection)?)),
        Command::Upload { file, name } => {
            let name = match name {
                Some(name) => FileName::new(name.as_bytes())?,
                None => name_of(file)?,
            };
            let file = upload_file(connection, file, &name, arguments.put_mode())?;
            Ok(Outcome::Moved {
                done: "uploaded",
                file,
            })
        }
        Command::Download { name } => {
            let name = FileName::new(name.as_bytes())?;
            let file = download_file(
                connection,
                &name,
                arguments.download_directory(),
                arguments.existing(),
            )?;
            Ok(Outcome::Moved {
                done: "downloaded",
                file,
            })
        }
    }
}

/// The last component of a local path, as a name for the server.
pub(crate) fn name_of(path: &Path) -> Result<FileName, NameError> {
    let last = path.file_name().ok_or(NameError::Empty)?;
    FileName::new(last.to_str().ok_or(NameError::NotUtf8)?.as_bytes())
}

fn print(arguments: &Arguments, outcome: &Outcome) -> io::Result<()> {
    match outcome {
        Outcome::Listed(files) if arguments.json => print_json(&ListJson::from(files)),
        Outcome::Listed(files) => write_list(&mut io::stdout().lock(), files),
        Outcome::Moved { file, .. } if arguments.json => print_json(&TransferredJson::from(file)),
        Outcome::Moved { done, file } => write_transferred(&mut io::stdout().lock(), done, file),
    }
}

/// Sizes in a column, then names.
pub(crate) fn write_list(output: &mut impl Write, files: &[RemoteFile]) -> io::Result<()> {
    files
        .iter()
        .try_for_each(|file| writeln!(output, "{:>14}  {}", file.size_bytes, file.name))
}

pub(crate) fn write_transferred(
    output: &mut impl Write,
    done: &str,
    file: &Transferred,
) -> io::Result<()> {
    writeln!(
        output,
        "{done} {} ({} bytes, sha256 {})",
        file.name, file.size_bytes, file.digest
    )
}

fn print_json(value: &impl Serialize) -> io::Result<()> {
    let mut output = io::stdout().lock();
    serde_json::to_writer(&mut output, value)?;
    writeln!(output)
}

#[derive(Serialize)]
struct ListJson {
    schema: u32,
    files: Vec<FileJson>,
}

#[derive(Serialize)]
struct FileJson {
    name: String,
    size_bytes: u64,
    modified_unix_ms: u64,
}

#[derive(Serialize)]
struct TransferredJson {
    schema: u32,
    name: String,
    size_bytes: u64,
    sha256: String,
}

#[derive(Serialize)]
struct ErrorJson {
    schema: u32,
    /// The server's name for it, if it was the server that refused.
    code: Option<&'static str>,
    error: String,
}

const SCHEMA: u32 = 1;

impl From<&Vec<RemoteFile>> for ListJson {
    fn from(files: &Vec<RemoteFile>) -> Self {
        Self {
            schema: SCHEMA,
            files: files.iter().map(FileJson::from).collect(),
        }
    }
}

impl From<&RemoteFile> for FileJson {
    fn from(file: &RemoteFile) -> Self {
        let modified = file.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            name: file.name.to_string(),
            size_bytes: file.size_bytes,
            modified_unix_ms: u64::try_from(modified.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl From<&Transferred> for TransferredJson {
    fn from(file: &Transferred) -> Self {
        Self {
            schema: SCHEMA,
            name: file.name.to_string(),
            size_bytes: file.size_bytes,
            sha256: file.digest.to_string(),
        }
    }
}

impl From<&ClientError> for ErrorJson {
    fn from(error: &ClientError) -> Self {
        let code = match error {
            ClientError::Refused(refusal) => Some(refusal.code.name()),
            _ => None,
        };
        Self {
            schema: SCHEMA,
            code,
            error: error.to_string(),
        }
    }
}
