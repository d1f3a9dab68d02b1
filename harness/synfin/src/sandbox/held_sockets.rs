//! The sockets that a process holds, read from the links in its `/proc/PID/fd` (proc_pid_fd(5)).

use std::ffi::CStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::getxattr;

/// The attribute by which a socket tells the name of its protocol in the kernel, since Linux 3.7.
const PROTOCOL: &CStr = c"system.sockprotoname";
/// Room for the longest such name, and more.
const PROTOCOL_BYTES_MAX: usize = 64;

/// The inodes of all that it holds, as often as it holds each.
pub(super) fn inodes_of(process: &Path) -> io::Result<Vec<u64>> {
    Ok(descriptors(process)?.filter_map(|it| inode(&it)).collect())
}

/// Those among `wanted` that it holds and that are TCP, whatever their state: one that has lost its connection is in no table
/// of the kernel, but still says what it is.
pub(super) fn tcp_inodes_of(process: &Path, wanted: &[u64]) -> io::Result<Vec<u64>> {
    let held = descriptors(process)?.filter_map(|link| {
        let inode = inode(&link).filter(|inode| wanted.contains(inode))?;
        is_tcp(&link).then_some(inode)
    });
    Ok(held.collect())
}

fn descriptors(process: &Path) -> io::Result<impl Iterator<Item = PathBuf>> {
    let entries = fs::read_dir(process.join("fd"))?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())))
}

/// What a link that reads `socket:[4711]` leads to.
fn inode(link: &Path) -> Option<u64> {
    let target = fs::read_link(link).ok()?;
    let text = target.to_str()?.strip_prefix("socket:[")?;
    text.strip_suffix(']')?.parse().ok()
}

fn is_tcp(socket: &Path) -> bool {
    let mut name = [0; PROTOCOL_BYTES_MAX];
    let length = getxattr(socket, PROTOCOL, &mut name).unwrap_or(0);
    let name = name[..length].trim_ascii_end();
    [&b"TCP"[..], b"TCPv6"].contains(&name.strip_suffix(b"\0").unwrap_or(name))
}
