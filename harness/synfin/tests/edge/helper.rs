//! The capture helper itself: what it refuses, and what may be done with what it lends.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::ordinary::{as_ordinary_user, program, without_capability};

/// The helper's answer to these arguments, and our end of the socket that it was given.
fn ask(helper: &Path, arguments: &[&str]) -> (Output, OwnedFd) {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (ours, its) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap();
    let output = Command::new(helper)
        .args(arguments)
        .stdin(Stdio::from(its))
        .output();
    (output.unwrap(), ours)
}

/// Whether nothing came over the socket before it was closed.
fn is_silent(socket: &OwnedFd) -> bool {
    let mut bytes = [0; 16];
    rustix::io::read(socket, &mut bytes) == Ok(0)
}

#[test]
fn arguments_that_are_no_two_ports_are_refused() {
    let helper = Path::new(env!("CARGO_BIN_EXE_synfin-capture"));
    for arguments in [
        &[] as &[&str],
        &["5001"],
        &["5001", "40000", "1"],
        &["0", "40000"],
        &["5001", "0"],
        &["65536", "40000"],
        &["-1", "40000"],
        &["5001", "lo"],
        &["--help", "5001"],
        &["", ""],
    ] {
        let (output, socket) = ask(helper, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stderr.starts_with(b"usage: "), "{arguments:?}");
        assert!(is_silent(&socket), "{arguments:?}");
    }
}

#[test]
fn without_its_capability_it_lends_nothing_and_says_why() {
    as_ordinary_user(
        "helper::without_its_capability_it_lends_nothing_and_says_why",
        async {
            let (_folder, helper) = without_capability("synfin-capture");
            let (output, socket) = ask(&helper, &["5001", "40000"]);
            assert_eq!(output.status.code(), Some(1));
            let said = String::from_utf8(output.stderr).unwrap();
            let expected = "open a packet socket: Operation not permitted (os error 1)\n";
            assert_eq!(said, expected);
            assert!(is_silent(&socket));
        },
    );
}

#[test]
fn without_a_unix_socket_to_lend_it_over_it_fails() {
    as_ordinary_user(
        "helper::without_a_unix_socket_to_lend_it_over_it_fails",
        async {
            let output = Command::new(program("synfin-capture"))
                .args(["5001", "40000"])
                .stdin(Stdio::null())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(1));
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.starts_with("hand the packet socket over: "), "{said}");
        },
    );
}

/// Borrows a packet socket, tries to make more of it, and tells which ports it shows of what crosses `lo` on several.
const BORROW: &str = "import errno, socket, struct, subprocess, sys
SO_ATTACH_FILTER, SO_DETACH_FILTER, SO_LOCK_FILTER = 26, 27, 44
def bound():
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); made.bind(('127.0.0.1', 0)); return made
def listening():
    return socket.create_server(('127.0.0.1', 0))
server, other, sentinels, stranger = listening(), listening(), bound(), bound()
port = lambda its: its.getsockname()[1]
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
subprocess.run([sys.argv[1], str(port(server)), str(port(sentinels))], stdin=its, check=True)
_, [number], _, _ = socket.recv_fds(ours, 16, 1)
lent = socket.socket(fileno=number)
print('bound to', lent.getsockname()[0])
def attempt(name, act):
    try: act(); print(name, 'done')
    except OSError as error: print(name, errno.errorcode[error.errno])
attempt('no filter', lambda: lent.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0))
attempt('another filter', lambda: lent.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, b'\\0' * 16))
attempt('unlocked', lambda: lent.setsockopt(socket.SOL_SOCKET, SO_LOCK_FILTER, 0))
attempt('bound anew', lambda: lent.bind(('lo', 3)))
attempt('another socket', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
for listener in (other, server):
    socket.create_connection(listener.getsockname()).close(); listener.accept()[0].close()
sender = bound()
for to in (stranger, sentinels): sender.sendto(b'x', to.getsockname())
names = {port(server): 'server', port(sentinels): 'sentinels'}
seen = set()
lent.settimeout(5)
while 'sentinels' not in seen:
    frame = lent.recv(65536)
    ports = struct.unpack_from('!HH', frame, 34)
    seen.add(next((names[one] for one in ports if one in names), 'another'))
print(*sorted(seen))";

#[test]
fn what_it_lends_sees_its_server_and_sentinels_alone_and_cannot_be_widened() {
    as_ordinary_user(
        "helper::what_it_lends_sees_its_server_and_sentinels_alone_and_cannot_be_widened",
        async {
            let output = Command::new("python3")
                .args(["-c", BORROW])
                .arg(program("synfin-capture"))
                .output()
                .expect("python3 is needed: apt-get install python3");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let expected = "bound to lo
no filter EPERM
another filter EPERM
unlocked EPERM
bound anew EINVAL
another socket EPERM
sentinels server
";
            assert_eq!(
                said,
                expected,
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        },
    );
}
