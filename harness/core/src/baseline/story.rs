//! One recording → what of it should come again.

use std::collections::BTreeMap;
use std::fmt;

use crate::flow::{Ending, Side};
use crate::observation::{Observation, ObservedConnection};
use crate::pcap::FrameNumber;
use crate::spec::ClientNumber;
use crate::text::counted;

/// Each connection's events, by its place.
pub type WireStory = BTreeMap<Place, Vec<Told>>;

/// Which connection of a scenario it is, whenever it is recorded: connections of different clients may come in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Whose, if that is known.
    pub client: Option<ClientNumber>,
    /// Which of that client's, from 1 on.
    pub nth: u32,
}

/// An event and where it was seen. Only the event is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub event: WireEvent,
    /// The first frame that shows it.
    pub frame: FrameNumber,
}

/// Something that two recordings of the same have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WireEvent {
    /// The initiator asked for a connection.
    Syn,
    /// The responder answered.
    SynAck,
    /// The handshake was completed.
    Established,
    /// A side sent so many bytes before the other had its turn; repeated bytes count once.
    Sent {
        /// Who.
        by: Turn,
        /// How many.
        bytes: u64,
    },
    /// A side's FIN.
    Fin {
        /// Whose.
        by: Turn,
    },
    /// An RST that was heeded.
    Reset {
        /// Whose.
        by: Turn,
    },
    /// We stopped the programs: what came later is not theirs.
    Stopped,
}

/// A side of a connection, in the order in which two events of one frame are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Who opened it.
    Initiator,
    /// Who answered.
    Responder,
}

/// The story of all connections.
pub fn wire_story(observation: &Observation) -> WireStory {
    let mut story = WireStory::new();
    let mut counts: BTreeMap<Option<ClientNumber>, u32> = BTreeMap::new();
    for connection in &observation.connections {
        let nth = counts.entry(connection.client).or_default();
        *nth += 1;
        let place = Place {
            client: connection.client,
            nth: *nth,
        };
        story.insert(place, told(observation, connection));
    }
    story
}

fn told(observation: &Observation, connection: &ObservedConnection) -> Vec<Told> {
    let mut events = setup(connection);
    events.extend(
        [Side::Initiator, Side::Responder]
            .into_iter()
            .flat_map(|side| {
                sent(connection, side)
                    .into_iter()
                    .chain(ends(connection, side))
            }),
    );
    events.sort_by_key(|told| (told.frame, told.event));
    in_turns(up_to_stop(events, observation, connection))
}

fn setup(connection: &ObservedConnection) -> Vec<Told> {
    let setup = connection.wire.setup;
    let steps = [
        (WireEvent::Syn, setup.syn),
        (WireEvent::SynAck, setup.syn_ack),
        (WireEvent::Established, setup.ack),
    ];
    steps
        .into_iter()
        .filter_map(|(event, at)| {
            Some(Told {
                event,
                frame: at?.frame,
            })
        })
        .collect()
}

fn sent(connection: &ObservedConnection, side: Side) -> Vec<Told> {
    let pieces = connection.sent_by(side).pieces().iter();
    pieces
        .map(|piece| Told {
            event: WireEvent::Sent {
                by: side.into(),
                bytes: piece.len_bytes(),
            },
            frame: piece.at.frame,
        })
        .collect()
}

fn ends(connection: &ObservedConnection, side: Side) -> Vec<Told> {
    let half = connection.wire.sent_by(side);
    let by = side.into();
    let fin = half.fin.map(|fin| Told {
        event: WireEvent::Fin { by },
        frame: fin.sent.frame,
    });
    let reset = half.heeded_resets().next().map(|reset| Told {
        event: WireEvent::Reset { by },
        frame: reset.sent.frame,
    });
    fin.into_iter().chain(reset).collect()
}

/// What the programs did by themselves; that they were stopped is an event of a connection that was not over.
fn up_to_stop(
    mut events: Vec<Told>,
    observation: &Observation,
    connection: &ObservedConnection,
) -> Vec<Told> {
    let Some(stop) = observation.stop else {
        return events;
    };
    let all = events.len();
    events.retain(|told| told.frame < stop);
    let was_open = match connection.wire.ending() {
        Ending::StillOpen | Ending::HalfClosed { .. } => true,
        Ending::Orderly { .. } | Ending::Reset { .. } | Ending::Refused | Ending::Unanswered => {
            false
        }
    };
    if was_open || events.len() < all {
        events.push(Told {
            event: WireEvent::Stopped,
            frame: stop,
        });
    }
    events
}

/// What a side sent without the other's saying anything is one event, however it was cut.
fn in_turns(events: Vec<Told>) -> Vec<Told> {
    let mut turns: Vec<Told> = Vec::new();
    for told in events {
        match (turns.last_mut().map(|last| &mut last.event), told.event) {
            (Some(WireEvent::Sent { by: last, bytes }), WireEvent::Sent { by, bytes: more })
                if *last == by =>
            {
                *bytes = bytes.saturating_add(more);
            }
            _ => turns.push(told),
        }
    }
    turns
}

impl From<Side> for Turn {
    fn from(side: Side) -> Self {
        match side {
            Side::Initiator => Self::Initiator,
            Side::Responder => Self::Responder,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client {
            Some(ClientNumber(client)) => write!(f, "client {client}, its connection {}", self.nth),
            None => write!(f, "connection {} of nobody's", self.nth),
        }
    }
}

impl fmt::Display for WireEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syn => f.write_str("SYN"),
            Self::SynAck => f.write_str("SYN-ACK"),
            Self::Established => f.write_str("the handshake is complete"),
            Self::Sent { by, bytes } => write!(f, "the {by} sends {}", counted(*bytes, "byte")),
            Self::Fin { by } => write!(f, "the {by} sends FIN"),
            Self::Reset { by } => write!(f, "the {by} sends RST"),
            Self::Stopped => f.write_str("open until the programs were stopped"),
        }
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initiator => "initiator",
            Self::Responder => "responder",
        })
    }
}
