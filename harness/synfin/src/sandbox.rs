//! One scenario's ground, and the programs on it: namespaces of its own or, where there can be none, the host with a user or a
//! Landlock domain for each role.
//!
//! ```text
//!  harness (tokio, outside)          init (process 1 inside)         keeper (process 1 of a role)     program
//!  Sandbox ── control socket ──────► serves one request a time ────► own view, reaps, reports ──────► no rights
//!          ◄─ sockets, files ──────  (descriptors by SCM_RIGHTS)
//! ```
//!
//! The harness's end of the control socket is what everything inside lives by: when it closes, for whatever reason, init ends
//! and the kernel kills the rest. Reading order: `message` is what is said, `init` and `service` who serves it, `ground` what all of it
//! stands on (`furnish` makes namespaces, `host` does without), `keeper`, `confinement` and `program` how a program comes to run,
//! `handle` the harness's side. `lender` is the helper that opens packet sockets for
//! who may not, `helper` who asks it.

mod brake;
mod built;
mod confinement;
mod descriptor;
mod fence;
mod filter;
mod folder;
mod furnish;
mod ground;
mod handle;
mod held_sockets;
mod helper;
mod hold;
mod host;
mod host_sockets;
mod init;
mod inside;
mod keeper;
mod lender;
mod link;
mod message;
mod packet;
mod processes;
mod program;
mod refusals;
mod remedy;
mod service;
mod socket_table;
mod start;
mod step;
mod sys;
mod turn;
mod users;
mod view;
mod wine;
mod words;

pub use brake::Brake;
pub use built::Built;
pub(crate) use descriptor::register;
pub use handle::{Sandbox, SandboxError};
pub use init::init_main;
pub use lender::capture_main;
pub(crate) use program::NICE as PROGRAM_NICENESS;
pub(crate) use remedy::CAPABILITIES;
pub use socket_table::{SocketTable, TcpSocket};
pub use start::{INIT_ARGUMENT, Isolation, Setup, StartError};
pub use step::Step;
pub(crate) use sys::{Heirs, be_prompt};
pub(crate) use view::SCRATCH;
pub use words::{Ended, FileKind, Listed, RoleStat, Scope, Signal, Spawn, Standard, Thread, Usage};
