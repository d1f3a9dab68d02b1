//! A connection as its record.

use std::ops::Range;

use super::model::{
    AddressRoles, CompletenessRecord, ConflictRecord, ConnectionRecord, DuplicateRecord,
    EffectName, EndingName, FastOpenRecord, FinRecord, Moment, ResetRecord, SetupName, SetupRecord,
    SideName, SideRecord,
};
use crate::flow::{
    Connection, Ending, FastOpen, Fin, Frames, HalfConnection, Milestone, Reset, ResetEffect,
    Roles, Setup, SetupKind, Side,
};

impl ConnectionRecord {
    /// The record of a connection.
    pub fn new(connection: &Connection) -> Self {
        let (ending, reset_by) = ending(connection.ending());
        Self {
            connection: connection.id.0,
            initiator: connection.initiator.to_string(),
            responder: connection.responder.to_string(),
            roles: connection.roles.into(),
            vlan_ids: connection.network.vlan_ids().to_vec(),
            frames: connection.frames,
            first: connection.first.into(),
            last: connection.last.into(),
            duration_ns: connection.last.at.since(connection.first.at).as_nanos(),
            setup: setup(&connection.setup),
            by_initiator: (&connection.by_initiator).into(),
            by_responder: (&connection.by_responder).into(),
            ending,
            reset_by,
            closed_first: connection.first_to_close().map(SideName::from),
            half_close_bytes: half_close_bytes(connection),
            pushed_out: connection.is_pushed_out,
            completeness: connection.completeness().into(),
            conn_state: connection.conn_state().to_string(),
            history: connection.history().to_string(),
            wireshark_filter: wireshark_filter(connection),
        }
    }
}

fn ending(ending: Ending) -> (EndingName, Option<SideName>) {
    match ending {
        Ending::Orderly { .. } => (EndingName::Orderly, None),
        Ending::HalfClosed { .. } => (EndingName::HalfClosed, None),
        Ending::Reset { by } => (EndingName::Reset, Some(by.into())),
        Ending::Refused => (EndingName::Refused, Some(SideName::Responder)),
        Ending::Unanswered => (EndingName::Unanswered, None),
        Ending::StillOpen => (EndingName::StillOpen, None),
    }
}

/// What the other side of whoever closed first still sent.
fn half_close_bytes(connection: &Connection) -> u64 {
    let first = connection.first_to_close();
    first.map_or(0, |first| {
        connection.sent_by(first.peer()).bytes_after_peers_fin
    })
}

fn setup(setup: &Setup) -> SetupRecord {
    let rtt = setup.syn.zip(setup.ack);
    SetupRecord {
        kind: setup.kind.into(),
        syn: setup.syn.map(Moment::from),
        syn_retransmissions: setup.syn_retransmissions,
        syn_ack: setup.syn_ack.map(Moment::from),
        ack: setup.ack.map(Moment::from),
        rtt_ns: rtt.map(|(syn, ack)| ack.at.since(syn.at).as_nanos()),
        fast_open: setup.fast_open.map(FastOpenRecord::from),
    }
}

/// A filter by addresses, ports and frames: Wireshark's own `tcp.stream` counts by rules of its own.
fn wireshark_filter(connection: &Connection) -> String {
    let (a, b) = (connection.initiator, connection.responder);
    let address = if a.is_ipv4() { "ip.addr" } else { "ipv6.addr" };
    format!(
        "{address} == {} && {address} == {} && tcp.port == {} && tcp.port == {} && frame.number >= {} && frame.number <= {}",
        a.ip(),
        b.ip(),
        a.port(),
        b.port(),
        connection.first.frame,
        connection.last.frame,
    )
}

impl From<&HalfConnection> for SideRecord {
    fn from(half: &HalfConnection) -> Self {
        let missing = half.missing();
        Self {
            isn: half.isn.map(|isn| isn.0),
            segments: half.segments,
            sent_payload_bytes: half.sent_payload_bytes,
            unique_bytes: half.payload_bytes(),
            ranges: pairs(half.ranges()),
            missing_bytes: missing.iter().map(|hole| hole.end - hole.start).sum(),
            missing: pairs(&missing),
            acknowledged: half.acknowledged,
            retransmitted_bytes: half.retransmitted_bytes,
            out_of_order_bytes: half.out_of_order_bytes,
            unplaced_bytes: half.unplaced_bytes,
            conflicts: conflicts(half),
            capture_duplicates: DuplicateRecord {
                frames: half.capture_duplicates.frames,
                bytes: half.capture_duplicates.bytes,
            },
            syn_frames: frames(&half.syns),
            syn_ack_frames: frames(&half.syn_acks),
            fin_frames: frames(&half.fins),
            rsts: half.resets.iter().map(ResetRecord::from).collect(),
            rst_count: half.resets.count(),
            first_ack: half.first_ack.map(Moment::from),
            first_data: half.first_payload.map(Moment::from),
            last_data: half.last_payload.map(Moment::from),
            fin: half.fin.map(FinRecord::from),
            zero_windows: half.zero_windows,
            zero_window_probes: half.zero_window_probes,
            keep_alives: half.keep_alives,
            window_full: half.window_full,
        }
    }
}

fn pairs(ranges: &[Range<u64>]) -> Vec<[u64; 2]> {
    ranges
        .iter()
        .map(|range| [range.start, range.end])
        .collect()
}

fn frames(frames: &Frames) -> Vec<u64> {
    frames.iter().map(|frame| frame.0).collect()
}

fn conflicts(half: &HalfConnection) -> ConflictRecord {
    let first = half.conflicts.first;
    ConflictRecord {
        bytes: half.conflicts.bytes,
        first_offset: first.map(|conflict| conflict.offset),
        kept_frame: first.and_then(|conflict| Some(conflict.kept?.0)),
        other_frame: first.map(|conflict| conflict.other.0),
        uncompared_bytes: half.conflicts.uncompared_bytes,
    }
}

impl From<Milestone> for Moment {
    fn from(milestone: Milestone) -> Self {
        Self {
            frame: milestone.frame.0,
            time_ns: milestone.at.as_nanos(),
        }
    }
}

impl From<Fin> for FinRecord {
    fn from(fin: Fin) -> Self {
        Self {
            frame: fin.sent.frame.0,
            time_ns: fin.sent.at.as_nanos(),
            offset: fin.offset,
            acknowledged: fin.acknowledged.map(Moment::from),
        }
    }
}

impl From<&Reset> for ResetRecord {
    fn from(reset: &Reset) -> Self {
        Self {
            frame: reset.sent.frame.0,
            time_ns: reset.sent.at.as_nanos(),
            effect: reset.effect.into(),
        }
    }
}

impl From<FastOpen> for FastOpenRecord {
    fn from(fast_open: FastOpen) -> Self {
        Self {
            sent_bytes: fast_open.sent_bytes,
            accepted_bytes: fast_open.accepted_bytes,
        }
    }
}

impl From<ResetEffect> for EffectName {
    fn from(effect: ResetEffect) -> Self {
        match effect {
            ResetEffect::Refused => Self::Refused,
            ResetEffect::Aborted => Self::Aborted,
            ResetEffect::AfterClose => Self::AfterClose,
            ResetEffect::Ignored => Self::Ignored,
        }
    }
}

impl From<Roles> for AddressRoles {
    fn from(roles: Roles) -> Self {
        match roles {
            Roles::Syn => Self::Syn,
            Roles::SynAck => Self::SynAck,
            Roles::Guessed => Self::Guessed,
        }
    }
}

impl From<SetupKind> for SetupName {
    fn from(kind: SetupKind) -> Self {
        match kind {
            SetupKind::Unseen => Self::Unseen,
            SetupKind::Ordinary => Self::Ordinary,
            SetupKind::Simultaneous => Self::Simultaneous,
        }
    }
}

impl From<Side> for SideName {
    fn from(side: Side) -> Self {
        match side {
            Side::Initiator => Self::Initiator,
            Side::Responder => Self::Responder,
        }
    }
}

/// Wireshark's letters, from the highest bit (`tcp.completeness.str`).
const LETTERS: [(u8, char); 6] = [(32, 'R'), (16, 'F'), (8, 'D'), (4, 'A'), (2, 'S'), (1, 'S')];

impl From<u8> for CompletenessRecord {
    fn from(value: u8) -> Self {
        let letter = |(bit, letter)| if value & bit == 0 { '·' } else { letter };
        Self {
            value,
            flags: LETTERS.map(letter).iter().collect(),
            words: completeness_words(value).to_owned(),
        }
    }
}

/// Wireshark's words for a value; most values have none of their own.
fn completeness_words(value: u8) -> &'static str {
    match value {
        1 => "Incomplete, SYN_SENT",
        3 => "Incomplete, CLIENT_ESTABLISHED",
        7 => "Incomplete, ESTABLISHED",
        15 => "Incomplete, DATA",
        31 | 47 | 63 => "Complete, WITH_DATA",
        23 | 39 | 55 => "Complete, NO_DATA",
        _ => "Incomplete",
    }
}
