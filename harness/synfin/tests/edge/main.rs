//! The edge against the real kernel: namespaces, programs, and the capture of what they say to each other.

#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make files of their own, and end where something is missing"
)]

mod capture;
mod helper;
mod isolation;
mod launching;
mod one_user;
mod ordinary;
mod scenario;
mod socket_table;
mod users;
