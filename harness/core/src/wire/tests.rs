//! Frames built byte by byte, and what is read of them.

mod build;
mod datagrams;
mod fragments;
mod links;
mod oracle;
mod properties;
mod segments;
mod tunnels;

use crate::pcap::{Frame, FrameNumber, LinkType};
use crate::time::Timestamp;

use super::*;
