//! The pacing of clients: what each is told, when, and how it is known that a step is done.
//!
//! ```text
//! board     who has done what; barriers and turns              no program, no socket
//! live      the wire as it is recorded, and waits on it        no program
//! deadline  when a step is given up, by what the wire shows     no program
//! terminal  a program, and how far its output was read
//! stage     what all clients share: the record, the programs   files: laid out and looked at
//! watch     what the kernel tells: owners of connections, socket samples, threads
//! listening the server's start; restart: the same again
//! client    one client through its entries ─► step: one request and its end; fault: what is done to it
//!                                          └► raw: the same for a client that the harness is itself
//! ```

mod board;
mod client;
mod deadline;
mod dial;
mod elsewhere;
mod fault;
mod files;
pub(crate) mod listening;
mod live;
mod one_shot;
mod play;
mod raw;
mod restart;
mod stage;
mod step;
mod terminal;
mod watch;

pub(crate) use client::{drive, is_over};
pub(crate) use listening::Listening;
pub(crate) use live::{Exchange, Mark, WireState};
pub(crate) use play::{ClientCommands, Commands, Play};
pub(crate) use restart::{KILL_GRACE, SERVER_GRACE};
pub(crate) use stage::{Log, Stage};
pub(crate) use terminal::Terminal;
pub(crate) use watch::{attribute, sample, supervise};
