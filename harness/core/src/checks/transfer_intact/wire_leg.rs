//! Whether a file's bytes crossed the wire, and in what form.

use crate::content::file_bytes;
use crate::flow::Side;
use crate::manifest::{FileRecord, StepRecord, Transfer};
use crate::observation::{Excerpt, Observation, find};
use crate::spec::ClientNumber;

/// Below so many bytes a file is no proof: any exchange has as many.
const SMALLEST_PROOF_BYTES: u64 = 64;
/// The shortest run of contents that is looked for: incompressible, so that a chance match is out of the question.
const SHORTEST_RUN_BYTES: usize = 16;

/// What the wire says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WireLeg {
    /// Enough payload crossed, in this form; or the leg does not apply.
    Crossed(String),
    /// Less payload crossed than the file has.
    Short {
        /// How much.
        bytes: u64,
    },
}

/// How a file's contents stand in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Contiguous,
    Framed,
    Encoded,
}

/// What the wire says of a file that one step transferred.
pub(super) fn look(observation: &Observation, file: &FileRecord, record: &StepRecord) -> WireLeg {
    if file.size < SMALLEST_PROOF_BYTES {
        let what = format!("the wire leg does not apply below {SMALLEST_PROOF_BYTES} bytes");
        return WireLeg::Crossed(what);
    }
    let streams = streams(observation, file, record);
    let bytes = streams
        .iter()
        .map(|stream| stream.bytes.len() as u64 + stream.left_out_bytes)
        .sum();
    if bytes < file.size {
        return WireLeg::Short { bytes };
    }
    WireLeg::Crossed(format!(
        "{bytes} payload bytes, {}",
        form_in_words(observation, file, &streams)
    ))
}

/// What the client's connections carried in the file's direction during the step.
pub(super) fn streams(
    observation: &Observation,
    file: &FileRecord,
    record: &StepRecord,
) -> Vec<Excerpt> {
    let sender = match file.transfer {
        Transfer::Upload => Side::Initiator,
        Transfer::Download => Side::Responder,
    };
    let client = ClientNumber(file.client);
    observation
        .window(record)
        .into_iter()
        .flat_map(|window| {
            observation
                .connections
                .iter()
                .filter(|connection| connection.client == Some(client))
                .map(move |connection| connection.sent_by(sender).within(window))
        })
        .collect()
}

fn form_in_words(observation: &Observation, file: &FileRecord, streams: &[Excerpt]) -> String {
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let has_all = streams.iter().all(|stream| stream.left_out_bytes == 0);
    let (true, Some(recorded)) = (has_all, observation.recorded()) else {
        return "too many to be searched for the contents".to_owned();
    };
    let contents = file_bytes(recorded.seed, &file.name, size);
    let form = streams
        .iter()
        .map(|stream| form(&contents, &stream.bytes))
        .min_by_key(|form| *form as u8);
    match form.unwrap_or(Form::Encoded) {
        Form::Contiguous => "contiguous".to_owned(),
        Form::Framed => "framed (in order, foreign bytes between)".to_owned(),
        Form::Encoded => "encoded (the contents were not found as they are)".to_owned(),
    }
}

fn form(contents: &[u8], stream: &[u8]) -> Form {
    if find(stream, contents).is_some() {
        Form::Contiguous
    } else if is_framed(contents, stream) {
        Form::Framed
    } else {
        Form::Encoded
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
        assert_eq!(form(&contents, &plain), Form::Contiguous);
        assert_eq!(
            form(&contents, &framed(&contents, 128, b"DATA")),
            Form::Framed
        );
        assert_eq!(
            form(&contents, &framed(&contents, 100, &contents[100..101])),
            Form::Framed
        );
        let hexadecimal: Vec<u8> = contents
            .iter()
            .flat_map(|b| format!("{b:02x}").into_bytes())
            .collect();
        assert_eq!(form(&contents, &hexadecimal), Form::Encoded);
        assert_eq!(form(&contents, &contents[..999]), Form::Encoded);
    }
}
