//! Whether a file's bytes crossed the wire, and in what form.

use super::beside::{self, Beside};
use super::form::Form;
use crate::checks::{Cause, Evidence};
use crate::content::file_bytes;
use crate::flow::Side;
use crate::manifest::{FileRecord, StepRecord, Transfer};
use crate::observation::{Excerpt, InDatagrams, Observation};
use crate::spec::ClientNumber;

/// Below so many bytes a file is no proof: any exchange has as many.
const SMALLEST_PROOF_BYTES: u64 = 64;

/// What the wire says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WireLeg {
    /// Enough payload crossed, in this form; or the leg does not apply.
    Crossed {
        /// How.
        how: String,
        /// Where, if it was not on the client's own connections.
        evidence: Option<Evidence>,
    },
    /// Less payload crossed than the file has.
    Short {
        /// How much.
        bytes: u64,
    },
    /// Its contents were not found on the client's connections, and crossed beside them.
    Datagrams(InDatagrams),
    /// Less crossed on the client's connections; it may have crossed on another.
    Unknown {
        /// Whose doing it is that this is not known.
        cause: Cause,
        /// Where it may have crossed.
        what: String,
    },
}

/// What the wire says of a file that one step transferred.
pub(super) fn look(observation: &Observation, file: &FileRecord, record: &StepRecord) -> WireLeg {
    if file.size < SMALLEST_PROOF_BYTES {
        let how = format!("the wire leg does not apply below {SMALLEST_PROOF_BYTES} bytes");
        return WireLeg::Crossed {
            how,
            evidence: None,
        };
    }
    let streams = streams(observation, file, record);
    let bytes = carried(&streams);
    let form = form(observation, file, &streams);
    if (bytes < file.size || form == Some(Form::Encoded))
        && let Some(datagrams) = observation.in_datagrams(file, record)
    {
        return WireLeg::Datagrams(datagrams);
    }
    if bytes < file.size {
        return beside_the_clients(observation, file, record, bytes);
    }
    let form = form.map_or("too many to be searched for the contents", Form::in_words);
    WireLeg::Crossed {
        how: format!("{bytes} payload bytes, {form}"),
        evidence: None,
    }
}

/// How many payload bytes these are.
pub(super) fn carried(streams: &[Excerpt]) -> u64 {
    streams
        .iter()
        .map(|stream| stream.bytes.len() as u64 + stream.left_out_bytes)
        .sum()
}

/// What connections that are not known as the client's tell, where its own carried too few bytes.
fn beside_the_clients(
    observation: &Observation,
    file: &FileRecord,
    record: &StepRecord,
    bytes: u64,
) -> WireLeg {
    let own = format!(
        "{bytes} payload bytes that way on client {}'s connections",
        file.client
    );
    match (
        beside::look(observation, file, record),
        observation.only_port(),
    ) {
        (Beside::Found(found), _) => WireLeg::Crossed {
            how: format!(
                "{} on connection {}, which client {} is not known to have dialled",
                found.form.in_words(),
                found.connection,
                file.client
            ),
            evidence: Some(Evidence::frames(
                "the contents",
                found.connection,
                found.frames,
            )),
        },
        (Beside::Shared(connection), _) => WireLeg::Unknown {
            cause: Cause::Program,
            what: format!(
                "{own}; the contents on connection {connection} may be another client's of the same name"
            ),
        },
        (Beside::Bytes(connection), _) => WireLeg::Unknown {
            cause: Cause::Program,
            what: format!(
                "{own}; it may have crossed, encoded, on connection {connection}, whose owner is not known"
            ),
        },
        (Beside::Nothing, Some(port)) => WireLeg::Unknown {
            cause: Cause::Harness,
            what: format!("{own}, and only port {port} was recorded at this level"),
        },
        (Beside::Nothing, None) => WireLeg::Short { bytes },
    }
}

/// What the client's connections carried in the file's direction during the step.
pub(super) fn streams(
    observation: &Observation,
    file: &FileRecord,
    record: &StepRecord,
) -> Vec<Excerpt> {
    let sender = sender(file);
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

/// The side that sends the file.
pub(super) fn sender(file: &FileRecord) -> Side {
    match file.transfer {
        Transfer::Upload => Side::Initiator,
        Transfer::Download => Side::Responder,
    }
}

/// How the contents stand in the streams; `None` if those are too long to be searched.
fn form(observation: &Observation, file: &FileRecord, streams: &[Excerpt]) -> Option<Form> {
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let has_all = streams.iter().all(|stream| stream.left_out_bytes == 0);
    let (true, Some(recorded)) = (has_all, observation.recorded()) else {
        return None;
    };
    let contents = file_bytes(recorded.seed, &file.name, size);
    let form = streams
        .iter()
        .map(|stream| Form::of(&contents, &stream.bytes))
        .min_by_key(|form| *form as u8);
    Some(form.unwrap_or(Form::Encoded))
}
