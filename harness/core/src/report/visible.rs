//! Text that can neither move a cursor, nor reorder what stands around it, nor speak to a CI log.

use crate::text::is_hostile;

pub(super) use crate::text::with_text;

/// The text with everything invisible shown as an escape: controls as `\x1b`, bidirectional controls, line separators
/// and noncharacters as `\u{202e}`. A line break or tab becomes a space: one field is one line.
pub fn visible(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut shown, c| {
            match c {
                '\n' | '\t' => shown.push(' '),
                c if !is_hostile(c) => shown.push(c),
                c if c.is_ascii() => shown.extend(["\\x", &format!("{:02x}", u32::from(c))]),
                c => shown.extend(c.escape_unicode()),
            }
            shown
        })
}

/// Output whose lines a CI runner cannot take for commands to itself: GitHub's begin with `::`, Azure's hold `##[`.
pub fn harmless(output: &str) -> String {
    if !output.contains("##") && !output.contains("::") {
        return output.to_owned();
    }
    let output = output.replace("##[", "#\\#[").replace("##vso[", "#\\#vso[");
    output
        .split_inclusive('\n')
        .map(|line| match line.trim_start() {
            command if command.starts_with("::") => line.replacen("::", "\\::", 1),
            _ => line.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown_as_an_escape() {
        assert_eq!(visible("FAIL\u{1b}[2K\rPASS"), "FAIL\\x1b[2K\\x0dPASS");
        assert_eq!(visible("a\u{202e}b\u{fffe}c"), "a\\u{202e}b\\u{fffe}c");
        assert_eq!(visible("C1 \u{9b}31m"), "C1 \\u{9b}31m");
        assert_eq!(visible("two\nlines, é 名"), "two lines, é 名");
    }

    #[test]
    fn a_line_cannot_be_a_command_to_a_ci_runner() {
        assert_eq!(harmless("a\n  ::notice::x\n"), "a\n  \\::notice::x\n");
        assert_eq!(harmless("a ##[error]b"), "a #\\#[error]b");
        assert_eq!(harmless("listens on ::1"), "listens on ::1");
    }
}
