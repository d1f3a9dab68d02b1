//! How a file's contents stand in a stream.

use crate::observation::find;

/// The shortest run of contents that is looked for: incompressible, so that a chance match is out of the question.
const SHORTEST_RUN_BYTES: usize = 16;

/// How a file's contents stand in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are.
    Contiguous,
    /// In order, with foreign bytes between.
    Framed,
    /// They were not found.
    Encoded,
}

impl Form {
    /// How these contents stand in this stream.
    pub(super) fn of(contents: &[u8], stream: &[u8]) -> Self {
        if find(stream, contents).is_some() {
            Self::Contiguous
        } else if is_framed(contents, stream) {
            Self::Framed
        } else {
            Self::Encoded
        }
    }

    /// The form as evidence says it.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Contiguous => "contiguous",
            Self::Framed => "framed (in order, foreign bytes between)",
            Self::Encoded => "encoded (the contents were not found as they are)",
        }
    }
}

/// Whether the stream holds the contents in order, in runs of at least [`SHORTEST_RUN_BYTES`] (the last may be shorter).
fn is_framed(contents: &[u8], stream: &[u8]) -> bool {
    let (mut contents, mut stream) = (contents, stream);
    while !contents.is_empty() {
        let needle = &contents[..contents.len().min(SHORTEST_RUN_BYTES)];
        let Some(at) = find(stream, needle) else {
            return false;
        };
        let run = contents
            .iter()
            .zip(&stream[at..])
            .take_while(|(a, b)| a == b)
            .count();
        contents = &contents[run..];
        stream = &stream[at + run..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::file_bytes;

    fn framed(contents: &[u8], chunk: usize, header: &[u8]) -> Vec<u8> {
        contents
            .chunks(chunk)
            .flat_map(|chunk| [header, chunk].concat())
            .collect()
    }

    #[test]
    fn a_file_is_found_as_it_is_in_frames_or_not_at_all() {
        let contents = file_bytes(3, "notes.bin", 1000);
        let plain = [b"PUT notes.bin\n", contents.as_slice(), b"\n"].concat();
        assert_eq!(Form::of(&contents, &plain), Form::Contiguous);
        assert_eq!(
            Form::of(&contents, &framed(&contents, 128, b"DATA")),
            Form::Framed
        );
        assert_eq!(
            Form::of(&contents, &framed(&contents, 100, &contents[100..101])),
            Form::Framed
        );
        let hexadecimal: Vec<u8> = contents
            .iter()
            .flat_map(|b| format!("{b:02x}").into_bytes())
            .collect();
        assert_eq!(Form::of(&contents, &hexadecimal), Form::Encoded);
        assert_eq!(Form::of(&contents, &contents[..999]), Form::Encoded);
    }
}
