//! Text that strangers wrote: program output, file names, payload excerpts.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Text from outside, made harmless once: bounded, valid Unicode, and without control, bidirectional or noncharacters,
/// which are shown as escapes (`\x1b`). Printing it cannot move a cursor; each renderer still escapes for its own format.
///
/// A backslash stays as it is: the text is for reading, not for reading back. It is a single line: a newline is shown
/// as `\n`; [`Foreign::lines`] makes one of each line.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Foreign(String);

/// What stands at the end of a text that was cut.
const CUT: char = '…';

impl Foreign {
    /// The first `max_chars` characters of `bytes`, as shown; bytes that are not UTF-8 are shown as `\xff`.
    pub fn from_bytes(bytes: &[u8], max_chars: usize) -> Self {
        let mut bounded = Bounded::new(max_chars);
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|c| bounded.push_char(c));
            chunk
                .invalid()
                .iter()
                .for_each(|&byte| bounded.push_byte(byte));
            if bounded.is_cut {
                break;
            }
        }
        Self(bounded.text)
    }

    /// The first `max_chars` characters of `text`, as shown.
    pub fn new(text: &str, max_chars: usize) -> Self {
        Self::from_bytes(text.as_bytes(), max_chars)
    }

    /// The last `max_lines` lines of a program's output, each of at most `max_chars` characters. `\n` and `\r\n` end a
    /// line.
    pub fn lines(output: &[u8], max_lines: usize, max_chars: usize) -> Vec<Self> {
        let output = output.strip_suffix(b"\n").unwrap_or(output);
        if output.is_empty() {
            return Vec::new();
        }
        let mut lines: Vec<_> = output
            .rsplit(|&byte| byte == b'\n')
            .take(max_lines)
            .map(|line| Self::from_bytes(line.strip_suffix(b"\r").unwrap_or(line), max_chars))
            .collect();
        lines.reverse();
        lines
    }

    /// The text as it may be printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file's content, a report or a part of one, with every string in it passed through `change`; names of results and the
/// like are strings too, so `change` leaves lower-case words with hyphens alone.
pub(crate) fn with_text<T: Serialize + DeserializeOwned>(
    part: &T,
    change: fn(&str) -> String,
) -> T {
    let mut value = serde_json::to_value(part).expect("our formats have string keys only");
    change_strings(&mut value, change);
    serde_json::from_value(value).expect("changing strings does not change the shape")
}

fn change_strings(value: &mut Value, change: fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(values) => values.iter_mut().for_each(|v| change_strings(v, change)),
        Value::Object(fields) => fields.values_mut().for_each(|v| change_strings(v, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// So many of something, thousands set apart: `1 frame`, `1,204 frames`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with its thousands set apart, `1,204`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A text that grows up to a number of characters.
struct Bounded {
    text: String,
    chars_left: usize,
    is_cut: bool,
}

impl Bounded {
    fn new(max_chars: usize) -> Self {
        Self {
            text: String::new(),
            chars_left: max_chars,
            is_cut: false,
        }
    }

    fn push_char(&mut self, c: char) {
        match c {
            '\n' => self.push_whole("\\n"),
            '\r' => self.push_whole("\\r"),
            '\t' => self.push_whole("\\t"),
            _ if !is_hostile(c) => self.push_whole(c.encode_utf8(&mut [0; 4])),
            _ if c.is_ascii() => self.push_whole(&format!("\\x{:02x}", u32::from(c))),
            _ => self.push_whole(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }

    fn push_byte(&mut self, byte: u8) {
        self.push_whole(&format!("\\x{byte:02x}"));
    }

    /// Adds a character or an escape, whole or not at all.
    fn push_whole(&mut self, shown: &str) {
        let chars = shown.chars().count();
        if self.is_cut {
            return;
        }
        if chars > self.chars_left {
            self.is_cut = true;
            self.text.push(CUT);
            return;
        }
        self.chars_left -= chars;
        self.text.push_str(shown);
    }
}

/// Whether a character could do something to what shows it, or hide: controls, line separators, bidirectional and other
/// format characters, noncharacters (Unicode 15, 23.7), private use.
pub(crate) fn is_hostile(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let is_noncharacter =
        matches!(u32::from(c), 0xFDD0..=0xFDEF) || u32::from(c) & 0xFFFE == 0xFFFE;
    c.is_control() || is_noncharacter || is_format_or_separator(c) || is_private(c)
}

/// General categories Cf, Zl and Zp, and the other characters that are shown as nothing.
fn is_format_or_separator(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Texts that have broken terminals, tables, XML or Markdown: every renderer is tested with all of them.
#[cfg(test)]
pub(crate) const HOSTILE: [&[u8]; 16] = [
    b"",
    b"\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J",
    b"one\ntwo\r\nthree\tfour",
    b"\x00\x01\x08\x7f\xc2\x9b31m",
    "abc\u{202e}gnp.exe \u{2066}x\u{2069} \u{200f}".as_bytes(),
    "zero\u{200b}width \u{feff}bom \u{ad}soft".as_bytes(),
    "\u{fffe}\u{ffff}\u{fdd0}\u{1fffe}".as_bytes(),
    "line\u{2028}paragraph\u{2029}next\u{85}".as_bytes(),
    b"latin1 \xe9\xff, cut \xf0\x9f\x98",
    b"\xed\xa0\x80 surrogate, \xc0\xaf overlong",
    b"<script>alert('&amp;')</script> ]]> <!-- -->",
    b"| a | b |\n|---|---| `code` **bold** [link](http://x) \\",
    b"=cmd|' /C calc'!A0, \"quoted\", ;",
    "Z\u{351}\u{327}algo e\u{301} \u{1f469}\u{200d}\u{1f4bb} \u{5d0}\u{5d1}".as_bytes(),
    "全角 ﹏ ｗｉｄｅ".as_bytes(),
    b"{\"json\": \"\\u0000\"} ${HOME} $(id) %s%n",
];

#[cfg(test)]
mod tests {
    use super::*;

    const ENOUGH: usize = 200;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0, 999, 1_000, 65_536, 1_234_567];
        assert_eq!(
            numbers.map(grouped),
            ["0", "999", "1,000", "65,536", "1,234,567"]
        );
        assert_eq!(counted(1, "frame"), "1 frame");
        assert_eq!(counted(1_204, "frame"), "1,204 frames");
    }

    #[test]
    fn nothing_that_moves_a_cursor_or_hides_survives() {
        for text in HOSTILE {
            let shown = Foreign::from_bytes(text, ENOUGH);
            let hostile: Vec<char> = shown.as_str().chars().filter(|&c| is_hostile(c)).collect();
            assert_eq!(hostile, [], "in {shown:?}");
        }
    }

    #[test]
    fn what_was_there_is_shown_as_escapes() {
        let shown = HOSTILE[1..9]
            .iter()
            .map(|text| Foreign::from_bytes(text, ENOUGH).to_string())
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(shown, @r"
        \x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J
        one\ntwo\r\nthree\tfour
        \x00\x01\x08\x7f\u{9b}31m
        abc\u{202e}gnp.exe \u{2066}x\u{2069} \u{200f}
        zero\u{200b}width \u{feff}bom \u{ad}soft
        \u{fffe}\u{ffff}\u{fdd0}\u{1fffe}
        line\u{2028}paragraph\u{2029}next\u{85}
        latin1 \xe9\xff, cut \xf0\x9f\x98
        ");
    }

    #[test]
    fn plain_text_of_any_script_stays_as_it_is() {
        for text in [
            "",
            "C:\\new\\table",
            "naïve Ωmega Zahlen ١٢٣ שלום 日本語 🙂",
        ] {
            assert_eq!(Foreign::new(text, ENOUGH).as_str(), text);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_no_escape_is_cut_in_two() {
        assert_eq!(Foreign::new("abcdef", 6).as_str(), "abcdef");
        assert_eq!(Foreign::new("abcdefg", 6).as_str(), "abcdef…");
        assert_eq!(Foreign::new("abcd\u{1b}", 6).as_str(), "abcd…");
        assert_eq!(
            Foreign::from_bytes(&vec![0xff; 1_000_000], 8).as_str(),
            "\\xff\\xff…"
        );
    }

    #[test]
    fn output_is_told_by_its_last_lines() {
        let shown = |output: &[u8], max_lines| -> Vec<String> {
            let lines = Foreign::lines(output, max_lines, ENOUGH);
            lines.iter().map(Foreign::to_string).collect()
        };
        assert_eq!(shown(b"", 3), [""; 0]);
        assert_eq!(
            shown(b"one\r\ntwo\n\nthree\x07\n", 9),
            ["one", "two", "", "three\\x07"]
        );
        assert_eq!(shown(b"one\ntwo\nthree", 2), ["two", "three"]);
    }
}
