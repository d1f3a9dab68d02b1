//! The system calls that rustix does not have, each behind a safe function. Callers are single-threaded: init, a keeper, or
//! a program about to be executed.

#![expect(
    unsafe_code,
    reason = "fork, clone3, mount_setattr, execveat and the interface ioctls have no safe wrapper"
)]

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, WaitOptions};
use rustix::thread::UnshareFlags;

/// Which of the two a process is after a fork.
pub(super) enum Forked {
    /// The old one; the other's id, as the old one sees it.
    Parent(Pid),
    /// The new one.
    Child,
}

/// Copies this process.
pub(super) fn fork() -> io::Result<Forked> {
    // SAFETY: the process has one thread, so the copy holds no lock of another.
    forked(unsafe { libc::fork() }.into())
}

/// Copies this process into a pid namespace, as its process 1, and a mount namespace of its own.
pub(super) fn fork_into_own_namespaces() -> io::Result<Forked> {
    // SAFETY: all-zero is a valid clone_args: no namespace, no stack, no id wanted.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = u64::from((libc::CLONE_NEWPID | libc::CLONE_NEWNS).cast_unsigned());
    args.exit_signal = u64::from(libc::SIGCHLD.cast_unsigned());
    // SAFETY: like fork: one thread, and without a stack the child goes on with a copy of this one.
    forked(unsafe { libc::syscall(libc::SYS_clone3, &raw const args, size_of_val(&args)) })
}

fn forked(result: libc::c_long) -> io::Result<Forked> {
    match i32::try_from(result) {
        Ok(0) => Ok(Forked::Child),
        Ok(pid) if pid > 0 => Ok(Forked::Parent(
            Pid::from_raw(pid).expect("a positive number is a process id"),
        )),
        Ok(_) | Err(_) => Err(io::Error::last_os_error()),
    }
}

/// Gives this process new namespaces.
pub(super) fn unshare(what: UnshareFlags) -> io::Result<()> {
    // SAFETY: the file table, which could take descriptors from under their owners, is not among them.
    Ok(unsafe { rustix::thread::unshare_unsafe(what - UnshareFlags::FILES) }?)
}

/// Leaves the session keyring of whoever executed this process for an empty one: who inherits a session keyring possesses
/// the keys in it, whatever his user and namespaces are (session-keyring(7)). Where keys are not to be had, or not to be
/// asked for, programs cannot either.
pub(super) fn leave_session_keyring() -> io::Result<()> {
    let join = libc::KEYCTL_JOIN_SESSION_KEYRING;
    // SAFETY: without a name, no memory is looked at.
    let joined = unsafe { libc::syscall(libc::SYS_keyctl, join, ptr::null::<libc::c_char>()) };
    match check(joined) {
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => Ok(()),
        result => result,
    }
}

/// Ends this process at once, without the clean-up that belongs to the process it was copied from.
pub(super) fn exit_now(code: i32) -> ! {
    // SAFETY: _exit has no precondition.
    unsafe { libc::_exit(code) }
}

/// One of the descriptors 0, 1 and 2, which the harness gave this process as its own.
pub(super) fn take_standard_fd(number: u8) -> OwnedFd {
    assert!(number <= 2, "only the three standard descriptors are given");
    // SAFETY: the harness executes init with all three open, and init takes each once.
    unsafe { OwnedFd::from_raw_fd(i32::from(number)) }
}

/// Closes every descriptor from `first` on.
pub(super) fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: called before any of these has an owner in this process.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) })
}

/// Makes every descriptor from `first` on close when a program is executed.
pub(super) fn close_on_exec_from(first: u32) -> io::Result<()> {
    let flags = libc::CLOSE_RANGE_CLOEXEC;
    // SAFETY: changes flags only.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, flags) })
}

/// Puts the open file of `fd` at the descriptor `number` as well, inherited by the program executed.
pub(super) fn place_fd(fd: BorrowedFd<'_>, number: i32) -> io::Result<()> {
    // SAFETY: a program's child owns nothing at 0, 1 and 2 that it still uses.
    check(unsafe { libc::dup2(fd.as_raw_fd(), number) }.into())
}

/// Makes the mount at `path` and all below it read-only.
pub(super) fn make_read_only(path: &CStr) -> io::Result<()> {
    let attr = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: path and attr live across the call and have the types and size that the kernel is told.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attr,
            size_of_val(&attr),
        )
    })
}

/// Sets the loopback interface of this network namespace up.
pub(super) fn set_loopback_up() -> io::Result<()> {
    let mut request = loopback_request();
    request.ifr_ifru.ifru_flags =
        i16::try_from(libc::IFF_UP).expect("IFF_UP is one of the low bits");
    ask_of_loopback(libc::SIOCSIFFLAGS, &request)
}

/// Sets the longest packet of the loopback interface.
pub(super) fn set_loopback_mtu(bytes: u32) -> io::Result<()> {
    let mut request = loopback_request();
    request.ifr_ifru.ifru_mtu =
        i32::try_from(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    ask_of_loopback(libc::SIOCSIFMTU, &request)
}

/// Has TCP cut its segments itself, as for an interface that cannot (linux/ethtool.h).
pub(super) fn forbid_segmentation_offload() -> io::Result<()> {
    const SET_TCP_SEGMENTATION: u32 = 0x1f;
    const SET_GENERIC_SEGMENTATION: u32 = 0x24;
    for command in [SET_TCP_SEGMENTATION, SET_GENERIC_SEGMENTATION] {
        let mut value = [command, 0];
        let mut request = loopback_request();
        request.ifr_ifru.ifru_data = value.as_mut_ptr().cast();
        ask_of_loopback(libc::SIOCETHTOOL, &request)?;
    }
    Ok(())
}

fn loopback_request() -> libc::ifreq {
    // SAFETY: all-zero is a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(c"lo".to_bytes()) {
        *to = from.cast_signed();
    }
    request
}

fn ask_of_loopback(what: libc::Ioctl, request: &libc::ifreq) -> io::Result<()> {
    let socket = rustix::net::socket(
        rustix::net::AddressFamily::INET,
        rustix::net::SocketType::DGRAM,
        None,
    )?;
    // SAFETY: each of these reads one ifreq (netdevice(7)), and what it points at, which outlives the call.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), what, &raw const *request) }.into())
}

/// Has the kernel ask the program about every system call of this process, and of all that it becomes or starts (seccomp(2)).
/// It can gain no privilege any more, or may not ask for this.
pub(super) fn filter_system_calls(program: &[libc::sock_filter]) -> io::Result<()> {
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).expect("a filter is short"),
        filter: program.as_ptr().cast_mut(),
    };
    let mode = libc::SECCOMP_MODE_FILTER;
    // SAFETY: the kernel reads one sock_fprog and the `len` instructions it points at, and changes neither.
    check(unsafe { libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const filter) }.into())
}

/// Blocks these signals, so that [`wait_for_signal`] can take them one by one.
pub(super) fn block_signals(signals: &[Signal]) -> io::Result<()> {
    let set = signal_set(signals);
    // SAFETY: the set lives across the call.
    check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const set, ptr::null_mut()) }.into())
}

/// Waits for one of these signals, which are blocked; an interrupted wait looks like a child's end, which costs one look.
pub(super) fn wait_for_signal(signals: &[Signal]) -> Signal {
    let set = signal_set(signals);
    // SAFETY: the set lives across the call; no information is asked for.
    let number = unsafe { libc::sigwaitinfo(&raw const set, ptr::null_mut()) };
    Signal::from_named_raw(number).unwrap_or(Signal::CHILD)
}

fn signal_set(signals: &[Signal]) -> libc::sigset_t {
    // SAFETY: sigemptyset initialises the set that the others then change; all-zero is valid before.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, signal.as_raw());
        }
        set
    }
}

/// Has this process do with `signal` what the kernel does by default, whatever it inherited.
pub(super) fn set_default_disposition(signal: Signal) {
    // SAFETY: this runs no code in a signal handler.
    unsafe { libc::signal(signal.as_raw(), libc::SIG_DFL) };
}

/// Who starts what this process forks from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heirs {
    /// As prompt as this one.
    Prompt,
    /// Ordinary again.
    Ordinary,
}

/// Has this thread run as soon as it has something to do, before all ordinary ones (sched(7)). Root may; who may not stays as he is.
pub(crate) fn be_prompt(heirs: Heirs) {
    let policy = match heirs {
        Heirs::Prompt => libc::SCHED_RR,
        Heirs::Ordinary => libc::SCHED_RR | libc::SCHED_RESET_ON_FORK,
    };
    let parameters = libc::sched_param { sched_priority: 1 };
    // SAFETY: the kernel reads one sched_param.
    unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) };
}

/// Has this process adopt what its descendants leave behind.
pub(super) fn adopt_orphans() -> io::Result<()> {
    Ok(rustix::process::set_child_subreaper(Some(
        rustix::process::getpid(),
    ))?)
}

/// Waits until this process has no children any more.
pub(super) fn wait_for_all_children() {
    while rustix::process::wait(WaitOptions::empty()).is_ok() {}
}

/// Signals every process of this pid namespace, and of this Landlock domain and those in it, that this one may signal, but itself.
pub(super) fn signal_all_others(signal: Signal) -> io::Result<()> {
    // SAFETY: kill has no memory precondition.
    check(unsafe { libc::kill(-1, signal.as_raw()) }.into())
}

/// Executes the program at `path`; returns only if that failed.
pub(super) fn execute(path: &CStr, argv: &[CString], env: &[CString]) -> io::Error {
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: both arrays end with null and point at strings that outlive the call.
    unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
}

/// Executes the program that `file` is open on; returns only if that failed.
pub(super) fn execute_open(file: &OwnedFd, argv: &[CString], env: &[CString]) -> io::Error {
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: as in `execute`; the empty path means the file itself.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            file.as_raw_fd(),
            c"".as_ptr(),
            argv.as_ptr(),
            env.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    io::Error::last_os_error()
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings
        .iter()
        .map(|string| string.as_ptr())
        .chain([ptr::null()])
        .collect()
}

/// Puts `/dev/null` in the place of a standard descriptor.
pub(super) fn silence(number: i32) -> io::Result<()> {
    let null = File::from(rustix::fs::open(
        "/dev/null",
        OFlags::RDWR | OFlags::CLOEXEC,
        Mode::empty(),
    )?);
    place_fd(null.as_fd(), number)
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
