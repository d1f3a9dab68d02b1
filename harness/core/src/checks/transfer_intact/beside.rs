//! Files that cross beside the client's known connections: on a second one that the server dialled, or that was over before
//! its owner was looked up (as the data connections of FTP, RFC 959, 3.2).

use std::collections::BTreeSet;

use super::form::Form;
use crate::content::file_bytes;
use crate::flow::{ConnectionId, Side};
use crate::manifest::{FileRecord, StepRecord};
use crate::observation::{FrameWindow, Observation, ObservedConnection, Transcript};
use crate::pcap::FrameNumber;
use crate::spec::ClientNumber;

/// What nobody's connections say of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Its contents crossed, and they are this step's.
    Found(Found),
    /// Its contents crossed here, for this step or another client's of the same name.
    Shared(ConnectionId),
    /// As many bytes as it has crossed here, and they are not its contents as they are.
    Bytes(ConnectionId),
    /// No connection carried as much.
    Nothing,
}

/// Where a file's contents were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// On this connection.
    pub(super) connection: ConnectionId,
    /// In this form.
    pub(super) form: Form,
    /// The first and the last frame of the step that carried payload there.
    pub(super) frames: Vec<FrameNumber>,
}

/// One direction of a connection that is nobody's.
#[derive(Clone, Copy)]
struct Half<'a> {
    connection: ConnectionId,
    sent: &'a Transcript,
}

/// What the connections that are no client's carried of a file during its step, whoever dialled whom.
pub(super) fn look(observation: &Observation, file: &FileRecord, record: &StepRecord) -> Beside {
    let (Some(recorded), Some(window)) = (observation.recorded(), observation.window(record))
    else {
        return Beside::Nothing;
    };
    let halves = halves(observation, window, file.size);
    let Some(first) = halves.first() else {
        return Beside::Nothing;
    };
    let size = usize::try_from(file.size).unwrap_or(usize::MAX);
    let contents = file_bytes(recorded.seed, &file.name, size);
    let found: Vec<Found> = halves
        .iter()
        .filter_map(|half| found(*half, window, &contents))
        .collect();
    match found.first() {
        None => Beside::Bytes(first.connection),
        Some(found_first) if found.len() > rivals(observation, file, window) => {
            Beside::Found(found_first.clone())
        }
        Some(found_first) => Beside::Shared(found_first.connection),
    }
}

/// The halves that carried at least so many bytes in the window.
fn halves(observation: &Observation, window: FrameWindow, bytes: u64) -> Vec<Half<'_>> {
    let nobodys = observation.connections.iter().filter(|connection| {
        connection.client.is_none() && !is_past_server(observation, connection)
    });
    nobodys
        .flat_map(|connection| {
            [Side::Initiator, Side::Responder].map(|side| Half {
                connection: connection.wire.id,
                sent: connection.sent_by(side),
            })
        })
        .filter(|half| half.sent.bytes_within(window) >= bytes)
        .collect()
}

/// Whether clients held both ends: what crosses there does not come to the server or from it.
fn is_past_server(observation: &Observation, connection: &ObservedConnection) -> bool {
    let ends = (connection.wire.initiator, connection.wire.responder);
    observation.recorded().is_some_and(|recorded| {
        let mut past = recorded.past_server.iter();
        past.any(|it| (it.initiator, it.responder) == ends)
    })
}

fn found(half: Half<'_>, window: FrameWindow, contents: &[u8]) -> Option<Found> {
    let form = match Form::of(contents, &half.sent.within(window).bytes) {
        form @ (Form::Contiguous | Form::Framed) => form,
        Form::Encoded => return None,
    };
    let frames: BTreeSet<_> = half
        .sent
        .pieces_within(window)
        .map(|piece| piece.at.frame)
        .collect();
    Some(Found {
        connection: half.connection,
        form,
        frames: frames
            .first()
            .into_iter()
            .chain(frames.last())
            .copied()
            .collect(),
    })
}

/// How many other clients transferred a file of this name, and so the same contents, at the same time.
fn rivals(observation: &Observation, file: &FileRecord, window: FrameWindow) -> usize {
    let Some(recorded) = observation.recorded() else {
        return 0;
    };
    let overlaps = |other: &FileRecord| {
        let records = observation.steps_of(ClientNumber(other.client)).iter();
        records
            .filter(|record| record.entry == other.entry)
            .filter_map(|record| observation.window(record))
            .any(|its| its.after < window.to && window.after < its.to)
    };
    let others = recorded.files.iter();
    others
        .filter(|other| other.client != file.client && other.name == file.name)
        .filter(|other| overlaps(other))
        .count()
}
