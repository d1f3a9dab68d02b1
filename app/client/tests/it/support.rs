//! A real server for each test, or one that says what the test wants.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use synfin_client::{Connection, FileName, create_connection};
use synfin_protocol::{
    ClientMessage, Features, HEADER_BYTES, Header, MAX_DATA_BYTES, Sender, ServerHello,
    ServerMessage,
};
use synfin_server::{Config, Limits, Root};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// No wait of these tests takes longer, unless something is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server, and beside its directory one for the client.
pub(crate) struct Scene {
    pub(crate) address: String,
    directory: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("client")).unwrap();
        let config = Config {
            root: Root::open(&directory.path().join("server")).unwrap(),
            limits,
        };
        let (stop, stopped) = oneshot::channel();
        let (send_address, receive_address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async move {
                let listener = synfin_server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
                send_address.send(listener.local_addr().unwrap()).unwrap();
                let shutdown = async { stopped.await.unwrap_or(()) };
                synfin_server::run(listener, config, shutdown).await;
            });
        });
        let address = receive_address.recv().unwrap().to_string();
        Self {
            address,
            directory,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn connect(&self) -> Connection {
        create_connection(&self.address, PATIENCE).unwrap()
    }

    /// A path on the client's side.
    pub(crate) fn here(&self, name: &str) -> PathBuf {
        self.directory.path().join("client").join(name)
    }

    /// A path on the server's side.
    pub(crate) fn there(&self, name: &str) -> PathBuf {
        self.directory.path().join("server").join(name)
    }

    /// `synfin-client` with the server's address, in the client's directory.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_synfin-client"));
        command
            .current_dir(self.here(""))
            .arg(&self.address)
            .args(arguments);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().unwrap().into()
    }

    /// Runs the menu with `input` in a pipe.
    pub(crate) fn run_menu(&self, arguments: &[&str], input: &str) -> Run {
        run_with_input(self.command(arguments), input)
    }

    /// Tells the server to stop, without waiting for it.
    pub(crate) fn begin_stop(&mut self) {
        self.stop.take();
    }

    /// Stops the server and waits until it has ended.
    pub(crate) fn stop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// What a finished program left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn run_with_input(mut command: Command, input: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().into()
}

/// A server of one connection that greets properly and then does as it is told.
pub(crate) struct FakeServer {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<()>,
}

impl FakeServer {
    pub(crate) fn after_greeting(script: impl FnOnce(&mut FakePeer) + Send + 'static) -> Self {
        Self::from_the_start(|peer| {
            peer.receive();
            peer.send(&ServerMessage::Hello(ServerHello {
                version: 1,
                features: Features::NONE,
                max_data_bytes: MAX_DATA_BYTES,
                max_file_bytes: 1 << 40,
                idle_limit_s: 300,
                agent: "fake".to_owned(),
            }));
            script(peer);
        })
    }

    pub(crate) fn from_the_start(script: impl FnOnce(&mut FakePeer) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = std::thread::spawn(move || {
            let stream = listener.accept().unwrap().0;
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            script(&mut FakePeer { stream });
        });
        Self { address, thread }
    }

    pub(crate) fn connect(&self) -> Connection {
        create_connection(&self.address.to_string(), PATIENCE).unwrap()
    }

    /// Waits for the end of the script, which may have found something to complain about.
    pub(crate) fn finish(self) {
        self.thread.join().unwrap();
    }
}

/// The fake server's end of the connection.
pub(crate) struct FakePeer {
    stream: TcpStream,
}

impl FakePeer {
    pub(crate) fn send(&mut self, message: &ServerMessage<'_>) {
        self.send_bytes(&message.encode());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// The type of the client's next frame.
    pub(crate) fn receive(&mut self) -> [u8; 4] {
        let mut header = [0; HEADER_BYTES];
        self.stream.read_exact(&mut header).unwrap();
        let header = Header::parse(header, Sender::Client).unwrap();
        let mut payload = vec![0; header.payload_bytes as usize];
        self.stream.read_exact(&mut payload).unwrap();
        ClientMessage::parse(header, &payload).unwrap();
        header.frame_type.code()
    }

    /// The client's FIN, without another byte and without a reset.
    pub(crate) fn expect_fin(&mut self) {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, Vec::<u8>::new());
    }
}

pub(crate) fn name(text: &str) -> FileName {
    FileName::new(text.as_bytes()).unwrap()
}

/// Waits for what another thread or process brings about.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(
            Instant::now() < deadline,
            "waited {PATIENCE:?} until {what}"
        );
        std::thread::yield_now();
    }
}
