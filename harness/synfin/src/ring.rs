#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use synfin_core::{manifest::Sentinel, pcap::FrameNumber, time::Timestamp, wire::Segment};
use crate::sandbox::Sandbox;
#[derive(Default)] pub struct Config;
pub struct Capture;
pub struct LiveFrame { pub number: FrameNumber, pub timestamp: Timestamp, pub segment: Option<Segment<'static>> }
pub struct Captured { pub frames: u64, pub dropped: u64, pub cut: u64, pub sentinels: Vec<Sentinel>, pub pauses: Vec<(u64,u64)> }
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct RingError;
impl Capture { pub async fn arm(s: &Sandbox, f: std::fs::File, c: Config) -> Result<(Self, tokio::sync::mpsc::UnboundedReceiver<Vec<LiveFrame>>), RingError> { todo!() } pub async fn close(self) -> Result<Captured, RingError> { todo!() } }
