//! A server of its own for each test, and clients that can do what a proper one never would.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use synfin_protocol::{
    ClientHello, ClientMessage, Digest, ErrorCode, Features, FrameType, HEADER_BYTES, Header,
    MAX_DATA_BYTES, PutMode, Sender, ServerMessage, Tag, UncheckedName, VersionRange,
};
use synfin_server::{Config, Limits, Root};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// No wait of these tests takes longer, unless something is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const LARGE_BYTES: u64 = 64 << 20;

/// A server on a port of its own, serving a directory of its own.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    directory: TempDir,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::serving(tempfile::tempdir().unwrap(), limits)
    }

    /// Serves `directory`, which may hold something already.
    pub(crate) fn serving(directory: TempDir, limits: Limits) -> Self {
        let stop = CancellationToken::new();
        let (send_address, receive_address) = std::sync::mpsc::channel();
        let config = Config {
            root: Root::open(directory.path()).unwrap(),
            limits,
        };
        let shutdown = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = synfin_server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
                send_address.send(listener.local_addr().unwrap()).unwrap();
                synfin_server::run(listener, config, shutdown.cancelled()).await;
            });
        });
        Self {
            address: receive_address.recv().unwrap(),
            directory,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Puts a file there that is larger than all the buffers on the way.
    pub(crate) fn add_large_file(&self) {
        std::fs::File::create(self.path("large"))
            .unwrap()
            .set_len(LARGE_BYTES)
            .unwrap();
    }

    pub(crate) fn connect(&self) -> RawClient {
        RawClient::connect(self.address)
    }

    pub(crate) fn greeted(&self) -> RawClient {
        let mut client = self.connect();
        client.greet();
        client
    }

    /// Everything in the directory, hidden or not, in order.
    pub(crate) fn entries(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.root())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Waits until the directory holds just that.
    #[track_caller]
    pub(crate) fn wait_for_entries(&self, expected: &[&str]) {
        wait_until("the directory holds what it should", || {
            self.entries() == expected
        });
    }

    /// Tells the server to stop, without waiting for it.
    pub(crate) fn begin_stop(&self) {
        self.stop.cancel();
    }

    /// Stops the server and waits until it has ended.
    pub(crate) fn stop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// A connection on which a test says what it likes.
pub(crate) struct RawClient {
    stream: TcpStream,
    payload: Vec<u8>,
}

impl RawClient {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            payload: Vec::new(),
        }
    }

    pub(crate) fn greet(&mut self) {
        self.send(&hello());
        assert!(matches!(self.receive(), ServerMessage::Hello(_)));
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub(crate) fn send(&mut self, message: &ClientMessage<'_>) {
        self.send_bytes(&message.encode());
    }

    /// The next frame, whatever it is.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> ServerMessage<'_> {
        let mut header = [0; HEADER_BYTES];
        self.stream.read_exact(&mut header).unwrap();
        let header = Header::parse(header, Sender::Server).unwrap();
        self.payload.resize(header.payload_bytes as usize, 0);
        self.stream.read_exact(&mut self.payload).unwrap();
        ServerMessage::parse(header, &self.payload).unwrap()
    }

    /// The next frame is a refusal that leaves the session alone.
    #[track_caller]
    pub(crate) fn expect_refusal(&mut self, tag: Tag, code: ErrorCode) {
        let message = self.receive();
        let ServerMessage::Error {
            tag: refused,
            error,
        } = &message
        else {
            panic!("{message:?}")
        };
        assert_eq!(
            (*refused, error.code, error.closing),
            (tag, code, false),
            "{message:?}"
        );
    }

    /// The next frame ends the session, and after it there is the server's FIN: no byte more, and no reset.
    #[track_caller]
    pub(crate) fn expect_ended_with(&mut self, code: ErrorCode) {
        let message = self.receive();
        let ServerMessage::Error { error, .. } = &message else {
            panic!("{message:?}")
        };
        assert_eq!((error.code, error.closing), (code, true), "{message:?}");
        self.expect_fin();
    }

    #[track_caller]
    pub(crate) fn expect_fin(&mut self) {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, []);
    }

    pub(crate) fn shut_down(&self, how: Shutdown) {
        self.stream.shutdown(how).unwrap();
    }

    /// Closes with a RST.
    pub(crate) fn reset(self) {
        socket2::SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }

    #[track_caller]
    pub(crate) fn list(&mut self) -> Vec<String> {
        self.send(&ClientMessage::List {
            tag: Tag(1),
            after: UncheckedName::default(),
        });
        let message = self.receive();
        let ServerMessage::Entries { page, .. } = message else {
            panic!("{message:?}")
        };
        page.entries
            .iter()
            .map(|entry| entry.name.to_string())
            .collect()
    }

    pub(crate) fn get(&mut self, name: &str) {
        self.send(&ClientMessage::Get {
            tag: Tag(1),
            name: unchecked(name),
        });
    }

    /// Asks for a whole file.
    #[track_caller]
    pub(crate) fn download(&mut self, name: &str) -> Vec<u8> {
        self.get(name);
        let message = self.receive();
        let ServerMessage::Meta { size_bytes, .. } = message else {
            panic!("{message:?}")
        };
        let content = self.receive_content();
        assert_eq!(content.len() as u64, size_bytes);
        content
    }

    /// Asks for a whole file that may be refused.
    pub(crate) fn try_download(&mut self, name: &str) -> Option<Vec<u8>> {
        self.get(name);
        let is_coming = matches!(self.receive(), ServerMessage::Meta { .. });
        is_coming.then(|| self.receive_content())
    }

    /// `DATA` up to `DONE`, which has to have the right digest.
    #[track_caller]
    pub(crate) fn receive_content(&mut self) -> Vec<u8> {
        let mut received = Vec::new();
        loop {
            match self.receive() {
                ServerMessage::Data { content, .. } => received.extend_from_slice(content),
                ServerMessage::Done { digest, .. } => {
                    assert_eq!(digest, digest_of(&received));
                    return received;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn put(&mut self, tag: Tag, name: &str, size_bytes: u64, mode: PutMode) {
        self.send(&ClientMessage::Put {
            tag,
            size_bytes,
            mode,
            name: unchecked(name),
        });
    }

    /// Asks to upload and is allowed to.
    #[track_caller]
    pub(crate) fn begin_upload(&mut self, name: &str, size_bytes: u64, mode: PutMode) {
        self.put(Tag(1), name, size_bytes, mode);
        assert_eq!(self.receive(), ServerMessage::Continue { tag: Tag(1) });
    }

    pub(crate) fn send_content(&mut self, content: &[u8]) {
        for piece in content.chunks(MAX_DATA_BYTES as usize) {
            self.send(&ClientMessage::Data {
                tag: Tag(1),
                content: piece,
            });
        }
    }

    pub(crate) fn send_done(&mut self, digest: Digest) {
        self.send(&ClientMessage::Done {
            tag: Tag(1),
            digest,
        });
    }

    #[track_caller]
    pub(crate) fn expect_stored(&mut self) {
        assert_eq!(self.receive(), ServerMessage::Stored { tag: Tag(1) });
    }

    #[track_caller]
    pub(crate) fn upload(&mut self, name: &str, content: &[u8], mode: PutMode) {
        self.begin_upload(name, content.len() as u64, mode);
        self.send_content(content);
        self.send_done(digest_of(content));
        self.expect_stored();
    }

    #[track_caller]
    pub(crate) fn quit(mut self) {
        self.send(&ClientMessage::Quit);
        assert_eq!(self.receive(), ServerMessage::Bye);
        self.expect_fin();
    }
}

pub(crate) fn hello() -> ClientMessage<'static> {
    hello_with(VersionRange::OURS)
}

pub(crate) fn hello_with(versions: VersionRange) -> ClientMessage<'static> {
    ClientMessage::Hello(ClientHello {
        versions,
        features: Features::NONE,
        max_data_bytes: MAX_DATA_BYTES,
        agent: "test".to_owned(),
    })
}

pub(crate) fn unchecked(name: &str) -> UncheckedName {
    UncheckedName(name.into())
}

pub(crate) fn digest_of(content: &[u8]) -> Digest {
    Digest(Sha256::digest(content).into())
}

/// Bytes without a pattern (Marsaglia's xorshift64); another `seed`, other bytes.
pub(crate) fn content(seed: u8, length: usize) -> Vec<u8> {
    let mut state = u64::from(seed) + 0x9e37_79b9_7f4a_7c15;
    let mut words = Vec::with_capacity(length + 8);
    while words.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        words.extend_from_slice(&state.to_be_bytes());
    }
    words.truncate(length);
    words
}

/// The header of a frame that will not be sent whole.
pub(crate) fn header(frame_type: FrameType, payload_bytes: u32) -> [u8; HEADER_BYTES] {
    Header {
        frame_type,
        payload_bytes,
    }
    .encode()
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
