//! What a raw client sent and received: the beginning of each piece, made safe to print.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use synfin_core::text::Foreign;
use synfin_core::time::Timestamp;

/// Pieces that are written down; later ones are counted.
const PIECES_MAX: usize = 500;

/// Characters of each piece.
const SHOWN_CHARS: usize = 160;

/// Bytes of each piece that are looked at.
const SHOWN_BYTES: usize = 256;

/// The log of one raw client; copies of it are the same log.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawLog(Arc<Mutex<Written>>);

#[derive(Debug, Default)]
struct Written {
    text: String,
    pieces: usize,
    began_at: Option<Timestamp>,
    sent_bytes: u64,
    received_bytes: u64,
}

/// What a raw client's log holds in the end.
#[derive(Debug)]
pub(crate) struct RawTold {
    /// Its text.
    pub(crate) text: String,
    /// Bytes sent.
    pub(crate) sent_bytes: u64,
    /// Bytes received.
    pub(crate) received_bytes: u64,
}

impl RawLog {
    /// Bytes were given to the kernel.
    pub(super) fn sent(&self, at: Timestamp, bytes: &[u8]) {
        self.change(|log| {
            log.sent_bytes += bytes.len() as u64;
            log.piece(at, '>', bytes);
        });
    }

    /// Bytes were read.
    pub(super) fn received(&self, at: Timestamp, bytes: &[u8]) {
        self.change(|log| {
            log.received_bytes += bytes.len() as u64;
            log.piece(at, '<', bytes);
        });
    }

    /// Something happened to the connection, in words of ours.
    pub(super) fn happened(&self, at: Timestamp, what: &str) {
        self.change(|log| log.line(at, &format!("- {what}")));
    }

    /// All that was written.
    pub(crate) fn told(&self) -> RawTold {
        let log = self.0.lock().expect("no holder of the log's lock panics");
        let left_out = log.pieces.saturating_sub(PIECES_MAX);
        let mut text = log.text.clone();
        if left_out > 0 {
            let _ = writeln!(text, "and {left_out} more");
        }
        RawTold {
            text,
            sent_bytes: log.sent_bytes,
            received_bytes: log.received_bytes,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Written)) {
        change(&mut self.0.lock().expect("no holder of the log's lock panics"));
    }
}

impl Written {
    /// `0.012345 > 5 bytes: LIST\n`
    fn piece(&mut self, at: Timestamp, direction: char, bytes: &[u8]) {
        let shown = Foreign::from_bytes(&bytes[..bytes.len().min(SHOWN_BYTES)], SHOWN_CHARS);
        let length = bytes.len();
        self.line(at, &format!("{direction} {length} bytes: {shown}"));
    }

    fn line(&mut self, at: Timestamp, what: &str) {
        self.pieces += 1;
        if self.pieces <= PIECES_MAX {
            let since = at.since(*self.began_at.get_or_insert(at));
            let seconds = std::time::Duration::from_nanos(since.as_nanos()).as_secs_f64();
            let _ = writeln!(self.text, "{seconds:.6} {what}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> Timestamp {
        Timestamp::from_nanos(micros * 1_000)
    }

    #[test]
    fn what_was_said_is_counted_and_harmless() {
        let log = RawLog::default();
        log.happened(at(5), "connected");
        log.sent(at(7), b"\x1b[31mLIST\n");
        log.received(at(9), b"FILES 0\n");
        let told = log.told();
        assert_eq!(
            told.text,
            "0.000000 - connected\n0.000002 > 10 bytes: \\x1b[31mLIST\\n\n0.000004 < 8 bytes: FILES 0\\n\n"
        );
        assert_eq!((told.sent_bytes, told.received_bytes), (10, 8));
    }

    #[test]
    fn a_log_has_an_end() {
        let log = RawLog::default();
        for _ in 0..=PIECES_MAX {
            log.sent(at(0), &[b'a'; 1000]);
        }
        let told = log.told();
        assert_eq!(told.text.lines().count(), PIECES_MAX + 1);
        assert!(told.text.ends_with("and 1 more\n"), "{}", told.text);
        assert!(told.text.len() < (PIECES_MAX + 1) * 200);
    }
}
