//! A command line in its words, quoted as in a POSIX shell; nothing is expanded.

/// Why a text has no words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WordsError {
    /// A quotation that is not closed.
    #[error("a command line has an open quotation mark")]
    OpenQuote,
    /// Nothing, or blanks.
    #[error("a command line is empty")]
    Empty,
}

/// The words of a command line, at least one.
pub(super) fn split(text: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' | '"' => {
                let quoted = until(c, &mut chars)?;
                word.get_or_insert_default().push_str(&quoted);
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.is_empty() {
        return Err(WordsError::Empty);
    }
    Ok(words)
}

/// What stands before the closing mark. In double quotes a backslash guards a mark or another backslash.
fn until(mark: char, chars: &mut impl Iterator<Item = char>) -> Result<String, WordsError> {
    let mut quoted = String::new();
    while let Some(c) = chars.next() {
        match c {
            c if c == mark => return Ok(quoted),
            '\\' if mark == '"' => match chars.next().ok_or(WordsError::OpenQuote)? {
                guarded @ ('"' | '\\') => quoted.push(guarded),
                other => quoted.extend(['\\', other]),
            },
            c => quoted.push(c),
        }
    }
    Err(WordsError::OpenQuote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: &[&str]) {
        assert_eq!(split(text).unwrap(), words);
    }

    #[test]
    fn words_stand_between_blanks_and_quotes_hold_them_together() {
        check("python3  server.py", &["python3", "server.py"]);
        check(
            "java -cp 'my classes' \"Main Class\"",
            &["java", "-cp", "my classes", "Main Class"],
        );
        check(
            r#"a\ b "say \"hi\" C:\x" '' x"y"z"#,
            &["a b", r#"say "hi" C:\x"#, "", "xyz"],
        );
    }

    #[test]
    fn an_open_quotation_and_an_empty_line_are_errors() {
        assert_eq!(split("echo 'x"), Err(WordsError::OpenQuote));
        assert_eq!(split("  "), Err(WordsError::Empty));
    }
}
