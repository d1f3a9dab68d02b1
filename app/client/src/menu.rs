//! The numbered menu: plain lines in, plain lines out, so that it works in every terminal and through a pipe.

use std::io::{self, BufRead, Write};
use std::path::Path;

use synfin_client::{
    ClientError, Connection, ErrorCode, Existing, FileName, PutMode, Transferred, download_file,
    list_files, quit, upload_file,
};

use crate::arguments::Arguments;
use crate::one_shot::{name_of, write_list, write_transferred};

/// Runs until the person quits or the input ends.
///
/// # Errors
/// If there is no server to begin with. Later failures are told, and the menu stays.
pub(crate) fn run(
    arguments: &Arguments,
    input: impl BufRead,
    output: impl Write,
) -> Result<(), ClientError> {
    let connection = arguments.connect()?;
    let mut menu = Menu {
        arguments,
        input,
        output,
        connection: Some(connection),
    };
    // When the terminal is gone there is nobody to ask: that ends the menu as the end of its input does.
    let _terminal = menu.converse();
    // A server that has gone before needs no goodbye.
    let _goodbye = menu.connection.take().map(quit);
    Ok(())
}

struct Menu<'a, I, O> {
    arguments: &'a Arguments,
    input: I,
    output: O,
    /// `None` after it was lost; the next choice makes a new one.
    connection: Option<Connection>,
}

/// Why a choice came to nothing.
enum Trouble {
    /// To be told; the menu goes on.
    Failed(ClientError),
    /// The terminal is gone.
    Terminal(io::Error),
}

impl<E: Into<ClientError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

enum Choice {
    List,
    Upload,
    Download,
    Quit,
    Nothing,
    Unknown,
}

impl Choice {
    /// A number, a word, or a word's first letter.
    fn of(line: &str) -> Self {
        match line.to_lowercase().as_str() {
            "" => Self::Nothing,
            "1" | "l" | "list" => Self::List,
            "2" | "u" | "upload" => Self::Upload,
            "3" | "d" | "download" => Self::Download,
            "4" | "q" | "quit" | "exit" => Self::Quit,
            _ => Self::Unknown,
        }
    }
}

const CHOICES: &str = "1 list files\n2 upload a file\n3 download a file\n4 quit\n";

impl<I: BufRead, O: Write> Menu<'_, I, O> {
    fn converse(&mut self) -> io::Result<()> {
        writeln!(self.output, "connected to {}", self.arguments.address())?;
        loop {
            let Some(line) = self.ask(&format!("{CHOICES}> "))? else {
                return Ok(());
            };
            let outcome = match Choice::of(&line) {
                Choice::Quit => return Ok(()),
                Choice::Nothing => Ok(()),
                Choice::Unknown => self.tell("please choose a number from 1 to 4"),
                Choice::List => self.list(),
                Choice::Upload => self.upload(),
                Choice::Download => self.download(),
            };
            match outcome {
                Ok(()) => {}
                Err(Trouble::Terminal(error)) => return Err(error),
                Err(Trouble::Failed(error)) => self.report(&error)?,
            }
        }
    }

    fn list(&mut self) -> Result<(), Trouble> {
        let files = list_files(self.connection()?)?;
        if files.is_empty() {
            return self.tell("the server has no files");
        }
        write_list(&mut self.output, &files).map_err(Trouble::Terminal)
    }

    fn upload(&mut self) -> Result<(), Trouble> {
        let Some(answer) = self.ask_name("file to upload: ")? else {
            return Ok(());
        };
        let path = Path::new(&answer);
        let name = name_of(path)?;
        let mode = self.arguments.put_mode();
        let file = match upload_file(self.connection()?, path, &name, mode) {
            Err(ClientError::Refused(refusal)) if refusal.code == ErrorCode::Exists => {
                if !self.may_replace(&name, "on the server")? {
                    return Ok(());
                }
                upload_file(self.connection()?, path, &name, PutMode::Overwrite)?
            }
            outcome => outcome?,
        };
        self.tell_moved("uploaded", &file)
    }

    fn download(&mut self) -> Result<(), Trouble> {
        let Some(answer) = self.ask_name("file to download: ")? else {
            return Ok(());
        };
        let name = FileName::new(answer.as_bytes())?;
        let (directory, existing) = (
            self.arguments.download_directory(),
            self.arguments.existing(),
        );
        let file = match download_file(self.connection()?, &name, directory, existing) {
            Err(ClientError::LocalExists(_)) => {
                if !self.may_replace(&name, "here")? {
                    return Ok(());
                }
                download_file(self.connection()?, &name, directory, Existing::Replace)?
            }
            outcome => outcome?,
        };
        self.tell_moved("downloaded", &file)
    }

    fn connection(&mut self) -> Result<&mut Connection, ClientError> {
        match &mut self.connection {
            Some(connection) => Ok(connection),
            lost => Ok(lost.insert(self.arguments.connect()?)),
        }
    }

    fn report(&mut self, error: &ClientError) -> io::Result<()> {
        self.connection
            .take_if(|connection| !connection.is_usable());
        writeln!(self.output, "error: {error}")
    }

    fn may_replace(&mut self, name: &FileName, place: &str) -> Result<bool, Trouble> {
        let question = format!("{name} exists {place}; replace it? [y/N] ");
        let answer = self.ask(&question).map_err(Trouble::Terminal)?;
        Ok(answer.is_some_and(|answer| {
            answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
        }))
    }

    /// A name or a path, with or without the quotes that a dragged file has; `None` to go back to the menu.
    fn ask_name(&mut self, question: &str) -> Result<Option<String>, Trouble> {
        let answer = self.ask(question).map_err(Trouble::Terminal)?;
        let unquoted = answer.map(|answer| answer.trim_matches(['"', '\'']).to_owned());
        Ok(unquoted.filter(|answer| !answer.is_empty()))
    }

    /// Asks, visibly, and waits for a line; `None` when there will be no more.
    fn ask(&mut self, question: &str) -> io::Result<Option<String>> {
        write!(self.output, "{question}")?;
        self.output.flush()?;
        let mut line = Vec::new();
        match self.input.read_until(b'\n', &mut line)? {
            0 => writeln!(self.output).map(|()| None),
            _ => Ok(Some(String::from_utf8_lossy(&line).trim().to_owned())),
        }
    }

    fn tell_moved(&mut self, done: &str, file: &Transferred) -> Result<(), Trouble> {
        write_transferred(&mut self.output, done, file).map_err(Trouble::Terminal)
    }

    fn tell(&mut self, sentence: &str) -> Result<(), Trouble> {
        writeln!(self.output, "{sentence}").map_err(Trouble::Terminal)
    }
}
