#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use synfin_core::{manifest::{Role, Exit}, time::Timestamp, spec::Stdin};
use crate::sandbox::Sandbox; use std::time::Duration;
pub struct Launch { pub role: Role, pub argv: Vec<String>, pub env: Vec<(String,String)>, pub stdin: Stdin }
#[derive(Debug)] pub struct Program;
#[derive(Debug, thiserror::Error)] pub enum LaunchError { #[error("{0}")] NotStarted(String), #[error("x")] Other }
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct InputError;
#[derive(Clone, Copy, Debug)] pub struct Ended { pub exit: Exit, pub at: Timestamp }
pub struct OutputSummary { pub left_out_bytes: u64, pub last_lines: Vec<String> }
pub struct Output;
impl Output { pub fn printed_bytes(&self) -> u64 { todo!() } pub fn since(&self, o: u64) -> Vec<u8> { todo!() } pub fn changes(&self) -> tokio::sync::watch::Receiver<u64> { todo!() } }
impl Program { pub async fn start(s: &Sandbox, l: Launch) -> Result<Self, LaunchError> { todo!() } pub fn started_at(&self) -> Timestamp { todo!() } pub fn output(&self) -> &Output { todo!() } pub async fn send_line(&self, s: &str, w: Duration) -> Result<(), InputError> { todo!() } pub fn end_input(&self) {} pub fn ended(&self) -> Option<Ended> { todo!() } pub async fn wait(&self) -> Ended { todo!() } pub async fn wait_role_gone(&self) {} pub fn is_role_gone(&self) -> bool { todo!() } pub async fn finish(self, l: &std::path::Path, w: Duration) -> std::io::Result<OutputSummary> { todo!() } }
