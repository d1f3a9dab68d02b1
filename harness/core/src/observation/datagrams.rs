//! What of the transferred files programs sent in UDP datagrams: beside the connections that are looked at.

use std::collections::{BTreeMap, HashMap};

use super::Observation;
use crate::content::file_bytes;
use crate::manifest::{FileRecord, Manifest, Recorded, StepRecord};
use crate::pcap::FrameNumber;

/// The shortest run of contents that is looked for: incompressible, so that a chance match is out of the question.
const RUN_BYTES: usize = 16;

/// Contents begin this early in a datagram, or in none: behind a header of a program's own.
const LONGEST_HEADER_BYTES: usize = 64;

/// So much of each file is looked for: who sends a whole file sends its beginning.
const SOUGHT_BYTES: usize = 1 << 20;

/// More pieces than a file of that length has in datagrams of an Ethernet frame are not kept.
const MOST_PIECES: usize = 1 << 16;

/// A datagram with a piece of a file in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePiece {
    /// The file's name where it was sent from.
    pub name: String,
    /// The datagram.
    pub frame: FrameNumber,
    /// How many bytes of the file stand in it in a row.
    pub bytes: u64,
}

/// What of a file crossed in datagrams during a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InDatagrams {
    /// How many bytes.
    pub bytes: u64,
    /// The first and the last datagram.
    pub frames: [FrameNumber; 2],
}

impl Observation {
    /// What of the file crossed in datagrams during the step that transferred it.
    pub fn in_datagrams(&self, file: &FileRecord, record: &StepRecord) -> Option<InDatagrams> {
        let window = self.window(record)?;
        let is_its = |piece: &&FilePiece| {
            piece.name == file.name && window.after < piece.frame && piece.frame <= window.to
        };
        let pieces: Vec<_> = self.file_pieces.iter().filter(is_its).collect();
        Some(InDatagrams {
            bytes: pieces.iter().map(|piece| piece.bytes).sum(),
            frames: [pieces.first()?.frame, pieces.last()?.frame],
        })
    }
}

/// Datagrams on their way into an observation.
pub(super) struct Datagrams {
    sought: Files,
    index: Option<Index>,
    pieces: Vec<FilePiece>,
}

impl Datagrams {
    pub(super) fn new(manifest: &Manifest) -> Self {
        Self {
            sought: match manifest {
                Manifest::Recorded(recorded) => Files::of(recorded),
                Manifest::Foreign { .. } => Files::default(),
            },
            index: None,
            pieces: Vec::new(),
        }
    }

    /// Looks for files in a program's datagram. Few programs send any, so that files are made only then.
    pub(super) fn take(&mut self, frame: FrameNumber, payload: &[u8]) {
        if payload.len() < 2 * RUN_BYTES || self.pieces.len() == MOST_PIECES {
            return;
        }
        let sought = &self.sought;
        let index = self.index.get_or_insert_with(|| Index::of(sought));
        if let Some((name, bytes)) = index.find(payload) {
            let name = name.to_owned();
            self.pieces.push(FilePiece { name, frame, bytes });
        }
    }

    pub(super) fn finish(self) -> Vec<FilePiece> {
        self.pieces
    }
}

/// The files that steps transferred.
#[derive(Default)]
struct Files {
    seed: u64,
    /// The size of each, by name.
    sizes: BTreeMap<String, u64>,
}

impl Files {
    fn of(recorded: &Recorded) -> Self {
        let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
        for file in &recorded.files {
            let size = sizes.entry(file.name.clone()).or_default();
            *size = file.size.max(*size);
        }
        Self {
            seed: recorded.seed,
            sizes,
        }
    }
}

/// Every run of the files that begins at a multiple of its length, and where it stands.
struct Index {
    files: Vec<(String, Vec<u8>)>,
    runs: HashMap<[u8; RUN_BYTES], (usize, usize)>,
}

impl Index {
    fn of(sought: &Files) -> Self {
        let contents = |(name, size): (&String, &u64)| {
            let size = usize::try_from(*size).unwrap_or(SOUGHT_BYTES);
            let bytes = file_bytes(sought.seed, name, size.min(SOUGHT_BYTES));
            (name.clone(), bytes)
        };
        let files: Vec<_> = sought.sizes.iter().map(contents).collect();
        let mut runs = HashMap::new();
        for (number, (_, bytes)) in files.iter().enumerate() {
            let (whole, _) = bytes.as_chunks::<RUN_BYTES>();
            let places = (0..).step_by(RUN_BYTES);
            runs.extend(
                whole
                    .iter()
                    .zip(places)
                    .map(|(run, at)| (*run, (number, at))),
            );
        }
        Self { files, runs }
    }

    /// The file of which the payload has a piece, and how long that is.
    fn find(&self, payload: &[u8]) -> Option<(&str, u64)> {
        let starts = payload.windows(RUN_BYTES).enumerate();
        let mut near = starts.take(LONGEST_HEADER_BYTES + RUN_BYTES);
        let (start, (number, at)) = near.find_map(|(start, run)| {
            let run: &[u8; RUN_BYTES] = run.try_into().ok()?;
            Some((start, *self.runs.get(run)?))
        })?;
        let (name, contents) = &self.files[number];
        let run = contents[at..].iter().zip(&payload[start..]);
        let bytes = run.take_while(|(one, other)| one == other).count();
        Some((name, bytes as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of one file of 1000 bytes.
    fn index() -> (Index, Vec<u8>) {
        let sought = Files {
            seed: 7,
            sizes: BTreeMap::from([("a.bin".to_owned(), 1000)]),
        };
        (Index::of(&sought), file_bytes(7, "a.bin", 1000))
    }

    #[test]
    fn a_piece_is_found_wherever_it_begins_and_whatever_stands_before_it() {
        let (index, contents) = index();
        assert_eq!(index.find(&contents), Some(("a.bin", 1000)));
        let framed = [b"DATA 7\n", &contents[320..400]].concat();
        assert_eq!(index.find(&framed), Some(("a.bin", 80)));
        let odd = &contents[321..400];
        assert_eq!(index.find(odd), Some(("a.bin", 64)));
    }

    #[test]
    fn other_bytes_are_no_piece() {
        let (index, contents) = index();
        assert_eq!(index.find(&file_bytes(8, "a.bin", 1000)), None);
        assert_eq!(index.find(&contents[1..31]), None);
        assert_eq!(index.find(b""), None);
    }
}
