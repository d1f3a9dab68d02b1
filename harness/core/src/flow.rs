//! Segments → connections and what happened on them. Sans-IO: segments are pushed in, events and connections come out;
//! the same code reads a finished capture and drives a live recording.
//!
//! ```text
//! segment ─► key ─► epoch ─────► tracked ───────────────────────────────► lingering ─► finished
//!            whose  which of     tracker: handshake, reset,               waits for    waits to
//!            ends   their        half: position, window, purpose,         stragglers   be taken
//!                   connections  ranges, stray, retained, duplicate
//!                                   │
//!                                   └─► connection, half-connections, events; vocabulary: other tools' words
//! ```
//!
//! Order is the order of frames, never of timestamps; bytes and sequence ranges are counted, never packets. An *offset*
//! counts a side's payload bytes, 64-bit; only `position` makes one of a sequence number. What may be many in a hostile
//! capture has a bound: see the constants named `MAX_…`.
//!
//! A connection that is read on takes two kilobytes, and of each side's payload the last 64 KiB to compare with what is sent
//! again. Captured copies of a frame are counted and not read.

mod connection;
mod duplicate;
mod epoch;
mod event;
mod first_copies;
mod firsts;
mod half;
mod half_connection;
mod handshake;
mod key;
mod lingering;
mod position;
mod purpose;
mod ranges;
mod received;
mod reset;
mod retained;
mod stray;
mod table;
mod tracked;
mod tracker;
mod vocabulary;
mod window;

pub use connection::{
    Connection, ConnectionId, Ending, FastOpen, Milestone, Roles, Setup, SetupKind, Side,
};
pub use event::FlowEvent;
pub use firsts::{Firsts, Frames};
pub use half_connection::{
    CaptureDuplicates, Conflict, Conflicts, Fin, HalfConnection, Reset, ResetEffect,
};
pub use table::{FlowTable, MAX_OPEN_CONNECTIONS};
pub use vocabulary::{ConnState, History};

#[cfg(test)]
mod edge_case_tests;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod reassembly_tests;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tshark_tests;
