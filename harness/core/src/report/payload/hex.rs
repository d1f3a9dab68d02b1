//! Payload as hexadecimal digits beside its printable characters.

use super::{mark, missing_line};
use crate::flow::Side;
use crate::payload::Piece;

/// Bytes in a line.
const LINE_BYTES: usize = 16;

/// Draws payload sixteen bytes a line behind the offset of the first, counted from 0 in its sender's stream. A turn of the
/// other side begins a line.
#[derive(Debug, Default)]
pub struct HexView {
    open: Option<Line>,
}

#[derive(Debug)]
struct Line {
    from: Side,
    offset: u64,
    bytes: Vec<u8>,
}

impl HexView {
    /// Draws a piece.
    pub fn push(&mut self, from: Side, piece: &Piece<'_>) -> String {
        let mut page = String::new();
        match piece {
            Piece::Bytes { offset, bytes, .. } => self.draw(from, *offset, bytes, &mut page),
            Piece::Missing { offsets, why } => {
                self.end_line(&mut page);
                page += &missing_line(from, offsets, *why);
            }
        }
        page
    }

    /// Draws the last line.
    pub fn finish(mut self) -> String {
        let mut page = String::new();
        self.end_line(&mut page);
        page
    }

    fn draw(&mut self, from: Side, mut offset: u64, mut bytes: &[u8], page: &mut String) {
        if self.open.as_ref().is_some_and(|line| line.from != from) {
            self.end_line(page);
        }
        while !bytes.is_empty() {
            let line = self.open.get_or_insert_with(|| Line {
                from,
                offset,
                bytes: Vec::with_capacity(LINE_BYTES),
            });
            let taken = bytes.len().min(LINE_BYTES - line.bytes.len());
            line.bytes.extend_from_slice(&bytes[..taken]);
            offset += taken as u64;
            bytes = &bytes[taken..];
            if line.bytes.len() == LINE_BYTES {
                self.end_line(page);
            }
        }
    }

    fn end_line(&mut self, page: &mut String) {
        if let Some(line) = self.open.take() {
            *page += &line.drawn();
        }
    }
}

impl Line {
    /// `→ 00000000  4c 49 53 54 0a                                    |LIST.|`.
    fn drawn(&self) -> String {
        let digits: Vec<String> = self
            .bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let halves: Vec<String> = digits
            .chunks(LINE_BYTES / 2)
            .map(|half| half.join(" "))
            .collect();
        let characters: String = self.bytes.iter().map(|&byte| printable(byte)).collect();
        format!(
            "{} {:08x}  {:48}  |{characters}|\n",
            mark(self.from),
            self.offset,
            halves.join("  ")
        )
    }
}

fn printable(byte: u8) -> char {
    match byte {
        b' '..=b'~' => char::from(byte),
        _ => '.',
    }
}
