//! Segments → connections and what happened on them. Sans-IO: segments are pushed in, events and connections come out;
//! the same code reads a finished capture and drives a live recording.
//!
//! Order is the order of frames, never of timestamps; bytes and sequence ranges are counted, never packets.

mod connection;
mod epoch;
mod event;
mod firsts;
mod half;
mod half_connection;
mod ranges;
mod retained;
mod table;
mod tracker;
mod vocabulary;

pub use connection::{
    Connection, ConnectionId, Ending, FastOpen, Milestone, Roles, Setup, SetupKind, Side,
};
pub use event::FlowEvent;
pub use firsts::{Firsts, Frames};
pub use half_connection::{
    CaptureDuplicates, Conflict, Conflicts, Fin, HalfConnection, Reset, ResetEffect,
};
pub use table::FlowTable;
pub use vocabulary::{ConnState, History};

#[cfg(test)]
mod reassembly_tests;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tshark_tests;
