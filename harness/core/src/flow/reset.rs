//! What an RST did: judged by where it stands (RFC 9293, 3.5.3; RFC 5961, 3.2), and by what followed.

use super::connection::{Connection, Side};
use super::half_connection::ResetEffect;
use super::tracker::{Arrival, Tracker};

/// An RST after which nothing should come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    pub(super) reset_by: Side,
    /// Whether it stands just where the other side expects it.
    is_exact: bool,
    /// Whether the other side has sent anything since.
    has_peer_gone_on: bool,
}

impl Doubt {
    pub(super) fn new(reset_by: Side, is_exact: bool) -> Self {
        Self {
            reset_by,
            is_exact,
            has_peer_gone_on: false,
        }
    }

    /// Whether a segment of this side, which is no RST, shows that the connection lives on: the other side went on, and
    /// then the one that is said to have reset it. What the other side alone sends may have been on its way.
    pub(super) fn is_refuted_by(&mut self, from: Side) -> bool {
        if from != self.reset_by {
            self.has_peer_gone_on = true;
        }
        from == self.reset_by && self.has_peer_gone_on
    }

    /// Whether the other side may have answered with a challenge ACK, when this side sends an RST that is exact.
    pub(super) fn was_challenged(self, from: Side) -> bool {
        from == self.reset_by && self.has_peer_gone_on && !self.is_exact
    }
}

/// Judges an RST when it comes.
pub(super) fn judge(
    connection: &Connection,
    tracker: &Tracker,
    arrival: &Arrival<'_>,
) -> ResetEffect {
    if tracker.is_over() {
        ResetEffect::AfterClose
    } else if !is_believable(connection, tracker, arrival) {
        ResetEffect::Ignored
    } else if connection.awaits_answer() && arrival.from == Side::Responder {
        ResetEffect::Refused
    } else {
        ResetEffect::Aborted
    }
}

/// No RST so far had any effect: the connection lives. What came before the one in doubt was ignored already, or there
/// would be no doubt.
pub(super) fn unbelieve(connection: &mut Connection) {
    for side in [Side::Initiator, Side::Responder] {
        for reset in connection.half_mut(side).resets.kept_mut() {
            reset.effect = ResetEffect::Ignored;
        }
    }
}

/// Whether an RST stands just where the other side expects it: at what it acknowledged last (RFC 5961, 3.2).
pub(super) fn is_exact(tracker: &Tracker, arrival: &Arrival<'_>) -> bool {
    let position = &tracker.half(arrival.from).position;
    position.stream_offset_of(arrival.segment.seq) == Some(position.acknowledged())
}

/// Whether the other side would believe an RST: as the answer to its SYN by the acknowledgment number, later by the
/// sequence number.
fn is_believable(connection: &Connection, tracker: &Tracker, arrival: &Arrival<'_>) -> bool {
    let segment = arrival.segment;
    let position = &tracker.half(arrival.from).position;
    if !position.is_known() {
        let answered = &tracker.half(arrival.to).position;
        let is_acceptable = |ack| {
            if connection.awaits_answer() {
                answered.has_sent_up_to(ack)
            } else {
                answered.is_at_or_after_begin(ack)
            }
        };
        return !answered.is_known() || segment.ack.is_some_and(is_acceptable);
    }
    if connection.awaits_answer() {
        return position.begins_at(segment.seq);
    }
    is_in_window(connection, tracker, arrival)
}

/// Whether an RST stands between what the other side acknowledged and the end of its window, or where the sender's
/// acknowledged FIN stands: that is where some systems reset what they have closed, and receivers take it.
fn is_in_window(connection: &Connection, tracker: &Tracker, arrival: &Arrival<'_>) -> bool {
    let half = tracker.half(arrival.from);
    let acknowledged_fin = connection
        .sent_by(arrival.from)
        .fin
        .filter(|fin| fin.acknowledged.is_some());
    let first = acknowledged_fin.map_or(half.position.acknowledged(), |fin| fin.offset);
    half.position
        .stream_offset_of(arrival.segment.seq)
        .is_some_and(|offset| (first..=half.last_admitted()).contains(&offset))
}
