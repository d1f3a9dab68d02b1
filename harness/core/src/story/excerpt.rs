//! How a payload begins, for the reader's orientation.

use crate::text::Foreign;

/// The most characters shown.
const MAX_CHARS: usize = 24;

/// Fewer than these in a row may be chance.
const MIN_CHARS: usize = 3;

/// The text that a payload begins with; `None` if it does not begin with text.
pub(super) fn excerpt(payload: &[u8]) -> Option<Foreign> {
    let text = payload.utf8_chunks().next()?.valid();
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    let end = text.find(|c| !is_text(c)).unwrap_or(text.len());
    let start = &text[..end];
    start.chars().nth(MIN_CHARS - 1)?;
    if end == payload.len() {
        Some(Foreign::new(start, MAX_CHARS))
    } else {
        Some(Foreign::new(&format!("{start}…"), MAX_CHARS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &[u8], expected: Option<&str>) {
        assert_eq!(excerpt(payload).as_ref().map(Foreign::as_str), expected);
    }

    #[test]
    fn text_is_shown_up_to_where_it_ends() {
        check(b"LIST\n", Some("LIST\\n"));
        check(b"HELO\x00\x00\x00\x05", Some("HELO…"));
        check(
            b"a line that is longer than the ladder",
            Some("a line that is longer th…"),
        );
        check("Größe".as_bytes(), Some("Größe"));
    }

    #[test]
    fn bytes_are_not_shown() {
        check(b"", None);
        check(b"\x8f\xff\x12", None);
        check(b"ab\x00\x01", None);
    }
}
