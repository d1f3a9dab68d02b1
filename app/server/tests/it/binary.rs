//! The program around the library: its one line, its signals, its exit status.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use crate::support::RawClient;

/// A running `synfin-server`; killed when dropped.
struct Program {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: SocketAddr,
    directory: TempDir,
}

impl Program {
    fn start(listen: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_synfin-server"));
        command
            .args(["--listen", listen, "--root"])
            .arg(directory.path().join("files"));
        Self::of(command, directory)
    }

    fn of(mut command: Command, directory: TempDir) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line
            .strip_prefix("listening ")
            .unwrap()
            .trim_end()
            .parse()
            .unwrap();
        Self {
            child,
            stdout,
            address,
            directory,
        }
    }

    fn greeted(&self) -> RawClient {
        let mut client = RawClient::connect(self.address);
        client.greet();
        client
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// The exit status, and what stdout held beside the first line.
    fn wait(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (status, rest)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[test]
fn the_port_it_chose_is_printed_and_served() {
    let program = Program::start("127.0.0.1:0");
    assert_ne!(program.address.port(), 0);
    program.greeted().quit();
    assert!(program.directory.path().join("files").is_dir());
}

#[test]
fn ipv6_is_served() {
    let program = Program::start("[::1]:0");
    assert!(program.address.is_ipv6());
    program.greeted().quit();
}

#[cfg(unix)]
#[test]
fn sigterm_and_sigint_stop_it_with_a_goodbye_and_success() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let mut program = Program::start("127.0.0.1:0");
        let mut idle = program.greeted();
        program.signal(signal);
        idle.expect_ended_with(synfin_protocol::ErrorCode::ShuttingDown);
        drop(idle);
        let (status, rest) = program.wait();
        assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_what_still_runs() {
    let mut program = Program::start("127.0.0.1:0");
    let (mut uploading, mut idle) = (program.greeted(), program.greeted());
    uploading.begin_upload("a", 10, synfin_protocol::PutMode::CreateNew);
    program.signal(rustix::process::Signal::TERM);
    idle.expect_ended_with(synfin_protocol::ErrorCode::ShuttingDown);
    program.signal(rustix::process::Signal::TERM);
    let (status, _) = program.wait();
    assert_eq!(status.code(), Some(1));
    let left: Vec<_> = std::fs::read_dir(program.directory.path().join("files"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A limit of the system stands in for a full disk: both surprise the server in the middle of a write.
#[cfg(unix)]
#[test]
fn a_write_that_the_system_refuses_is_told_and_leaves_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    // 200 blocks of 512 bytes; the signal that comes with the refusal is ignored, as on a full disk there is none.
    command.args([
        "-c",
        "trap '' XFSZ; ulimit -f 200; exec \"$0\" --listen 127.0.0.1:0 --root \"$1\"",
    ]);
    command
        .arg(env!("CARGO_BIN_EXE_synfin-server"))
        .arg(directory.path().join("files"));
    let program = Program::of(command, directory);
    let mut client = program.greeted();
    client.begin_upload("a", 1_000_000, synfin_protocol::PutMode::CreateNew);
    client.send_content(&crate::support::content(1, 1_000_000));
    client.expect_refusal(
        synfin_protocol::Tag(1),
        synfin_protocol::ErrorCode::FileTooLarge,
    );
    assert_eq!(client.list(), Vec::<String>::new());
    client.upload("small", b"fits", synfin_protocol::PutMode::CreateNew);
    client.quit();
}

#[test]
fn a_root_that_cannot_be_made_is_an_error_before_anything_is_announced() {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_synfin-server"))
        .args(["--listen", "127.0.0.1:0", "--root"])
        .arg(directory.path().join("missing/files"))
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(1), &b""[..])
    );
    assert!(!output.stderr.is_empty());
}

#[test]
fn an_address_in_use_is_an_error() {
    let first = Program::start("127.0.0.1:0");
    let output = Command::new(env!("CARGO_BIN_EXE_synfin-server"))
        .args(["--listen", &first.address.to_string(), "--root"])
        .arg(first.directory.path())
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(1), &b""[..])
    );
}
