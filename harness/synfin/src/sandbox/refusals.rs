//! System calls that programs are refused (seccomp(2)), for nothing else keeps them in: everywhere, sockets and keys by which
//! server and client would agree past the wire; where a program is the harness's own user, also those by which one process acts
//! upon another of its user, or leaves something behind, and that Landlock knows nothing of.

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
    /// If the first argument is none of these.
    NoneOf(&'static [u32]),
    /// If the first argument and the third are these.
    FirstAndThird(u32, u32),
}

/// Families of sockets that belong to a network namespace, or to no network; packet sockets are the kernel's to refuse. Others,
/// such as those to a machine's host (vsock(7)), pass by the wire that is recorded.
const FAMILIES: &[u32] = &[
    libc::AF_UNIX.cast_unsigned(),
    libc::AF_INET.cast_unsigned(),
    libc::AF_INET6.cast_unsigned(),
    libc::AF_NETLINK.cast_unsigned(),
    libc::AF_PACKET.cast_unsigned(),
];

#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
))]
const REFUSED_TO_ALL: &[(c_long, When)] = &[
    (libc::SYS_socket, BETWEEN_PROCESSES),
    (libc::SYS_socket, When::NoneOf(FAMILIES)),
    // It makes sockets, too.
    (libc::SYS_io_uring_setup, When::Always),
    // A user's keys and a session's are those of all roles (keyrings(7)).
    (libc::SYS_keyctl, When::Always),
    (libc::SYS_request_key, When::Always),
    (libc::SYS_add_key, When::Always),
];

/// The same by the numbers of 32-bit programs (the kernel's `syscall_32.tbl`). What socketcall(2) asks for stands in memory, where a
/// filter cannot look; to refuse it would leave programs without sockets whose C library knows no other call.
#[cfg(target_arch = "x86_64")]
const REFUSED_TO_32_BITS: Option<(u32, &[(c_long, When)])> = Some((
    0x03 | LITTLE_ENDIAN,
    &[
        (359, BETWEEN_PROCESSES),
        (359, When::NoneOf(FAMILIES)),
        (425, When::Always),
        (286, When::Always),
        (287, When::Always),
        (288, When::Always),
    ],
));

#[cfg(not(target_arch = "x86_64"))]
const REFUSED_TO_32_BITS: Option<(u32, &[(c_long, When)])> = None;

/// Netlink from process to process (NETLINK_USERSOCK): in a network namespace, and never on its wire.
const BETWEEN_PROCESSES: When = When::FirstAndThird(
    libc::AF_NETLINK.cast_unsigned(),
    libc::NETLINK_USERSOCK.cast_unsigned(),
);

/// Without Unix sockets, which lead to whatever listens for the user: a session bus or a container engine, that starts programs
/// when asked. Those of socketpair(2) lead nowhere.
const FAMILIES_OF_ONE_USER: &[u32] = FAMILIES.split_at(1).1;

#[cfg(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
))]
const REFUSED_TO_ONE_USER: &[(c_long, When)] = &[
    (libc::SYS_socket, BETWEEN_PROCESSES),
    (libc::SYS_socket, When::NoneOf(FAMILIES_OF_ONE_USER)),
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
const REFUSED_TO_ALL: &[(c_long, When)] = &[];
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64"
)))]
const REFUSED_TO_ONE_USER: &[(c_long, When)] = &[];

/// Where `seccomp_data` has the call's number, its architecture, and its first and third arguments.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const FIRST_ARGUMENT: u32 = 16;
const THIRD_ARGUMENT: u32 = 32;

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

/// A program for seccomp(2) that refuses with EPERM what is refused everywhere. Calls of an architecture whose numbers are not known
/// here are not looked at.
pub(super) fn for_all() -> Vec<sock_filter> {
    let foreign = REFUSED_TO_32_BITS.map_or_else(
        || vec![allow()],
        |(architecture, refused)| {
            let head = [jump(BPF_JEQ, architecture, 1, 0), allow()];
            [&head[..], &refusing(refused)].concat()
        },
    );
    NATIVE.map_or_else(
        || vec![allow()],
        |native| program(native, &foreign, REFUSED_TO_ALL),
    )
}

/// A program for seccomp(2) that refuses with EPERM what is refused to programs that are the harness's own user, and every call of
/// another architecture.
pub(super) fn for_one_user() -> io::Result<Vec<sock_filter>> {
    let unknown = || io::Error::other("the system calls of this architecture are not known here");
    let native = NATIVE.ok_or_else(unknown)?;
    Ok(program(native, &[refuse()], REFUSED_TO_ONE_USER))
}

/// A program that refuses these calls, and does so with all calls that are not of the native architecture, whose numbers are
/// others.
fn program(native: u32, foreign: &[sock_filter], refused: &[(c_long, When)]) -> Vec<sock_filter> {
    let x32 = [load(NUMBER), jump(BPF_JGE, X32, 0, 1), refuse()];
    let own = [&x32[..], &refusing(refused)].concat();
    let over = u8::try_from(own.len()).expect("there are few calls");
    let head = [load(ARCHITECTURE), jump(BPF_JEQ, native, 0, over)];
    [&head[..], &own, foreign].concat()
}

/// Refuses these calls and allows all others.
fn refusing(refused: &[(c_long, When)]) -> Vec<sock_filter> {
    let mut program = vec![load(NUMBER)];
    for (call, when) in refused {
        let number = u32::try_from(*call).expect("a call's number is small");
        program.extend(when.refusing(number));
    }
    program.push(allow());
    program
}

impl When {
    /// Refuses the call of this number, which is loaded, and stays so where what follows decides.
    fn refusing(self, number: u32) -> Vec<sock_filter> {
        match self {
            Self::Always => vec![jump(BPF_JEQ, number, 0, 1), refuse()],
            Self::OfOthers => vec![
                jump(BPF_JEQ, number, 0, 4),
                load(FIRST_ARGUMENT),
                jump(BPF_JEQ, 0, 0, 1),
                allow(),
                refuse(),
            ],
            Self::NoneOf(values) => {
                let count = u8::try_from(values.len()).expect("there are few values");
                let mut program = vec![jump(BPF_JEQ, number, 0, count + 3), load(FIRST_ARGUMENT)];
                let to_allow = (1..=count).rev();
                let known = values.iter().zip(to_allow);
                program.extend(known.map(|(value, over)| jump(BPF_JEQ, *value, over, 0)));
                program.extend([refuse(), allow()]);
                program
            }
            Self::FirstAndThird(first, third) => vec![
                jump(BPF_JEQ, number, 0, 6),
                load(FIRST_ARGUMENT),
                jump(BPF_JEQ, first, 0, 3),
                load(THIRD_ARGUMENT),
                jump(BPF_JEQ, third, 0, 1),
                refuse(),
                load(NUMBER),
            ],
        }
    }
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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    const NATIVE_64: u32 = 0xc000_003e;
    const I386: u32 = 0x4000_0003;

    /// The kernel's interpreter, as far as these programs need it; whether the call is allowed.
    fn allows(
        program: &[sock_filter],
        architecture: u32,
        number: c_long,
        arguments: [i32; 3],
    ) -> bool {
        let number = u32::try_from(number).expect("a call's number is small");
        let word = |at: u32| match at {
            NUMBER => number,
            ARCHITECTURE => architecture,
            FIRST_ARGUMENT => arguments[0].cast_unsigned(),
            THIRD_ARGUMENT => arguments[2].cast_unsigned(),
            _ => panic!("a load from {at}"),
        };
        let (mut a, mut at) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            let code = u32::from(code);
            at += 1;
            let mut jump = |is: bool| at += usize::from(if is { jt } else { jf });
            match code {
                _ if code == BPF_LD | BPF_W | BPF_ABS => a = word(k),
                _ if code == BPF_JMP | BPF_JEQ | BPF_K => jump(a == k),
                _ if code == BPF_JMP | BPF_JGE | BPF_K => jump(a >= k),
                _ if code == BPF_RET | BPF_K => return k == SECCOMP_RET_ALLOW,
                _ => panic!("operation {code:#x}"),
            }
        }
    }

    /// What is allowed of sockets by the call of this number.
    #[track_caller]
    fn check_sockets(program: &[sock_filter], architecture: u32, number: c_long) {
        let netlink = |protocol| [libc::AF_NETLINK, libc::SOCK_RAW, protocol];
        for (arguments, is_allowed) in [
            ([libc::AF_INET, libc::SOCK_STREAM, 0], true),
            ([libc::AF_INET6, libc::SOCK_DGRAM, 2], true),
            (netlink(libc::NETLINK_ROUTE), true),
            (netlink(libc::NETLINK_USERSOCK), false),
            ([libc::AF_VSOCK, libc::SOCK_STREAM, 0], false),
        ] {
            let allowed = allows(program, architecture, number, arguments);
            assert_eq!(allowed, is_allowed, "{arguments:?}");
        }
    }

    #[test]
    fn sockets_and_keys_past_the_wire_are_refused_by_either_number() {
        let program = for_all();
        check_sockets(&program, NATIVE_64, libc::SYS_socket);
        check_sockets(&program, I386, 359);
        for key in [libc::SYS_keyctl, libc::SYS_add_key, libc::SYS_request_key] {
            assert!(!allows(&program, NATIVE_64, key, [0; 3]));
        }
        for key in 286..=288 {
            assert!(!allows(&program, I386, key, [0; 3]));
        }
    }

    #[test]
    fn all_else_is_allowed_by_either_number_and_nothing_by_that_of_x32() {
        let program = for_all();
        for number in [libc::SYS_read, libc::SYS_bind, libc::SYS_sched_setaffinity] {
            assert!(allows(&program, NATIVE_64, number, [0; 3]));
            assert!(!allows(&program, NATIVE_64, number | 0x4000_0000, [0; 3]));
        }
        // 41 and 250 are socket and keyctl there, and dup and fadvise64 here.
        for number in [3, 41, 102, 250] {
            assert!(allows(&program, I386, number, [0; 3]));
        }
    }

    #[test]
    fn one_user_is_refused_what_acts_upon_others_and_every_foreign_call() {
        let program = for_one_user().unwrap();
        let unix = [libc::AF_UNIX, libc::SOCK_STREAM, 0];
        assert!(!allows(&program, NATIVE_64, libc::SYS_socket, unix));
        check_sockets(&program, NATIVE_64, libc::SYS_socket);
        assert!(allows(&program, NATIVE_64, libc::SYS_prlimit64, [0, 7, 0]));
        assert!(!allows(&program, NATIVE_64, libc::SYS_prlimit64, [1, 7, 0]));
        assert!(!allows(&program, I386, 3, [0; 3]));
    }
}
