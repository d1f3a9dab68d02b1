//! What a raw client sends: the bytes of each request, as the target's `[raw.steps]` gives them.

use std::collections::BTreeMap;

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
        let mut bytes = Vec::new();
        for part in &self.parts {
            match part {
                RawPart::Bytes(these) => bytes.extend_from_slice(these),
                RawPart::Text(text) => {
                    let size = size.to_string();
                    let named = text.replace("{name}", name).replace("{size}", &size);
                    fill_content(&named, content, &mut bytes);
                }
            }
        }
        bytes
    }
}

fn fill_content(text: &str, content: &[u8], bytes: &mut Vec<u8>) {
    let mut pieces = text.split("{content}");
    bytes.extend(pieces.next().unwrap_or_default().bytes());
    for piece in pieces {
        bytes.extend_from_slice(content);
        bytes.extend(piece.bytes());
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
                RawPart::Text("UPLOAD {name} {size}\n{content}.".to_owned()),
            ],
        };
        assert_eq!(
            message.fill("a.bin", 2, b"\xff{"),
            b"\x00{name}UPLOAD a.bin 2\n\xff{."
        );
    }
}
