//! What is worth telling of one connection, from how it ended to what was odd about it.

use super::Pattern;
use super::Usually;
use crate::flow::{Connection, Ending, HalfConnection, Roles, Side};
use crate::story::{Anomaly, Occurrence, Oddities, Story};
use crate::text::{counted, grouped};

/// Something seen on a connection, and what usually causes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was seen: certain.
    pub saw: String,
    /// What usually causes it: a guess. Empty where there is nothing to mend.
    pub usually: Vec<Usually>,
}

/// What there is to say of a connection: first how it ended, then what was odd, in the order of frames.
pub fn findings(story: &Story) -> Vec<Finding> {
    let connection = &story.connection;
    let mut found = vec![ending(connection)];
    found.extend(mid_stream(connection));
    found.extend(syn_again(connection));
    found.extend(fast_open_refused(connection));
    found.extend(
        merged(&story.oddities)
            .iter()
            .filter_map(|occurrence| of_anomaly(occurrence, connection)),
    );
    found.extend(SIDES.into_iter().flat_map(|side| holes(connection, side)));
    found.into_iter().map(Finding::from).collect()
}

const SIDES: [Side; 2] = [Side::Initiator, Side::Responder];

/// What was seen, and the pattern that it is, if it is one.
type Seen = (String, Option<Pattern>);

impl From<Seen> for Finding {
    fn from((saw, pattern): Seen) -> Self {
        Self {
            saw,
            usually: pattern.map(Pattern::usually).unwrap_or_default(),
        }
    }
}

/// The anomalies, where payload that was sent again in part and as a whole is one.
fn merged(oddities: &Oddities) -> Vec<Occurrence> {
    let mut merged: Vec<Occurrence> = Vec::new();
    for &occurrence in oddities.iter() {
        let is_again = |seen: &&mut Occurrence| {
            seen.anomaly.is_retransmission() && occurrence.anomaly.is_retransmission()
        };
        match merged.iter_mut().find(is_again) {
            Some(seen) => seen.frames += occurrence.frames,
            None => merged.push(occurrence),
        }
    }
    merged
}

fn ending(connection: &Connection) -> Seen {
    match connection.ending() {
        Ending::Refused => (refused(connection), Some(Pattern::Refused)),
        Ending::Unanswered => (unanswered(connection), Some(Pattern::SynUnanswered)),
        Ending::Reset { by } => reset(connection, by),
        Ending::HalfClosed { by } => half_closed(connection, by),
        Ending::StillOpen => (
            format!("no FIN and no RST up to frame {}", connection.last.frame),
            Some(Pattern::StillOpen),
        ),
        Ending::Orderly { first } => orderly(connection, first),
    }
}

fn refused(connection: &Connection) -> String {
    let syn = frame_of(connection.setup.syn.map(|syn| syn.frame.0));
    let rst = connection.by_responder.heeded_resets().next();
    let rst = frame_of(rst.map(|rst| rst.sent.frame.0));
    format!("the SYN ({syn}) was answered by RST ({rst})")
}

fn unanswered(connection: &Connection) -> String {
    let syns = &connection.by_initiator.syns;
    format!(
        "{} and no answer, the last in frame {}",
        counted(syns.count().max(1), "SYN"),
        connection.last.frame
    )
}

fn reset(connection: &Connection, by: Side) -> Seen {
    let half = connection.sent_by(by);
    let rst = half.resets.iter().find(|reset| reset.effect.is_an_end());
    let unread = rst.map_or(0, |rst| rst.unacknowledged_bytes);
    let rst = frame_of(rst.map(|rst| rst.sent.frame.0));
    let mut saw = vec![format!("the {by} sent RST ({rst})")];
    if unread > 0 {
        let (bytes, other) = (counted(unread.into(), "byte"), by.peer());
        saw.push(format!(
            "{bytes} from the {other} not acknowledged until then"
        ));
    }
    if let Some(fin) = half.fin {
        saw.push(format!("after its own FIN ({})", fin.sent.frame));
    }
    (saw.join(", "), Some(Pattern::of_reset(connection, by)))
}

fn half_closed(connection: &Connection, by: Side) -> Seen {
    let fin = |side| connection.sent_by(side).fin;
    let sent = frame_of(fin(by).map(|fin| fin.sent.frame.0));
    match fin(by.peer()) {
        None => (
            format!("the {by} sent FIN ({sent}), the {} never did", by.peer()),
            Some(Pattern::NeverClosed),
        ),
        Some(other) => (
            format!(
                "both sides sent FIN ({sent}, {}), and not both were acknowledged",
                other.sent.frame
            ),
            Some(Pattern::FinUnacknowledged),
        ),
    }
}

fn orderly(connection: &Connection, first: Side) -> Seen {
    let bytes = |side| grouped(connection.sent_by(side).payload_bytes());
    let saw = format!(
        "set up, {} bytes → and {} bytes ←, closed in order by the {first} first",
        bytes(Side::Initiator),
        bytes(Side::Responder)
    );
    let is_empty = SIDES
        .into_iter()
        .all(|side| connection.sent_by(side).payload_bytes() == 0);
    (saw, is_empty.then_some(Pattern::NoPayload))
}

fn mid_stream(connection: &Connection) -> Option<Seen> {
    let saw = match connection.roles {
        Roles::Syn => return None,
        Roles::SynAck => "the capture holds no SYN, but its answer",
        Roles::Guessed => "the capture begins in mid-stream: who is the initiator is a guess",
    };
    Some((saw.to_owned(), Some(Pattern::MidStream)))
}

fn syn_again(connection: &Connection) -> Option<Seen> {
    let again = connection.setup.syn_retransmissions;
    let is_unanswered = connection.ending() == Ending::Unanswered;
    (again > 0 && !is_unanswered).then(|| {
        let saw = format!(
            "{} with the same number",
            counted(u64::from(again) + 1, "SYN")
        );
        (saw, Some(Pattern::SynAgain))
    })
}

fn fast_open_refused(connection: &Connection) -> Option<Seen> {
    let open = connection.setup.fast_open?;
    let sent = counted(open.sent_bytes.into(), "byte");
    if connection.setup.syn_ack.is_some() {
        let saw = format!(
            "the SYN carried {sent}, of which the SYN-ACK took {}",
            open.accepted_bytes
        );
        let is_in_part = open.accepted_bytes < open.sent_bytes;
        return is_in_part.then_some((saw, Some(Pattern::FastOpenRefused)));
    }
    let was_refused = connection.ending() == Ending::Refused;
    let saw = format!("the SYN carried {sent}, which were refused with it");
    was_refused.then_some((saw, None))
}

/// What an anomaly adds to what the ending and the figures say already.
fn of_anomaly(occurrence: &Occurrence, connection: &Connection) -> Option<Seen> {
    if occurrence.anomaly == Anomaly::AfterClose && !connection.is_closed() {
        let saw = format!("an RST when all was over ({})", frames(occurrence));
        return Some((saw, None));
    }
    let sum = |figure: fn(&HalfConnection) -> u64| {
        figure(&connection.by_initiator) + figure(&connection.by_responder)
    };
    let bytes = |figure, what: &str| format!("{} {what}", counted(sum(figure), "byte"));
    let (what, pattern) = match occurrence.anomaly {
        Anomaly::Retransmission | Anomaly::PartRetransmission => (
            bytes(|half| half.retransmitted_bytes, "sent again"),
            Pattern::Retransmission,
        ),
        Anomaly::OutOfOrder => (
            bytes(|half| half.out_of_order_bytes, "out of order"),
            Pattern::OutOfOrder,
        ),
        Anomaly::Conflict => (
            bytes(
                |half| half.conflicts.bytes,
                "sent again with another content",
            ),
            Pattern::Conflict,
        ),
        Anomaly::ZeroWindow => ("a receive window of 0".to_owned(), Pattern::ZeroWindow),
        Anomaly::WindowFull => (
            "a receive window filled to its end".to_owned(),
            Pattern::WindowFull,
        ),
        Anomaly::KeepAlive => ("keep-alive probes".to_owned(), Pattern::KeepAlive),
        Anomaly::CaptureDuplicate => (
            "frames that were captured twice".to_owned(),
            Pattern::CaptureDuplicates,
        ),
        Anomaly::Ignored => (
            "an RST that was not heeded".to_owned(),
            Pattern::IgnoredReset,
        ),
        Anomaly::AfterClose => (
            "an RST when both sides had closed".to_owned(),
            Pattern::ResetAfterClose,
        ),
        Anomaly::SimultaneousOpen => (
            "both sides sent a SYN before they saw the other's".to_owned(),
            Pattern::SimultaneousOpen,
        ),
        Anomaly::ControlAgain
        | Anomaly::GapBefore
        | Anomaly::AckedUnseen
        | Anomaly::ZeroWindowProbe
        | Anomaly::FastOpen
        | Anomaly::SimultaneousClose => return None,
    };
    let has_payload =
        pattern != Pattern::Retransmission || sum(|half| half.retransmitted_bytes) > 0;
    let saw = format!("{what} ({})", frames(occurrence));
    has_payload.then_some((saw, Some(pattern)))
}

/// What one side's stream lacks, and has too much.
fn holes(connection: &Connection, side: Side) -> Vec<Seen> {
    let half = connection.sent_by(side);
    let end = half.ranges().last().map_or(0, |range| range.end);
    let uncaptured: u64 = half
        .missing()
        .iter()
        .map(|hole| hole.end - hole.start)
        .sum();
    let holes = end.max(half.acknowledged) - half.payload_bytes();
    let never_arrived = holes.saturating_sub(uncaptured);
    let figures = [
        (
            uncaptured,
            "acknowledged and in no frame",
            Pattern::CaptureLoss,
        ),
        (
            never_arrived,
            "neither captured nor acknowledged",
            Pattern::NeverArrived,
        ),
        (
            half.bytes_after_fin(),
            "behind its FIN",
            Pattern::DataAfterFin,
        ),
    ];
    figures
        .into_iter()
        .filter(|(bytes, _, _)| *bytes > 0)
        .map(|(bytes, what, pattern)| {
            let saw = format!("{} from the {side} {what}", counted(bytes, "byte"));
            (saw, Some(pattern))
        })
        .collect()
}

/// `frame 6`, `frame 6 and 3 more`.
fn frames(occurrence: &Occurrence) -> String {
    match occurrence.frames {
        1 => format!("frame {}", occurrence.first),
        frames => format!(
            "frame {} and {} more",
            occurrence.first,
            grouped(frames - 1)
        ),
    }
}

fn frame_of(frame: Option<u64>) -> String {
    frame.map_or_else(
        || "not captured".to_owned(),
        |frame| format!("frame {frame}"),
    )
}
