//! The edge against the real kernel: namespaces, programs, and the capture of what they say to each other.

#![cfg(target_os = "linux")]

mod capture;
mod isolation;
mod launching;
mod scenario;
mod socket_table;
