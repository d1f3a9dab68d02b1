//! A check's evidence as lines of a report, and where to look for it.

use std::collections::BTreeSet;

use super::recording::Recording;
use crate::checks::Evidence;
use crate::observation::Observation;
use crate::report::Look;
use crate::spec::ClientNumber;

/// How many places to look a row names.
const LOOKS: usize = 4;
/// How many lines of evidence a row shows.
const LINES: usize = 12;

/// The evidence, a line each; a crowd is counted.
pub(super) fn lines(evidence: &[Evidence]) -> Vec<String> {
    let mut lines: Vec<_> = evidence.iter().take(LINES).map(line).collect();
    let more = evidence.len().saturating_sub(LINES);
    if more > 0 {
        lines.push(format!("… and {more} more"));
    }
    lines
}

fn line(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Frames {
            what,
            connection,
            frames,
        } => {
            let numbers: Vec<_> = frames.iter().map(ToString::to_string).collect();
            let noun = if frames.len() == 1 { "frame" } else { "frames" };
            let of = connection.map_or_else(String::new, |id| format!(" of connection {id}"));
            format!("{noun} {}{of}: {what}", numbers.join(", "))
        }
        Evidence::Missing {
            what,
            connection,
            searched: (from, to),
            nearest,
        } => {
            let of = connection.map_or_else(String::new, |id| format!(" of connection {id}"));
            let nearest = nearest.map_or_else(String::new, |it| format!("; nearest: frame {it}"));
            format!("no {what}{of} in frames {from} to {to}{nearest}")
        }
        Evidence::Process { role, what } => format!("{role}: {what}"),
        Evidence::Sockets { what } => format!("socket table: {what}"),
        Evidence::File { name, what } => format!("file “{name}”: {what}"),
    }
}

/// The clients that it speaks of: of their connections, programs or files.
pub(super) fn clients(observation: &Observation, evidence: &[Evidence]) -> BTreeSet<ClientNumber> {
    evidence
        .iter()
        .flat_map(|evidence| clients_of(observation, evidence))
        .collect()
}

fn clients_of(observation: &Observation, evidence: &Evidence) -> Vec<ClientNumber> {
    match evidence {
        Evidence::Frames { connection, .. } | Evidence::Missing { connection, .. } => {
            let connection = connection.and_then(|id| observation.connection(id));
            connection.and_then(|it| it.client).into_iter().collect()
        }
        Evidence::Process { role, .. } => role.client().map(ClientNumber).into_iter().collect(),
        Evidence::Sockets { .. } => Vec::new(),
        Evidence::File { name, .. } => {
            let files = observation.recorded().map_or(&[][..], |it| &it.files);
            let same = files.iter().filter(|file| file.name == *name);
            same.map(|file| ClientNumber(file.client)).collect()
        }
    }
}

/// Where to look: one place a connection, the first frame that its evidence names.
pub(super) fn looks(recording: &Recording, evidence: &[Evidence]) -> Vec<Look> {
    let observation = &recording.observation;
    let mut seen = Vec::new();
    for place in evidence {
        let (connection, frame) = match place {
            Evidence::Frames {
                connection, frames, ..
            } => (*connection, frames.first().copied()),
            Evidence::Missing {
                connection,
                searched,
                nearest,
                ..
            } => (*connection, nearest.or(Some(searched.0))),
            Evidence::Process { .. } | Evidence::Sockets { .. } | Evidence::File { .. } => {
                (None, None)
            }
        };
        let (Some(id), Some(frame)) = (connection, frame) else {
            continue;
        };
        if seen.len() < LOOKS && !seen.iter().any(|(known, _)| *known == id) {
            seen.push((id, frame));
        }
    }
    seen.into_iter()
        .filter_map(|(id, frame)| {
            Some(Look {
                capture: recording.file.clone(),
                filter: observation.display_filter(observation.connection(id)?),
                frame: frame.0,
            })
        })
        .collect()
}
