//! Who closed a connection, and whether that was the program's own doing.

use super::{Evidence, Finding};
use crate::diagnosis::Pattern;
use crate::flow::{Ending, Fin, Milestone, Reset, Side};
use crate::observation::{Observation, ObservedConnection, OwnClose};

/// One side's close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// Its FIN was acknowledged, and its program sent it by itself.
    Proven(Fin),
    /// Its FIN was never acknowledged.
    Unacknowledged(Fin),
    /// Its FIN proves nothing: the kernel sent it for a program that was being ended.
    NotOwn(Fin, OwnClose),
    /// It sent no FIN.
    Missing,
}

/// One side's close of a connection.
pub(super) fn of(observation: &Observation, connection: &ObservedConnection, side: Side) -> Close {
    let Some(fin) = connection.wire.sent_by(side).fin else {
        return Close::Missing;
    };
    match observation.own_close(connection.role(side), fin.sent) {
        OwnClose::Own if fin.acknowledged.is_some() => Close::Proven(fin),
        OwnClose::Own => Close::Unacknowledged(fin),
        by @ (OwnClose::AfterStop | OwnClose::AfterFaultStep | OwnClose::Crash) => {
            Close::NotOwn(fin, by)
        }
    }
}

/// When a side left, if it was the first to: by FIN or RST.
pub(super) fn left_first(connection: &ObservedConnection, side: Side) -> Option<Milestone> {
    let left = |side| {
        let half = connection.wire.sent_by(side);
        let fin = half.fin.map(|fin| fin.sent);
        let reset = half.heeded_resets().next().map(|reset| reset.sent);
        fin.into_iter().chain(reset).min()
    };
    left(side).filter(|first| left(side.peer()).is_none_or(|other| *first < other))
}

/// The first RST that took something away: sent before both FINs were acknowledged.
pub(super) fn harmful_reset(connection: &ObservedConnection) -> Option<(Side, Reset)> {
    [Side::Initiator, Side::Responder]
        .into_iter()
        .flat_map(|side| {
            let resets = &connection.wire.sent_by(side).resets;
            resets.iter().map(move |reset| (side, *reset))
        })
        .filter(|(_, reset)| reset.effect.is_an_end())
        .min_by_key(|(_, reset)| reset.sent.frame)
}

/// An RST in words, with what usually causes it: a refused SYN is no aborted connection.
pub(super) fn reset_finding(
    connection: &ObservedConnection,
    (side, reset): (Side, Reset),
) -> Finding {
    let (id, rst) = (connection.wire.id, reset.sent.frame);
    match connection.wire.setup.syn {
        Some(syn) if connection.wire.ending() == Ending::Refused => {
            let saw = format!(
                "refused: nobody listened when the SYN came (SYN {}, answered by RST {rst})",
                syn.frame
            );
            Finding::from(saw)
                .with(Evidence::frames(
                    "SYN, answered by RST",
                    id,
                    [syn.frame, rst],
                ))
                .usually(Pattern::Refused.usually())
        }
        Some(_) | None => {
            let fin = connection.wire.sent_by(side).fin.map(|fin| fin.sent.frame);
            let what = fin
                .filter(|fin| *fin < rst)
                .map_or_else(String::new, |fin| format!(", after its FIN {fin}"));
            Finding::from(format!("reset by the {side} (frame {rst}{what})"))
                .with(Evidence::frames("RST", id, [rst]))
                .usually(Pattern::of_reset(&connection.wire, side).usually())
        }
    }
}

/// The frame that acknowledged the later of the two FINs: the end of the connection.
pub(super) fn end(connection: &ObservedConnection) -> Option<Milestone> {
    let acknowledged = |side| connection.wire.sent_by(side).fin?.acknowledged;
    Some(acknowledged(Side::Initiator)?.max(acknowledged(Side::Responder)?))
}
