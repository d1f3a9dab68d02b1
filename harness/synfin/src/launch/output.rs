//! What a program printed: all of it counted, its first and last 256 KiB kept.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How much of the beginning and of the end is kept each, bytes.
const KEPT_BYTES: usize = 256 * 1024;

/// How many of the last lines are shown in reports, and how much of each.
const LAST_LINES: usize = 10;
const LINE_CHARS_MAX: usize = 400;

/// A program's output so far, standard error included; it grows while it is read.
#[derive(Clone, Debug)]
pub struct Output {
    kept: Arc<Mutex<Kept>>,
    printed: watch::Sender<u64>,
}

/// What is left of a program's output in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputSummary {
    /// Bytes that neither the beginning nor the end kept.
    pub left_out_bytes: u64,
    /// Its last lines, invalid Unicode replaced: a stranger's text.
    pub last_lines: Vec<String>,
}

#[derive(Debug, Default)]
struct Kept {
    first: Vec<u8>,
    last: VecDeque<u8>,
    printed_bytes: u64,
}

impl Output {
    pub(super) fn new() -> Self {
        Self {
            kept: Arc::default(),
            printed: watch::Sender::new(0),
        }
    }

    pub(super) fn push(&self, bytes: &[u8]) {
        let printed_bytes = {
            let mut kept = self.lock();
            kept.push(bytes);
            kept.printed_bytes
        };
        self.printed.send_replace(printed_bytes);
    }

    /// How many bytes were printed so far.
    pub fn printed_bytes(&self) -> u64 {
        *self.printed.borrow()
    }

    /// Becomes a new value, the bytes printed so far, whenever something is printed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.printed.subscribe()
    }

    /// What was printed from this offset on, as far as it is kept.
    pub fn since(&self, offset: u64) -> Vec<u8> {
        self.lock().since(offset)
    }

    /// What was printed, as a log shows it: beginning, a line about what is left out, end.
    pub(super) fn append_to(&self, log: &Path) -> io::Result<OutputSummary> {
        let kept = self.lock();
        let mut file = OpenOptions::new().create(true).append(true).open(log)?;
        file.write_all(&kept.log())?;
        Ok(OutputSummary {
            left_out_bytes: kept.left_out_bytes(),
            last_lines: kept.last_lines(),
        })
    }

    /// A reader that panicked left whole bytes behind: they are still the output.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        self.printed_bytes += bytes.len() as u64;
        let room = KEPT_BYTES - self.first.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.first.extend_from_slice(first);
        self.last.extend(rest);
        let too_many = self.last.len().saturating_sub(KEPT_BYTES);
        self.last.drain(..too_many);
    }

    fn left_out_bytes(&self) -> u64 {
        self.printed_bytes - (self.first.len() + self.last.len()) as u64
    }

    fn since(&self, offset: u64) -> Vec<u8> {
        let last_begins = self.printed_bytes - self.last.len() as u64;
        let skip =
            |begins: u64| usize::try_from(offset.saturating_sub(begins)).unwrap_or(usize::MAX);
        let first = self.first.iter().skip(skip(0));
        first
            .chain(self.last.iter().skip(skip(last_begins)))
            .copied()
            .collect()
    }

    fn log(&self) -> Vec<u8> {
        let mut log = self.first.clone();
        match self.left_out_bytes() {
            0 => {}
            bytes => log.extend(format!("\n[synfin: {bytes} bytes left out]\n").bytes()),
        }
        log.extend(&self.last);
        log
    }

    fn last_lines(&self) -> Vec<String> {
        let log = self.log();
        let text = String::from_utf8_lossy(&log);
        let lines = text.lines().collect::<Vec<_>>();
        lines[lines.len().saturating_sub(LAST_LINES)..]
            .iter()
            .map(|line| line.chars().take(LINE_CHARS_MAX).collect())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_printed_is_given_from_any_offset() {
        let output = Output::new();
        output.push(b"Name: ");
        output.push(b"Menu\n");
        assert_eq!(output.printed_bytes(), 11);
        assert_eq!(output.since(6), b"Menu\n");
        assert_eq!(output.since(11), b"");
        assert_eq!(output.since(99), b"");
    }

    #[test]
    fn of_a_flood_beginning_and_end_are_kept_and_the_rest_is_counted() {
        let mut kept = Kept::default();
        let flood = (0..3 * KEPT_BYTES)
            .map(|place| u8::try_from(place / KEPT_BYTES).unwrap())
            .collect::<Vec<_>>();
        for part in flood.chunks(1000) {
            kept.push(part);
        }
        assert_eq!(kept.left_out_bytes(), KEPT_BYTES as u64);
        assert_eq!(kept.first, vec![0; KEPT_BYTES]);
        assert_eq!(kept.last, vec![2; KEPT_BYTES]);
        assert_eq!(kept.since(3 * KEPT_BYTES as u64 - 2), [2, 2]);
    }

    #[test]
    fn the_last_lines_are_the_last_ten_and_none_is_endless() {
        let mut kept = Kept::default();
        for number in 0..20 {
            kept.push(format!("line {number}\n").as_bytes());
        }
        kept.push(&[b'x'; 1000]);
        let lines = kept.last_lines();
        assert_eq!(lines.len(), LAST_LINES);
        assert_eq!(lines[0], "line 11");
        assert_eq!(lines[9].len(), LINE_CHARS_MAX);
    }
}
