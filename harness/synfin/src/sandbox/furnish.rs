//! Furnishes a scenario's fresh namespaces, once, before any program runs: network, host name, and a file system in which
//! nothing can be written and some things cannot be seen. Each role's scratch is its keeper's (`view`).

use std::fs;
use std::io;
use std::path::Path;

use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};

use super::message::Order;
use super::{Step, link, sys};

/// Where init keeps the scratch of all roles. Every keeper mounts its own over it, so that no program sees another's.
pub(super) const SCRATCH_STORE: &str = "/dev/shm";

/// The largest buffer of a TCP socket, bytes. What is in them when programs are paused still comes into the ring: 500
/// connections must not be able to hold more than it has room for.
const SOCKET_BUFFER_BYTES_MAX: u32 = 256 * 1024;

/// Furnishes the namespaces; tells the step that failed.
pub(super) fn furnish(order: &Order) -> Result<(), (Step, io::Error)> {
    let at = |step: Step| move |error: io::Error| (step, error);
    sys::set_loopback_up().map_err(at(Step::Loopback))?;
    order.link.as_ref().map_or(Ok(()), link::condition)?;
    mount_proc().map_err(at(Step::Proc))?;
    write_network_settings().map_err(at(Step::NetworkSettings))?;
    name_host(&order.hostname).map_err(at(Step::HostName))?;
    order
        .hidden
        .iter()
        .try_for_each(|path| hide(path))
        .map_err(at(Step::Hide))?;
    forbid_user_namespaces().map_err(at(Step::ForbidUserNamespaces))?;
    sys::make_read_only(c"/").map_err(at(Step::ReadOnly))?;
    mount_tmpfs(SCRATCH_STORE, "mode=0700,size=1m").map_err(at(Step::Scratch))
}

/// Mounts an empty tmpfs, without devices and set-user-id files.
pub(super) fn mount_tmpfs(at: impl AsRef<Path>, options: &str) -> io::Result<()> {
    let options = std::ffi::CString::new(options)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    Ok(rustix::mount::mount(
        "tmpfs",
        at.as_ref(),
        "tmpfs",
        flags,
        options.as_c_str(),
    )?)
}

/// Mounts the `/proc` of this process's pid namespace.
pub(super) fn mount_fresh_proc() -> io::Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    Ok(rustix::mount::mount("proc", "/proc", "proc", flags, None)?)
}

fn mount_proc() -> io::Result<()> {
    let private = MountPropagationFlags::REC | MountPropagationFlags::PRIVATE;
    rustix::mount::mount_change("/", private)?;
    mount_fresh_proc()
}

/// `lo` itself needs no setting: in a fresh network namespace its `gso_max_size` is 65536, which the snap length exceeds.
fn write_network_settings() -> io::Result<()> {
    let tcp_buffer = format!("4096 65536 {SOCKET_BUFFER_BYTES_MAX}");
    write_setting("net/ipv4/tcp_rmem", &tcp_buffer)?;
    write_setting("net/ipv4/tcp_wmem", &tcp_buffer)?;
    write_setting("net/ipv4/ip_unprivileged_port_start", "0")
}

/// A program that could make a user namespace could make a network of its own, whose `lo` nobody records. The setting is
/// that of the writer's own user namespace, which is the scenario's: unshare made it.
fn forbid_user_namespaces() -> io::Result<()> {
    write_setting("user/max_user_namespaces", "0")
}

#[expect(
    clippy::disallowed_methods,
    reason = "settings are files; store is the harness's, outside"
)]
fn write_setting(name: &str, value: &str) -> io::Result<()> {
    fs::write(Path::new("/proc/sys").join(name), value)
}

/// Sets the host name, and mounts an `/etc/hosts` that knows it: no look-up leaves the namespace.
#[expect(
    clippy::disallowed_methods,
    reason = "written into a tmpfs of the namespace"
)]
fn name_host(hostname: &str) -> io::Result<()> {
    rustix::system::sethostname(hostname.as_bytes())?;
    mount_tmpfs(SCRATCH_STORE, "mode=0755,size=64k")?;
    let hosts = Path::new(SCRATCH_STORE).join("hosts");
    fs::write(
        &hosts,
        format!("127.0.0.1 localhost {hostname}\n::1 localhost {hostname}\n"),
    )?;
    rustix::mount::mount_bind(&hosts, "/etc/hosts")?;
    Ok(rustix::mount::unmount(SCRATCH_STORE, UnmountFlags::DETACH)?)
}

/// Makes a directory look empty, or a file; what does not exist, or cannot be reached, is hidden already.
fn hide(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => mount_tmpfs(path, "mode=0555,size=4k,nr_inodes=1"),
        Ok(_) => Ok(rustix::mount::mount_bind("/dev/null", path)?),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::PermissionDenied => Ok(()),
            _ => Err(error),
        },
    }
}
