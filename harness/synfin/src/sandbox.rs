//! One scenario's namespaces, and the programs in them.
//!
//! ```text
//!  harness (tokio, outside)          init (process 1 inside)         keeper (process 1 of a role)     program
//!  Sandbox ── control socket ──────► serves one request a time ────► own view, reaps, reports ──────► no rights
//!          ◄─ sockets, files ──────  (descriptors by SCM_RIGHTS)
//! ```
//!
//! The harness's end of the control socket is what everything inside lives by: when it closes, for whatever reason, init ends
//! and the kernel kills the rest. Reading order: `message` is what is said, `init` and `service` who serves it, `keeper`, `view` and
//! `program` how a program comes to run, `handle` the harness's side.

mod brake;
mod built;
mod descriptor;
mod folder;
mod furnish;
mod handle;
mod init;
mod inside;
mod keeper;
mod message;
mod processes;
mod program;
mod service;
mod socket_table;
mod start;
mod step;
mod sys;
mod view;
mod wine;
mod words;

pub(crate) use brake::Brake;
pub use built::Built;
pub(crate) use descriptor::register;
pub use handle::{Sandbox, SandboxError};
pub use init::init_main;
pub(crate) use program::NICE as PROGRAM_NICENESS;
pub use socket_table::{SocketTable, TcpSocket};
pub use start::{INIT_ARGUMENT, Setup, StartError};
pub use step::Step;
pub(crate) use view::SCRATCH;
pub use words::{Ended, FileKind, Listed, RoleStat, Scope, Signal, Spawn, Standard, Thread, Usage};
