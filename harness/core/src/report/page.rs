//! The page that terminal renderers write on: how wide it is, whether it has colours, and how text is laid on it.

use tabled::grid::util::string::{get_char_width, get_string_width};

use super::ResultName;
use super::words::NO_BREAK;

/// What a terminal renderer must know beside the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Columns available; at least [`Page::NARROWEST`] are used.
    pub columns: usize,
    /// Whether results are coloured.
    pub colour: Colour,
    /// The folder of the run's captures, as the user would type it.
    pub captures: Option<String>,
    /// The folder of the reports written, as the user would type it.
    pub reports: Option<String>,
}

/// Whether a page has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Text alone.
    Plain,
    /// ANSI escape sequences (ECMA-48).
    Ansi,
}

impl Page {
    /// Below this nothing readable fits.
    pub const NARROWEST: usize = 60;

    /// A plain page of so many columns that names no folders.
    pub fn plain(columns: usize) -> Self {
        Self {
            columns,
            colour: Colour::Plain,
            captures: None,
            reports: None,
        }
    }

    /// The columns used.
    pub fn width(&self) -> usize {
        self.columns.max(Self::NARROWEST)
    }

    /// A file of the run's folder, as the user would type it.
    pub(super) fn capture_path(&self, file: &str) -> String {
        match &self.captures {
            None => file.to_owned(),
            Some(folder) => format!("{}/{file}", folder.trim_end_matches('/')),
        }
    }
}

impl Colour {
    /// A heading.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// Something beside the point.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Text in the colour of a result.
    pub fn result(self, result: ResultName, text: &str) -> String {
        self.paint(sgr(result), text)
    }

    fn paint(self, sgr: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{sgr}m{text}\u{1b}[0m"),
        }
    }
}

/// The parameter of Select Graphic Rendition (ECMA-48, 8.3.117).
fn sgr(result: ResultName) -> &'static str {
    match result {
        ResultName::Pass => "32",
        ResultName::Fail => "31",
        ResultName::Flaky => "35",
        ResultName::Inconclusive => "33",
        ResultName::Skipped => "2",
    }
}

/// Columns that a text takes.
pub(super) fn columns_of(text: &str) -> usize {
    if text.chars().all(takes_one_column) {
        text.chars().count()
    } else {
        get_string_width(text)
    }
}

/// Whether a character takes one column beside any other of these: what nearly all of our text is made of.
fn takes_one_column(c: char) -> bool {
    matches!(c, ' '..='~' | NO_BREAK | '→' | '←' | '–')
}

/// A text in lines of at most `width` columns, broken between words; a word that is longer is broken where it must be.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for piece in text.split(' ').flat_map(|word| pieces(word, width)) {
        let line = lines.last_mut().expect("there is always a line");
        let gap = if piece.begins_word && !line.is_empty() {
            " "
        } else {
            ""
        };
        let wanted = gap.len() + columns_of(piece.text);
        if line.is_empty() || used + wanted <= width {
            line.push_str(gap);
            line.push_str(piece.text);
            used += wanted;
        } else {
            lines.push(piece.text.to_owned());
            used = wanted - gap.len();
        }
    }
    lines
}

/// `text` in lines behind `label`, which stands in the first line only.
pub fn labelled(label: &str, text: &str, width: usize) -> Vec<String> {
    let indent = columns_of(label);
    let rest = " ".repeat(indent);
    wrapped(text, width.saturating_sub(indent))
        .into_iter()
        .enumerate()
        .map(|(number, line)| match number {
            0 => format!("{label}{line}"),
            _ => format!("{rest}{line}"),
        })
        .collect()
}

/// `text` flush right on the last of the lines, or on one of its own if it does not fit.
pub(super) fn push_right(lines: &mut Vec<String>, text: &str, width: usize) {
    if text.is_empty() {
        return;
    }
    let last = lines.pop().unwrap_or_default();
    let used = columns_of(&last) + columns_of(text);
    if used + 2 <= width {
        lines.push(format!("{last}{}{text}", " ".repeat(width - used)));
        return;
    }
    lines.push(last);
    for line in wrapped(text, width) {
        let indent = width.saturating_sub(columns_of(&line));
        lines.push(format!("{}{line}", " ".repeat(indent)));
    }
}

struct Piece<'a> {
    text: &'a str,
    begins_word: bool,
}

/// A word in pieces that fit: one, if it fits, else as many as needed, broken after punctuation where there is some.
fn pieces(word: &str, width: usize) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let begins_word = rest.len() == word.len();
        let (text, after) = rest.split_at(break_at(rest, width));
        rest = after;
        (!text.is_empty()).then_some(Piece { text, begins_word })
    })
}

/// Where to break a word so that what stands before fits: never 0.
fn break_at(word: &str, width: usize) -> usize {
    let mut used = 0;
    let mut after_punctuation = None;
    for (index, c) in word.char_indices() {
        used += get_char_width(c);
        if used > width && index > 0 {
            return after_punctuation.unwrap_or(index);
        }
        if matches!(c, '\u{a0}' | '/' | '-' | '_' | '.' | ':' | '&' | '=') {
            after_punctuation = Some(index + c.len_utf8());
        }
    }
    word.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, width: usize, lines: &[&str]) {
        assert_eq!(wrapped(text, width), lines);
    }

    #[test]
    fn text_breaks_between_words() {
        check("one client at a time", 10, &["one client", "at a time"]);
        check("", 10, &[""]);
    }

    #[test]
    fn a_long_word_breaks_after_punctuation_and_else_where_it_must() {
        check("in five-at-once.pcap", 10, &["in", "five-at-", "once.pcap"]);
        check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        check("ファイル名", 4, &["ファ", "イル", "名"]);
        check("ア", 1, &["ア"]);
    }

    proptest! {
        #[test]
        fn what_is_counted_quickly_takes_as_many_columns(text in "[ -~\u{a0}→←–]*") {
            prop_assert_eq!(columns_of(&text), get_string_width(&text));
        }
    }

    #[test]
    fn a_source_goes_flush_right_or_below() {
        let mut lines = vec!["short".to_owned()];
        push_right(&mut lines, "RFC", 12);
        assert_eq!(lines, ["short    RFC"]);
        push_right(&mut lines, "man 2 close", 12);
        assert_eq!(lines, ["short    RFC", " man 2 close"]);
    }
}
