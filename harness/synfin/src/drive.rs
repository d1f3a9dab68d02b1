//! The pacing of clients: what each is told, when, and how it is known that a step is done.
//!
//! ```text
//! board   who has done what; barriers and turns        (no program, no socket)
//! live    the wire as it is recorded; waits on it      (no program)
//! client  one client through its entries ─► step       one request and its end
//! watch   what the kernel tells: attribution, socket samples, threads under supervision
//! ```

mod board;
mod client;
mod live;
mod stage;
mod step;
mod watch;

pub(crate) use client::drive;
pub(crate) use live::LiveWire;
pub(crate) use stage::{Files, Stage};
pub(crate) use watch::{attribute, sample, supervise};
