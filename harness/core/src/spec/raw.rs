//! What a raw client sends: the bytes of each request, as the target's `[raw.steps]` gives them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::placeholder::{Piece, pieces};

/// What raw clients send, by step name; a step that is missing here they cannot do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawSteps(pub BTreeMap<String, RawMessage>);

/// The bytes of one request: its parts, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    /// The parts, in order; at least one.
    pub parts: Vec<RawPart>,
}

/// A part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawPart {
    /// Text in which `{name}`, `{size}` and `{content}` stand for the file's.
    Text(String),
    /// Bytes as they stand.
    Bytes(Vec<u8>),
}

impl RawSteps {
    /// What is sent for the step of this name.
    pub fn message(&self, step: &str) -> Option<&RawMessage> {
        self.0.get(step)
    }
}

impl RawMessage {
    /// The bytes, with what the placeholders stand for.
    pub fn fill(&self, name: &str, size: u64, content: &[u8]) -> Vec<u8> {
        let filled = |piece| match piece {
            Piece::Text(text) => Cow::Borrowed(text.as_bytes()),
            Piece::Placeholder("name") => Cow::Borrowed(name.as_bytes()),
            Piece::Placeholder("size") => Cow::Owned(size.to_string().into_bytes()),
            Piece::Placeholder("content") => Cow::Borrowed(content),
            Piece::Placeholder(word) | Piece::Doubled(word) => {
                Cow::Owned(format!("{{{word}}}").into_bytes())
            }
        };
        let mut bytes = Vec::new();
        for part in &self.parts {
            match part {
                RawPart::Bytes(these) => bytes.extend_from_slice(these),
                RawPart::Text(text) => {
                    for piece in pieces(text) {
                        bytes.extend_from_slice(&filled(piece));
                    }
                }
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_text_are_filled_and_bytes_stand_as_they_are() {
        let message = RawMessage {
            parts: vec![
                RawPart::Bytes(b"\x00{name}".to_vec()),
                RawPart::Text("UPLOAD {name} {size}\n{content}. {{name}}".to_owned()),
            ],
        };
        assert_eq!(
            message.fill("a.bin", 2, b"\xff{"),
            b"\x00{name}UPLOAD a.bin 2\n\xff{. {name}"
        );
    }
}
