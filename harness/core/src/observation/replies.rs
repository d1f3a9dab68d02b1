//! How a reply is told from a banner or a refusal: by the target's patterns or, without any, by its likeness to the reply
//! that a lone client got for the same step, or by the names of files in it.

use std::collections::BTreeMap;

use regex::bytes::Regex;

use super::Observation;
use crate::content::as_text;
use crate::spec::{ClientNumber, Step, Target};

/// Bytes of a reply that are compared; what follows is contents.
const COMPARED_BYTES: usize = 4096;

/// Fewer may begin any reply.
const TELLING_BYTES: usize = 4;

/// How the reply to each step is recognised.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    patterns: BTreeMap<String, Vec<Regex>>,
    known: BTreeMap<&'static str, Vec<LoneReply>>,
}

/// What a lone client got for one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoneReply {
    /// Since the first byte of its request.
    pub(super) whole: Shape,
    /// Since the last byte; `None` if the server had said everything by then.
    pub(super) after_request: Option<Shape>,
}

/// A reply without what may differ between two clients: runs of digits, the file's name, and the file's contents with all
/// that follows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(Vec<u8>);

/// The file that a step transfers, as far as it can appear in a reply.
#[derive(Clone, Debug)]
pub(super) struct Transferred {
    pub(super) name: String,
    /// Its first bytes, enough to find it by; empty if it has none.
    pub(super) head: Vec<u8>,
}

impl Transferred {
    /// Where its contents begin in a reply, as they are or as text.
    fn contents_in(&self, reply: &[u8]) -> Option<usize> {
        let as_text = as_text(&self.head);
        let forms = as_text.iter().map(String::as_bytes);
        // Of a file of a byte or two base64 has no whole group.
        let forms = forms.filter(|form| form.len() >= self.head.len());
        forms
            .chain([self.head.as_slice()])
            .filter_map(|form| find(reply, form))
            .min()
    }
}

impl Replies {
    /// By the target's patterns alone.
    pub fn of(target: &Target) -> Self {
        let patterns = target
            .client
            .steps
            .iter()
            .map(|script| (script.step.clone(), script.replies().cloned().collect()))
            .filter(|(_, patterns): &(String, Vec<Regex>)| !patterns.is_empty())
            .collect();
        Self {
            patterns,
            known: BTreeMap::new(),
        }
    }

    /// The same, and by the replies that the only client of `lone` got.
    #[must_use]
    pub fn with_lone(mut self, lone: &Observation) -> Self {
        for record in lone.requests_of(ClientNumber(1)) {
            let reply = lone.lone_reply(ClientNumber(1), record);
            if let (Some(step), Some(reply)) = (lone.step(record), reply) {
                self.known.entry(step.name()).or_default().push(reply);
            }
        }
        self
    }

    /// Whether the target says of no step what its reply looks like.
    pub(crate) fn are_learnt(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether the target says of this step what its reply looks like.
    pub(crate) fn are_told(&self, step: &Step) -> bool {
        !self.patterns(step).is_empty()
    }

    /// The target's patterns for a step, in the order of its exchanges; empty if it has none.
    pub(super) fn patterns(&self, step: &Step) -> &[Regex] {
        self.patterns.get(asked(step)).map_or(&[], Vec::as_slice)
    }

    /// A lone client's replies to a step; empty if there were none.
    pub(super) fn known(&self, step: &Step) -> &[LoneReply] {
        self.known.get(asked(step)).map_or(&[], Vec::as_slice)
    }
}

/// The name of what a step asks for: a fault that comes during a request begins with it.
fn asked(step: &Step) -> &'static str {
    step.request().unwrap_or(step).name()
}

impl Shape {
    /// The shape of a reply, and how many of its first bytes it covers.
    pub(super) fn of(reply: &[u8], file: Option<&Transferred>) -> (Self, usize) {
        let head = &reply[..reply.len().min(COMPARED_BYTES)];
        let contents = file.and_then(|file| file.contents_in(reply));
        let head = &head[..contents.unwrap_or(head.len()).min(head.len())];
        let covered = contents.map_or(head.len(), |start| start + 1);
        (Self(masked(head, file)), covered)
    }

    /// Whether this goes on where the other ends: a list of more than there was, or news after it.
    fn continues(&self, other: &Self) -> bool {
        let beginning = other.0.trim_ascii_end();
        beginning.len() >= TELLING_BYTES && self.0.starts_with(beginning)
    }
}

/// How many bytes of a reply tell that it goes on where a known one ends: its lines up to the first that does.
pub(super) fn continued_at(
    reply: &[u8],
    file: Option<&Transferred>,
    known: &Shape,
) -> Option<usize> {
    let head = &reply[..reply.len().min(COMPARED_BYTES)];
    let lines = head.split_inclusive(|&byte| byte == b'\n');
    let ends = lines.scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    let mut ends = ends.filter(|&end| Shape::of(&head[..end], file).0.continues(known));
    ends.next()
}

/// `\x00` stands for a run of digits, `\x01` for the file's name: what masks must not be made of what they mask.
fn masked(bytes: &[u8], file: Option<&Transferred>) -> Vec<u8> {
    let name = file.map_or(&[][..], |file| file.name.as_bytes());
    let mut masked = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        if !name.is_empty() && rest.starts_with(name) {
            masked.push(1);
            rest = &rest[name.len()..];
            continue;
        }
        let mask = if byte.is_ascii_digit() { 0 } else { byte };
        if mask != 0 || masked.last() != Some(&0) {
            masked.push(mask);
        }
        rest = after;
    }
    masked
}

/// Where `needle` first stands in `haystack`; an empty one stands nowhere.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let last_start = haystack.len().checked_sub(needle.len())?;
    let mut from = 0;
    while from <= last_start {
        let step = haystack[from..=last_start]
            .iter()
            .position(|&byte| byte == first)?;
        from += step;
        if haystack[from..].starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn alike(one: &[u8], other: &[u8], file: Option<&Transferred>) -> bool {
        Shape::of(one, file).0 == Shape::of(other, file).0
    }

    #[test]
    fn digits_do_not_make_a_difference_and_words_do() {
        assert!(alike(b"3 files, 12 bytes\n", b"17 files, 9 bytes\n", None));
        assert!(!alike(b"3 files\n", b"server full\n", None));
        assert!(!alike(b"", b"\n", None));
    }

    #[test]
    fn a_list_of_more_goes_on_where_a_shorter_one_ends() {
        let goes_on = |one: &[u8], other: &[u8]| continued_at(other, None, &Shape::of(one, None).0);
        let more = b"Online: user-1, user-22\nuser-22 left\n";
        assert_eq!(goes_on(b"Online: user-1\n", more), Some(24));
        assert_eq!(goes_on(b"0 files\n", b"2 files\na\nb\n"), Some(8));
        assert_eq!(goes_on(b"2 files\na\nb\n", b"0 files\n"), None);
        assert_eq!(goes_on(b"OK\n", b"OK is what you are not\n"), None);
        assert_eq!(goes_on(b"", b"server full\n"), None);
    }

    #[test]
    fn a_banner_before_the_same_reply_is_another_shape() {
        assert!(!alike(b"OK 1\n", b"hello\nOK 1\n", None));
    }

    #[test]
    fn a_shape_ends_where_the_file_begins() {
        let file = Transferred {
            name: "notes.bin".to_owned(),
            head: b"0123456789abcdef".to_vec(),
        };
        assert!(alike(
            b"size 16\n0123456789abcdef",
            b"size 99\n0123456789abcdef and more",
            Some(&file)
        ));
        assert_eq!(
            Shape::of(b"0123456789abcdef", Some(&file)),
            (Shape(vec![]), 1)
        );
    }

    #[test]
    fn contents_are_known_as_text_too() {
        let file = Transferred {
            name: "notes.bin".to_owned(),
            head: b"0123456789abcdef".to_vec(),
        };
        let beginning = Shape::of(b"{\"data\": \"", None).0;
        for text in [
            "MDEyMzQ1Njc4OWFiY2RlZmdoaQ==",
            "303132333435363738396162636465666768",
        ] {
            let reply = format!("{{\"data\": \"{text}\"}}\n");
            assert_eq!(Shape::of(reply.as_bytes(), Some(&file)).0, beginning);
        }
    }

    #[test]
    fn the_name_of_the_file_does_not_make_a_difference() {
        let shape = |reply: &[u8], name: &str| {
            let file = Transferred {
                name: name.to_owned(),
                head: Vec::new(),
            };
            Shape::of(reply, Some(&file)).0
        };
        assert_eq!(
            shape(b"stored notes-2.bin\n", "notes-2.bin"),
            shape(b"stored other\n", "other")
        );
    }

    #[test]
    fn a_needle_is_found_where_it_first_stands() {
        assert_eq!(find(b"aabab", b"ab"), Some(1));
        assert_eq!(find(b"aab", b"abb"), None);
        assert_eq!(find(b"abc", b""), None);
        assert_eq!(find(b"a", b"abc"), None);
    }
}
