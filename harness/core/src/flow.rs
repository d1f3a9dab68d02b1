//! Segments → connections and what happened on them. Sans-IO: segments are pushed in, events and connections come out;
//! the same code reads a finished capture and drives a live recording.
//!
//! Order is the order of frames, never of timestamps; bytes and sequence ranges are counted, never packets.

mod connection;
mod epoch;
mod half;
mod ranges;
mod retained;
mod table;
mod tracker;
mod vocabulary;

pub use connection::{
    Connection, ConnectionId, Ending, Fin, HalfConnection, Milestone, Reset, Roles, Setup, Side,
};
pub use table::{FlowEvent, FlowTable};
pub use vocabulary::{Completeness, ConnState};

#[cfg(test)]
mod reassembly_tests;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tshark_tests;
