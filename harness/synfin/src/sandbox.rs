#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use synfin_core::manifest::{Role, SocketState};
use std::{io, fs::File, path::{Path, PathBuf}, net::SocketAddr};
#[derive(Clone, Debug)]
pub struct Setup { pub init_executable: PathBuf, pub hostname: String, pub hidden: Vec<PathBuf>, pub exposed: Vec<PathBuf>, pub scratch_bytes: u64, pub processes_max: u64 }
impl Setup { pub fn new() -> io::Result<Self> { todo!() } }
#[derive(Clone, Debug)]
pub struct Sandbox;
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct StartError;
#[derive(Debug, thiserror::Error)] #[error("x")] pub struct SandboxError;
pub enum Signal { Term, Kill, Int, Stop, Cont }
pub enum Scope { Program, Role }
#[derive(Debug)] pub struct Thread { pub pid: u32, pub tid: u32, pub name: String, pub state: char, pub cpu_ticks: u64 }
#[derive(Debug)] pub struct RoleStat { pub threads: Vec<Thread>, pub socket_inodes: Vec<u64> }
#[derive(Debug)] pub struct SocketTable;
#[derive(Debug, Clone)] pub struct TcpSocket { pub local: SocketAddr, pub remote: SocketAddr, pub state: SocketState, pub inode: u64, pub receive_queue: u32, pub send_queue: u32, pub v6_only: Option<bool> }
impl SocketTable { pub fn listeners(&self) -> io::Result<Vec<TcpSocket>> { todo!() } pub fn all(&self) -> io::Result<Vec<TcpSocket>> { todo!() } pub fn find(&self, a: SocketAddr, b: SocketAddr) -> io::Result<Option<TcpSocket>> { todo!() } }
impl Sandbox {
 pub async fn start(s: &Setup) -> Result<Self, StartError> { todo!() }
 pub async fn prepare(&self, r: Role, s: Option<&Path>) -> Result<(), SandboxError> { todo!() }
 pub async fn put(&self, r: Role, p: &str, b: &[u8]) -> Result<(), SandboxError> { todo!() }
 pub async fn remove(&self, r: Role, p: &str) -> Result<(), SandboxError> { todo!() }
 pub async fn open(&self, r: Role, p: &str) -> Result<Option<File>, SandboxError> { todo!() }
 pub async fn signal(&self, r: Role, s: Signal, c: Scope) -> Result<bool, SandboxError> { todo!() }
 pub async fn stat(&self, r: Role) -> Result<RoleStat, SandboxError> { todo!() }
 pub async fn listen_overflows(&self) -> Result<u64, SandboxError> { todo!() }
 pub async fn socket_table(&self) -> Result<SocketTable, SandboxError> { todo!() }
 pub async fn shutdown(self) { todo!() }
}
