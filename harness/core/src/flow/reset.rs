//! What an RST did: judged by where it stands (RFC 9293, 3.5.3; RFC 5961, 3.2), and by what followed.

use super::connection::{Connection, Side};
use super::half_connection::ResetEffect;
use super::tracker::{Arrival, Tracker};
use super::window::Allowance;

/// An RST after which nothing should come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    pub(super) reset_by: Side,
    /// Whether the other side has sent anything since.
    has_peer_gone_on: bool,
}

impl Doubt {
    pub(super) fn new(reset_by: Side) -> Self {
        Self {
            reset_by,
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

/// No RST so far had any effect: the connection lives.
pub(super) fn unbelieve(connection: &mut Connection) {
    for side in [Side::Initiator, Side::Responder] {
        for reset in connection.half_mut(side).resets.kept_mut() {
            reset.effect = ResetEffect::Ignored;
        }
    }
}

/// Whether the other side would believe an RST: as the answer to its SYN by the acknowledgment number, later by the
/// sequence number.
fn is_believable(connection: &Connection, tracker: &Tracker, arrival: &Arrival<'_>) -> bool {
    let segment = arrival.segment;
    let position = &tracker.half(arrival.from).position;
    if !position.is_known() {
        let answered = &tracker.half(arrival.to).position;
        let is_acceptable = |ack| match connection.awaits_answer() {
            true => answered.has_sent_up_to(ack),
            false => answered.is_at_or_after_begin(ack),
        };
        return !answered.is_known() || segment.ack.is_some_and(is_acceptable);
    }
    if connection.awaits_answer() {
        return position.begins_at(segment.seq);
    }
    is_in_window(tracker, arrival)
}

/// Whether an RST stands between what the other side acknowledged and the end of its window. A FIN takes one number beyond
/// the window; where the scale is not known, the window is taken for as large as it can be.
fn is_in_window(tracker: &Tracker, arrival: &Arrival<'_>) -> bool {
    let half = tracker.half(arrival.from);
    let Some(offset) = half.position.stream_offset_of(arrival.segment.seq) else {
        return false;
    };
    let end = match half.allowance {
        Allowance::UpTo(end) => end.max(half.position.next()) + 1,
        Allowance::Zero => half.position.next() + 1,
        Allowance::Unknown | Allowance::Unscaled => u64::MAX,
    };
    (half.position.acknowledged()..=end).contains(&offset)
}
