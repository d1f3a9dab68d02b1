//! `no-data-after-fin`: a side's FIN is the end of what it sends.

use super::catalogue::{Check, Judge, Requirement};
use super::each::Outcome;
use super::{Evidence, Finding, Verdict, absence, each, program};
use crate::diagnosis::Pattern;
use crate::flow::{Fin, Side};
use crate::manifest::Need;
use crate::observation::{Observation, ObservedConnection};
use crate::pcap::FrameNumber;
use crate::spec::Selection;

/// How many frames evidence names.
const SHOWN_FRAMES: usize = 8;

pub(super) const CHECK: Check = Check {
    id: "no-data-after-fin",
    title: "no side sends payload after its own FIN",
    requirement: Requirement {
        quote: "FIN: 1 bit. No more data from sender.",
        source: "RFC 9293 3.1",
    },
    precondition: "the capture is whole",
    needs: &[Need::Wire],
    parameters: &[],
    bind: |_| Ok(Box::new(NoDataAfterFin)),
};

#[derive(Debug)]
struct NoDataAfterFin;

impl Judge for NoDataAfterFin {
    fn expected(&self) -> String {
        "no payload of a side beyond its own FIN; what the other side still sends is legal"
            .to_owned()
    }

    fn judge(&self, observation: &Observation, selection: &Selection) -> Verdict {
        let verdict = each::connection(observation, selection, beyond_fin, |connections| {
            let count = program::count(connections.len(), "connection");
            format!(
                "no payload beyond a FIN on {count}{}",
                half_closed(connections)
            )
        });
        match verdict {
            Verdict::Pass(finding) => absence::passes(observation, finding),
            Verdict::Fail(_) | Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => verdict,
        }
    }
}

/// What was rightly sent to sides that had closed.
fn half_closed(connections: &[&ObservedConnection]) -> String {
    let sides = |connection: &&ObservedConnection| {
        let wire = &connection.wire;
        wire.by_initiator.bytes_after_peers_fin + wire.by_responder.bytes_after_peers_fin
    };
    match connections.iter().map(sides).sum::<u64>() {
        0 => String::new(),
        bytes => format!(
            "; {} after the other side's FIN, which is legal",
            program::count(bytes, "byte")
        ),
    }
}

fn beyond_fin(connection: &ObservedConnection) -> Outcome {
    let violated = [Side::Initiator, Side::Responder]
        .into_iter()
        .find_map(|side| {
            let half = connection.wire.sent_by(side);
            let fin = half.fin.filter(|_| half.bytes_after_fin() > 0)?;
            Some(sent_beyond(connection, side, fin))
        });
    violated.map_or_else(
        || Outcome::Holds("no payload beyond a FIN".into()),
        Outcome::Violated,
    )
}

fn sent_beyond(connection: &ObservedConnection, side: Side, fin: Fin) -> Finding {
    let bytes = program::count(connection.wire.sent_by(side).bytes_after_fin(), "byte");
    let frames: Vec<FrameNumber> = connection
        .sent_by(side)
        .pieces()
        .iter()
        .filter(|piece| piece.offsets.end > fin.offset)
        .map(|piece| piece.at.frame)
        .collect();
    let first = frames
        .first()
        .map_or_else(String::new, |first| format!(", first in frame {first}"));
    let fin = fin.sent.frame;
    let mut shown: Vec<_> = frames.into_iter().take(SHOWN_FRAMES).chain([fin]).collect();
    shown.sort_unstable();
    shown.dedup();
    Finding::from(format!(
        "the {side} sent {bytes} beyond its FIN (frame {fin}){first}"
    ))
    .with(Evidence::frames(
        "the FIN, and payload beyond it",
        connection.wire.id,
        shown,
    ))
    .usually(Pattern::DataAfterFin.usually())
}
