//! The harness's side of the capture helper: where it is, and what it lends.

use std::env;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use tokio::process::Command;

use super::inside::{Sentinels, sentinels};
use super::message::receive;

/// The helper's name.
const PROGRAM: &str = "synfin-capture";

/// Far more than it ever takes.
const WITHIN: Duration = Duration::from_secs(10);

/// The sockets of a capture of the frames of this port on `lo`, as init makes them where it may: the packet socket, the sender of
/// sentinels, and where they go. `executable` is the synfin binary.
pub(super) async fn wire_sockets(executable: &Path, port: u16) -> io::Result<[OwnedFd; 3]> {
    let program = find(executable)?;
    let way = sentinels(0)?;
    let packets = borrow(&program, [port, way.port]).await?;
    let Sentinels { sender, sink, .. } = way;
    Ok([packets, sender, sink])
}

/// The helper: beside the synfin binary, or else in PATH.
pub(super) fn find(executable: &Path) -> io::Result<PathBuf> {
    let beside = executable.parent().unwrap_or(Path::new("/"));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [beside.to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    let mut files = folders.map(|folder| folder.join(PROGRAM));
    let missing = || {
        let why = format!(
            "{PROGRAM} is neither beside {} nor in PATH",
            beside.display()
        );
        io::Error::new(io::ErrorKind::NotFound, why)
    };
    files.find(|file| file.is_file()).ok_or_else(missing)
}

async fn borrow(program: &Path, ports: [u16; 2]) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (ours, its) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    let ended = Command::new(program)
        .args(ports.map(|port| port.to_string()))
        .stdin(Stdio::from(its))
        .kill_on_drop(true)
        .output();
    let ended = tokio::time::timeout(WITHIN, ended).await??;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        let why = format!("{}: {}", program.display(), said.trim());
        return Err(io::Error::other(why));
    }
    // It is there: the helper has ended.
    let received = receive::<()>(&ours)?.and_then(|((), sockets)| sockets.into_iter().next());
    received.ok_or_else(|| io::Error::other(format!("{} lent nothing", program.display())))
}
