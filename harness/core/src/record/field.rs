//! The fields of a connection by which connections are chosen and ordered.

use std::net::SocketAddr;

use super::model::{ConnectionRecord, EndingName};
use crate::text::{counted, grouped};
use crate::time::Span;

/// A simple field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Its values: one, none, or two where either end may be meant.
    values: for<'a> fn(&'a ConnectionRecord) -> [Option<Value<'a>>; 2],
}

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A plain number.
    Count,
    /// A number of bytes.
    Bytes,
    /// Nanoseconds.
    Time,
    /// An address, with or without a port.
    Address,
    /// One of these words; of any, if none is named.
    Word(&'static [&'static str]),
}

/// A field's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value<'a> {
    Number(u64),
    Word(&'a str),
    Address(SocketAddr),
}

impl Field {
    /// The field of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name == name)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().map(|field| field.name)
    }

    pub(crate) fn values<'a>(
        &self,
        record: &'a ConnectionRecord,
    ) -> impl Iterator<Item = Value<'a>> {
        (self.values)(record).into_iter().flatten()
    }

    /// Its values in words, `12 bytes`; `None` if the connection has none.
    pub(crate) fn told(&self, record: &ConnectionRecord) -> Option<String> {
        let values: Vec<String> = self
            .values(record)
            .map(|value| match (value, self.kind) {
                (Value::Number(number), Kind::Bytes) => counted(number, "byte"),
                (Value::Number(number), Kind::Time) => Span::from_nanos(number).to_string(),
                (Value::Number(number), Kind::Count | Kind::Address | Kind::Word(_)) => {
                    grouped(number)
                }
                (Value::Word(word), _) => word.to_owned(),
                (Value::Address(address), _) => address.to_string(),
            })
            .collect();
        (!values.is_empty()).then(|| values.join(" and "))
    }
}

/// The fields, as `--help` lists them.
pub const FIELDS_HELP: &str = "\
Fields of a connection:
  connection frames first last vlan completeness  numbers; first and last are frames
  initiator responder host         an address, with or without :port; host is either
  initiator_port responder_port port               numbers; port is either
  ending    orderly, half-closed, reset, refused, unanswered or still-open
  roles setup closed_first reset_by                words, as --format json has them
  state history                                    Zeek's, such as SF and ShADadFf
  bytes initiator_bytes responder_bytes            payload, each byte once: 1000, 64KiB, 1.5MB
  retransmitted out_of_order missing conflicting   payload bytes, of both sides
  half_close                                       payload bytes after the first FIN
  duration rtt                                     times with a unit: 20ms, 1.5s
  syns fins resets zero_windows probes keep_alives window_full duplicates
                                                   numbers, of both sides";

const SIDES: &[&str] = &["initiator", "responder"];
const ROLES: &[&str] = &["syn", "syn-ack", "guessed"];
const SETUPS: &[&str] = &["unseen", "ordinary", "simultaneous"];
const STATES: &[&str] = &[
    "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH",
];
const ENDINGS: &[&str] = &{
    let [a, b, c, d, e, f] = EndingName::ALL;
    [a.name(), b.name(), c.name(), d.name(), e.name(), f.name()]
};

static FIELDS: &[Field] = &[
    count("connection", |c| one(c.connection.into())),
    count("frames", |c| one(c.frames)),
    count("first", |c| one(c.first.frame)),
    count("last", |c| one(c.last.frame)),
    count("vlan", |c| {
        let vlan = |index: usize| {
            c.vlan_ids
                .get(index)
                .map(|id| Value::Number(u64::from(*id)))
        };
        [vlan(0), vlan(1)]
    }),
    count("completeness", |c| one(c.completeness.value.into())),
    field("initiator", Kind::Address, |c| {
        [address(&c.initiator), None]
    }),
    field("responder", Kind::Address, |c| {
        [address(&c.responder), None]
    }),
    field("host", Kind::Address, |c| {
        [address(&c.initiator), address(&c.responder)]
    }),
    count("initiator_port", |c| [port(&c.initiator), None]),
    count("responder_port", |c| [port(&c.responder), None]),
    count("port", |c| [port(&c.initiator), port(&c.responder)]),
    field("ending", Kind::Word(ENDINGS), |c| word(c.ending.name())),
    field("roles", Kind::Word(ROLES), |c| word(c.roles.name())),
    field("setup", Kind::Word(SETUPS), |c| word(c.setup.kind.name())),
    field("closed_first", Kind::Word(SIDES), |c| {
        [c.closed_first.map(|side| Value::Word(side.name())), None]
    }),
    field("reset_by", Kind::Word(SIDES), |c| {
        [c.reset_by.map(|side| Value::Word(side.name())), None]
    }),
    field("state", Kind::Word(STATES), |c| word(&c.conn_state)),
    field("history", Kind::Word(&[]), |c| word(&c.history)),
    bytes("bytes", |c| {
        one(c.by_initiator.unique_bytes + c.by_responder.unique_bytes)
    }),
    bytes("initiator_bytes", |c| one(c.by_initiator.unique_bytes)),
    bytes("responder_bytes", |c| one(c.by_responder.unique_bytes)),
    bytes("retransmitted", |c| {
        one(c.by_initiator.retransmitted_bytes + c.by_responder.retransmitted_bytes)
    }),
    bytes("out_of_order", |c| {
        one(c.by_initiator.out_of_order_bytes + c.by_responder.out_of_order_bytes)
    }),
    bytes("missing", |c| {
        one(c.by_initiator.missing_bytes + c.by_responder.missing_bytes)
    }),
    bytes("conflicting", |c| {
        one(c.by_initiator.conflicts.bytes + c.by_responder.conflicts.bytes)
    }),
    bytes("half_close", |c| one(c.half_close_bytes)),
    field("duration", Kind::Time, |c| one(c.duration_ns)),
    field("rtt", Kind::Time, |c| {
        [c.setup.rtt_ns.map(Value::Number), None]
    }),
    count("syns", |c| {
        one((c.by_initiator.syn_frames.len() + c.by_responder.syn_frames.len()) as u64)
    }),
    count("fins", |c| {
        one((c.by_initiator.fin_frames.len() + c.by_responder.fin_frames.len()) as u64)
    }),
    count("resets", |c| {
        one(c.by_initiator.rst_count + c.by_responder.rst_count)
    }),
    count("zero_windows", |c| {
        one(c.by_initiator.zero_windows + c.by_responder.zero_windows)
    }),
    count("probes", |c| {
        one(c.by_initiator.zero_window_probes + c.by_responder.zero_window_probes)
    }),
    count("keep_alives", |c| {
        one(c.by_initiator.keep_alives + c.by_responder.keep_alives)
    }),
    count("window_full", |c| {
        one(c.by_initiator.window_full + c.by_responder.window_full)
    }),
    count("duplicates", |c| {
        one(c.by_initiator.capture_duplicates.frames + c.by_responder.capture_duplicates.frames)
    }),
];

type Values = for<'a> fn(&'a ConnectionRecord) -> [Option<Value<'a>>; 2];

const fn field(name: &'static str, kind: Kind, values: Values) -> Field {
    Field { name, kind, values }
}

const fn count(name: &'static str, values: Values) -> Field {
    field(name, Kind::Count, values)
}

const fn bytes(name: &'static str, values: Values) -> Field {
    field(name, Kind::Bytes, values)
}

fn one<'a>(number: u64) -> [Option<Value<'a>>; 2] {
    [Some(Value::Number(number)), None]
}

fn word(word: &str) -> [Option<Value<'_>>; 2] {
    [Some(Value::Word(word)), None]
}

fn address(text: &str) -> Option<Value<'_>> {
    Some(Value::Address(text.parse().ok()?))
}

fn port(text: &str) -> Option<Value<'_>> {
    let address: SocketAddr = text.parse().ok()?;
    Some(Value::Number(address.port().into()))
}
