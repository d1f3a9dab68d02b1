//! Payload as text, line by line.

use super::{mark, missing_line};
use crate::flow::Side;
use crate::payload::Piece;
use crate::report::visible::harmless;
use crate::text::Foreign;

/// Draws payload as text, as it comes; a line that the other side interrupts is broken there. What is no printable text is
/// shown as an escape.
#[derive(Debug, Default)]
pub struct TextView {
    /// Whose line is open.
    open: Option<Side>,
    /// The first bytes of a character whose others are still to come.
    unfinished: Vec<u8>,
}

impl TextView {
    /// Draws a piece.
    pub fn push(&mut self, from: Side, piece: &Piece<'_>) -> String {
        let mut page = String::new();
        match piece {
            Piece::Bytes { bytes, .. } => self.draw(from, bytes, &mut page),
            Piece::Missing { offsets, why } => {
                self.end_line(&mut page);
                page += &missing_line(from, offsets, *why);
            }
        }
        harmless(&page)
    }

    /// Ends the last line.
    pub fn finish(mut self) -> String {
        let mut page = String::new();
        self.end_line(&mut page);
        page
    }

    fn draw(&mut self, from: Side, bytes: &[u8], page: &mut String) {
        if self.open != Some(from) {
            self.end_line(page);
        }
        let bytes = [std::mem::take(&mut self.unfinished).as_slice(), bytes].concat();
        let (whole, unfinished) = bytes.split_at(bytes.len() - unfinished_bytes(&bytes));
        for line in whole.split_inclusive(|&byte| byte == b'\n') {
            self.begin_line(from, page);
            match line.strip_suffix(b"\n") {
                Some(line) => {
                    *page += shown(line).as_str();
                    self.end_line(page);
                }
                None => *page += shown(line).as_str(),
            }
        }
        if !unfinished.is_empty() {
            self.begin_line(from, page);
            self.unfinished = unfinished.to_vec();
        }
    }

    fn begin_line(&mut self, from: Side, page: &mut String) {
        if self.open.is_none() {
            page.extend([mark(from), ' ']);
            self.open = Some(from);
        }
    }

    fn end_line(&mut self, page: &mut String) {
        if self.open.take().is_some() {
            *page += shown(&std::mem::take(&mut self.unfinished)).as_str();
            page.push('\n');
        }
    }
}

fn shown(bytes: &[u8]) -> Foreign {
    Foreign::from_bytes(bytes, usize::MAX)
}

/// How many bytes at the end begin a character that may go on.
fn unfinished_bytes(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last();
    let rest = last.map(|chunk| chunk.invalid()).unwrap_or_default();
    let may_go_on = str::from_utf8(rest).is_err_and(|error| error.error_len().is_none());
    if may_go_on { rest.len() } else { 0 }
}
