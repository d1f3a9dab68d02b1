//! `{word}` in what a target says: where a placeholder stands, and what is text that merely has braces.
//!
//! Only lower-case letters and `_` between one pair of braces make a placeholder, so that JSON, `{}` and `{2}` are text.
//! `{{word}}` is the text `{word}`.

use std::borrow::Cow;

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text as it stands; never empty.
    Text(&'a str),
    /// `{word}`: the word.
    Placeholder(&'a str),
    /// `{{word}}`, which is no placeholder: the word.
    Doubled(&'a str),
}

/// What becomes of `{{word}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubled {
    /// It becomes the text `{word}`: nothing is filled in after this.
    Text,
    /// It stays, for whoever fills in the rest.
    Kept,
}

/// The text with what `value` gives for its placeholders; one for which it gives nothing stays.
pub(crate) fn fill<'v>(
    text: &str,
    doubled: Doubled,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
) -> String {
    let filled = |piece| match piece {
        Piece::Text(text) => Cow::Borrowed(text),
        Piece::Placeholder(word) => match value(word) {
            Some(value) => Cow::Owned(value.into_owned()),
            None => Cow::Owned(format!("{{{word}}}")),
        },
        Piece::Doubled(word) => Cow::Owned(match doubled {
            Doubled::Text => format!("{{{word}}}"),
            Doubled::Kept => format!("{{{{{word}}}}}"),
        }),
    };
    pieces(text).map(filled).collect()
}

/// The parts of a text, in order; nothing of it is left out.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = first_piece(rest)?;
        rest = after;
        Some(piece)
    })
}

/// The first part of a text, and what follows it.
fn first_piece(text: &str) -> Option<(Piece<'_>, &str)> {
    if text.is_empty() {
        return None;
    }
    if let Some((word, after)) = braced(text, "{{", "}}") {
        return Some((Piece::Doubled(word), after));
    }
    if let Some((word, after)) = braced(text, "{", "}") {
        return Some((Piece::Placeholder(word), after));
    }
    let next = text.match_indices('{').find(|(at, _)| {
        let here = &text[*at..];
        *at > 0 && (braced(here, "{{", "}}").is_some() || braced(here, "{", "}").is_some())
    });
    let (text, after) = text.split_at(next.map_or(text.len(), |(at, _)| at));
    Some((Piece::Text(text), after))
}

/// The word between the braces with which the text begins, and what follows them.
fn braced<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str)> {
    let (word, after) = text.strip_prefix(open)?.split_once(close)?;
    let is_word = !word.is_empty() && word.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
    is_word.then_some((word, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let filled = fill(text, Doubled::Text, |word| {
            (word == "name").then_some("{size}".into())
        });
        assert_eq!(filled, expected);
    }

    #[test]
    fn only_a_lower_case_word_in_braces_is_a_placeholder() {
        check("PUT {name} {size}", "PUT {size} {size}");
        check(
            r#"{"cmd": {"n": 1}} {} { name } {Name} {2,3} {na"#,
            r#"{"cmd": {"n": 1}} {} { name } {Name} {2,3} {na"#,
        );
        check(r#"{"file":"{name}"}"#, r#"{"file":"{size}"}"#);
        check("é{{{name}}}", "é{{name}}");
    }

    #[test]
    fn doubled_braces_are_text() {
        check("{{name}} {{1}}", "{name} {{1}}");
        let kept = fill("{{name}} {name}", Doubled::Kept, |_| None);
        assert_eq!(kept, "{{name}} {name}");
    }

    proptest::proptest! {
        #[test]
        fn what_is_not_filled_in_stays_as_it_was(text in "[{}a_ A\"é]{0,12}") {
            proptest::prop_assert_eq!(fill(&text, Doubled::Kept, |_| None), text);
        }
    }
}
