//! A program and how far its output has been read.

use std::future::pending;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use regex::Regex;
use tokio::time::{Instant, sleep_until, timeout};

use crate::launch::{InputError, Program};

/// The program does not read its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotRead;

/// A running program, talked to line by line.
#[derive(Debug)]
pub(crate) struct Terminal {
    /// The program.
    pub(crate) program: Program,
    /// Its command line.
    pub(crate) argv: Vec<String>,
    /// The entry for which alone it was started.
    pub(crate) entry: Option<u32>,
    /// Output before this offset has been matched or was printed before the last line sent.
    read_to: Mutex<u64>,
    /// How much it had printed when something was first done to end it, bytes.
    printed_before_stop: OnceLock<u64>,
}

impl AsRef<Program> for Terminal {
    fn as_ref(&self) -> &Program {
        &self.program
    }
}

impl Terminal {
    /// A program none of whose output has been read.
    pub(crate) fn new(program: Program, argv: Vec<String>, entry: Option<u32>) -> Self {
        Self {
            program,
            argv,
            entry,
            read_to: Mutex::new(0),
            printed_before_stop: OnceLock::new(),
        }
    }

    /// Something is about to be done to end the program: what it prints from now on may be about that.
    pub(crate) fn note_stop(&self) {
        let printed = || self.program.output().printed_bytes();
        self.printed_before_stop.get_or_init(printed);
    }

    /// How much the program had printed when something was first done to end it, bytes.
    pub(crate) fn printed_before_stop(&self) -> Option<u64> {
        self.printed_before_stop.get().copied()
    }

    /// Waits for output that matches, after what was matched last and after the last line sent. What the end of the output
    /// must match need not stay the end: once nothing more came for `patience`, something printed after it (a prompt
    /// overtaken by another client's news) does not matter. A program that will print no more is waited for as well: its end
    /// is seen elsewhere.
    pub(crate) async fn expect(&self, pattern: &Regex, patience: Duration) {
        let overtaken = without_end_anchor(pattern);
        let mut changes = self.program.output().changes();
        while !self.try_match(pattern) {
            let more = match timeout(patience, changes.changed()).await {
                Ok(more) => more,
                Err(_) if overtaken.as_ref().is_some_and(|it| self.try_match(it)) => return,
                Err(_) => changes.changed().await,
            };
            if more.is_err() {
                pending::<()>().await;
            }
        }
    }

    fn try_match(&self, pattern: &Regex) -> bool {
        let mut read_to = self
            .read_to
            .lock()
            .expect("no holder of the cursor's lock panics");
        let unread = self.program.output().since(*read_to);
        let text = String::from_utf8_lossy(&unread);
        let Some(found) = pattern.find(&text) else {
            return false;
        };
        *read_to += bytes_of(&unread, found.end()) as u64;
        true
    }

    /// Types a line. What was printed before is not matched any more. A program whose input is closed is about to end,
    /// which is waited for; one that does not read is told.
    pub(crate) async fn send_line(&self, line: &str, within: Duration) -> Result<(), NotRead> {
        *self
            .read_to
            .lock()
            .expect("no holder of the cursor's lock panics") =
            self.program.output().printed_bytes();
        match self.program.send_line(line, within).await {
            Ok(()) => Ok(()),
            Err(InputError::NotRead) => Err(NotRead),
            Err(InputError::Closed(_)) => pending().await,
        }
    }

    /// Waits until `due`; gives up at once, with the moment, when the program prints something before.
    pub(crate) async fn silent_until(&self, due: Instant) -> Result<(), Instant> {
        let mut changes = self.program.output().changes();
        tokio::select! {
            Ok(()) = changes.changed() => Err(Instant::now()),
            () = sleep_until(due) => Ok(()),
        }
    }
}

/// The pattern without the `$` that it ends with, if it does.
fn without_end_anchor(pattern: &Regex) -> Option<Regex> {
    let rest = pattern.as_str().strip_suffix('$')?;
    let escapes = rest.len() - rest.trim_end_matches('\\').len();
    (escapes % 2 == 0).then(|| Regex::new(rest).ok())?
}

/// How many of the bytes stand before `end` in their reading as UTF-8, in which U+FFFD stands for what is none.
fn bytes_of(bytes: &[u8], end: usize) -> usize {
    let (mut raw, mut read) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().len();
        if read + valid >= end {
            return raw + (end - read);
        }
        raw += valid + chunk.invalid().len();
        read += valid + char::REPLACEMENT_CHARACTER.len_utf8();
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dollar_that_is_an_anchor_is_taken_off() {
        let without = |pattern| without_end_anchor(&Regex::new(pattern).unwrap());
        let text = |pattern| without(pattern).map(|it| it.as_str().to_owned());
        assert_eq!(text("Choice: $").as_deref(), Some("Choice: "));
        assert_eq!(text(r"C:\\$").as_deref(), Some(r"C:\\"));
        assert_eq!(text(r"US\$"), None);
        assert_eq!(text("Choice: "), None);
        assert_eq!(text("(?m)^x|$").as_deref(), Some("(?m)^x|"));
    }

    #[track_caller]
    fn check(bytes: &[u8], pattern: &str, rest: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let end = Regex::new(pattern).unwrap().find(&text).unwrap().end();
        assert_eq!(&bytes[bytes_of(bytes, end)..], rest);
    }

    #[test]
    fn what_follows_a_match_is_left_for_the_next_in_any_encoding() {
        check(b"Files: 2\n> ", "Files", b": 2\n> ");
        check("Größe 3\n> ".as_bytes(), "Gr..e", b" 3\n> ");
        check(b"Gr\xf6\xdfe 3\n> ", "Gr..e", b" 3\n> ");
        check(b"\xf6\xdf> \xff", "> ", b"\xff");
        check(b"\xf6> \xff", "(?s).*", b"");
    }
}
