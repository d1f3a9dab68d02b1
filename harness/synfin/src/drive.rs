//! The pacing of clients: what each is told, when, and how it is known that a step is done.
//!
//! ```text
//! board     who has done what; barriers and turns              no program, no socket
//! live      the wire as it is recorded, and waits on it        no program
//! terminal  a program, and how far its output was read
//! stage     what all clients share: the record, the programs   files: laid out and looked at
//! watch     what the kernel tells: owners of connections, socket samples, threads
//! client    one client through its entries ─► step: one request and its end
//!                                          └► raw: the same for a client that the harness is itself
//! ```

mod board;
mod client;
mod files;
mod live;
mod one_shot;
mod raw;
mod stage;
mod step;
mod terminal;
mod watch;

pub(crate) use client::{drive, is_over};
pub(crate) use stage::{ClientCommands, Commands, Earlier, Log, Play, Stage};
pub(crate) use terminal::Terminal;
pub(crate) use watch::{attribute, sample, supervise};
