//! System calls that a program is refused where it is the harness's own user (seccomp(2)): those by which one process acts upon
//! another of its user, or leaves something behind, and that Landlock knows nothing of.

use std::io;

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW,
    SECCOMP_RET_ERRNO, c_long, sock_filter,
};

/// When a call is refused.
#[derive(Clone, Copy)]
enum When {
    Always,
    /// Unless the first argument is 0: the caller itself.
    OfOthers,
    /// If the first argument is this.
    First(u32),
}

/// A Unix socket leads to whatever listens for the user: a session bus or a container engine, that starts programs when
/// asked. Those of socketpair(2) lead nowhere.
const UNIX: u32 = libc::AF_UNIX.cast_unsigned();

#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
))]
const REFUSED: &[(c_long, When)] = &[
    (libc::SYS_socket, When::First(UNIX)),
    // It would make such sockets, too.
    (libc::SYS_io_uring_setup, When::Always),
    // Limits, priorities and processors of the user's other processes.
    (libc::SYS_prlimit64, When::OfOthers),
    (libc::SYS_setpriority, When::Always),
    (libc::SYS_ioprio_set, When::Always),
    (libc::SYS_sched_setscheduler, When::OfOthers),
    (libc::SYS_sched_setparam, When::OfOthers),
    (libc::SYS_sched_setattr, When::OfOthers),
    (libc::SYS_sched_setaffinity, When::OfOthers),
    // What no process's end removes, and what other roles could find.
    (libc::SYS_shmget, When::Always),
    (libc::SYS_semget, When::Always),
    (libc::SYS_msgget, When::Always),
    (libc::SYS_mq_open, When::Always),
    // The user's keys.
    (libc::SYS_keyctl, When::Always),
    (libc::SYS_request_key, When::Always),
    (libc::SYS_add_key, When::Always),
];

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
)))]
const REFUSED: &[(c_long, When)] = &[];

/// Where `seccomp_data` has the call's number, its architecture, and its first argument.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;

/// Numbers from here on are those of x32, another way to call (linux/seccomp.h).
const X32: u32 = 0x4000_0000;

/// This architecture as linux/audit.h names it: its machine in ELF files, 64 bits, little-endian.
const NATIVE: Option<u32> = if cfg!(target_arch = "x86_64") {
    Some(0x3e | WIDE | LITTLE_ENDIAN)
} else if cfg!(target_arch = "aarch64") {
    Some(0xb7 | WIDE | LITTLE_ENDIAN)
} else if cfg!(target_arch = "riscv64") {
    Some(0xf3 | WIDE | LITTLE_ENDIAN)
} else {
    None
};
const WIDE: u32 = 0x8000_0000;
const LITTLE_ENDIAN: u32 = 0x4000_0000;

/// A program for seccomp(2) that refuses those calls with EPERM, and every call of another architecture, whose numbers are
/// others.
pub(super) fn program() -> io::Result<Vec<sock_filter>> {
    let unknown = || io::Error::other("the system calls of this architecture are not known here");
    let mut program = vec![
        load(ARCHITECTURE),
        jump(BPF_JEQ, NATIVE.ok_or_else(unknown)?, 1, 0),
        refuse(),
        load(NUMBER),
        jump(BPF_JGE, X32, 0, 1),
        refuse(),
    ];
    for (call, when) in REFUSED {
        let number = u32::try_from(*call).expect("a call's number is small");
        match when {
            When::Always => program.extend([jump(BPF_JEQ, number, 0, 1), refuse()]),
            When::OfOthers => program.extend([
                jump(BPF_JEQ, number, 0, 4),
                load(FIRST_ARGUMENT),
                jump(BPF_JEQ, 0, 0, 1),
                allow(),
                refuse(),
            ]),
            When::First(value) => program.extend([
                jump(BPF_JEQ, number, 0, 4),
                load(FIRST_ARGUMENT),
                jump(BPF_JEQ, *value, 0, 1),
                refuse(),
                allow(),
            ]),
        }
    }
    program.push(allow());
    Ok(program)
}

/// Loads the low word of what lies there.
fn load(at: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, at, (0, 0))
}

/// Leaves out so many instructions if what was loaded compares so, or so many if not.
fn jump(compare: u32, value: u32, yes: u8, no: u8) -> sock_filter {
    instruction(BPF_JMP | compare | BPF_K, value, (yes, no))
}

fn refuse() -> sock_filter {
    let error = SECCOMP_RET_ERRNO | libc::EPERM.cast_unsigned();
    instruction(BPF_RET | BPF_K, error, (0, 0))
}

fn allow() -> sock_filter {
    instruction(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, (0, 0))
}

fn instruction(code: u32, k: u32, (jt, jf): (u8, u8)) -> sock_filter {
    let code = u16::try_from(code).expect("an operation has 16 bits");
    sock_filter { code, jt, jf, k }
}
