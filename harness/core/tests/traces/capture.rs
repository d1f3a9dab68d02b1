//! What we read of a capture.

use std::fs::File;
use std::io::BufReader;
use std::net::SocketAddr;

use synfin_core::flow::{Connection, FlowEvent, FlowTable, HalfConnection, Milestone};
use synfin_core::pcap::{Reader, Tail};
use synfin_core::time::Timestamp;
use synfin_core::wire::{Dissector, Packet};

use crate::folder::Trace;

/// What we read of a capture.
#[derive(Default)]
pub(crate) struct Capture {
    /// How many frames it has.
    pub(crate) frames: u64,
    /// When the first of them was captured.
    pub(crate) first_frame_at: Option<Timestamp>,
    /// Whether its last record is cut.
    pub(crate) is_cut: bool,
    /// Its connections.
    pub(crate) connections: Vec<Connection>,
    /// All that happened on them.
    pub(crate) events: Vec<FlowEvent>,
}

impl Capture {
    /// Reads a trace from its first frame to its last; nothing of a file that is no capture.
    pub(crate) fn read(trace: &Trace) -> Self {
        let source = BufReader::new(File::open(&trace.path).expect("the trace is there"));
        let (mut capture, mut table) = (Self::default(), FlowTable::default());
        let Ok(mut reader) = Reader::new(source) else {
            return capture;
        };
        let mut dissector = Dissector::default();
        while let Some(frame) = reader.next_frame() {
            capture.frames += 1;
            capture.first_frame_at.get_or_insert(frame.timestamp);
            let at = Milestone {
                frame: frame.number,
                at: frame.timestamp,
            };
            if let Packet::Tcp(segment) = dissector.dissect(&frame) {
                table.push(at, &segment);
                capture.events.extend_from_slice(table.events());
            }
        }
        capture.is_cut = matches!(reader.tail(), Tail::Truncated { .. });
        capture.connections = table.finish();
        capture
    }

    /// Both halves of all its connections.
    pub(crate) fn halves(&self) -> impl Iterator<Item = &HalfConnection> {
        self.connections
            .iter()
            .flat_map(|both| [&both.by_initiator, &both.by_responder])
    }
}

/// Address and port with a colon between, IPv6 without brackets.
pub(crate) fn as_tshark_writes(address: SocketAddr) -> String {
    format!("{}:{}", address.ip(), address.port())
}
