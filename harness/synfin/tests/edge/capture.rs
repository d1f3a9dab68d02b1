//! The capture of a scenario: whole, or said not to be.

use std::fs::File;
use std::num::NonZeroU32;
use std::time::Duration;

use synfin::launch::Program;
use synfin::ring::{Capture, Captured, Config, LiveFrame};
use synfin::sandbox::{Sandbox, Setup};
use synfin_core::flow::{Connection, Ending, FlowTable, Milestone, Side};
use synfin_core::manifest::{Exit, Role, SentinelPlace};
use synfin_core::pcap::{Reader, Tail};
use synfin_core::spec::Link;
use synfin_core::wire::{self, Packet, Segment};
use tokio::sync::mpsc::UnboundedReceiver;

use super::scenario::*;

/// A capture file as it was read back.
struct Read {
    frames: u64,
    flows: FlowTable,
    sentinel_frames: Vec<u64>,
}

fn read(file: &tempfile::NamedTempFile) -> Read {
    read_as(file, |segment| segment)
}

/// The same, with each segment as this leaves it.
fn read_as(file: &tempfile::NamedTempFile, left: fn(Segment<'_>) -> Segment<'_>) -> Read {
    let mut reader = Reader::new(file.reopen().unwrap()).unwrap();
    let mut read = Read {
        frames: 0,
        flows: FlowTable::default(),
        sentinel_frames: Vec::new(),
    };
    while let Some(frame) = reader.next_frame() {
        read.frames += 1;
        assert_eq!(frame.number.0, read.frames);
        let at = Milestone {
            frame: frame.number,
            at: frame.timestamp,
        };
        match wire::parse(frame.link_type, frame.original_len, frame.data) {
            Packet::Tcp(segment) => {
                read.flows.push(at, &left(segment));
            }
            Packet::Udp { .. } => read.sentinel_frames.push(frame.number.0),
            other => panic!("frame {}: {other:?}", frame.number),
        }
    }
    assert_eq!(reader.tail(), &Tail::Whole);
    read
}

async fn arm(
    sandbox: &Sandbox,
    file: &tempfile::NamedTempFile,
) -> (Capture, UnboundedReceiver<Vec<LiveFrame>>) {
    arm_with(sandbox, file, Config::default()).await
}

async fn arm_with(
    sandbox: &Sandbox,
    file: &tempfile::NamedTempFile,
    config: Config,
) -> (Capture, UnboundedReceiver<Vec<LiveFrame>>) {
    let file: File = file.reopen().unwrap();
    Capture::arm(sandbox, file, config).await.unwrap()
}

fn sentinel_frames(captured: &Captured, place: SentinelPlace) -> Vec<u64> {
    let of_place = captured
        .sentinels
        .iter()
        .filter(|sentinel| sentinel.place == place);
    of_place
        .map(|sentinel| sentinel.frame.expect("seen"))
        .collect()
}

/// A server that takes one connection, reads it to its end, answers how many bytes came, and closes.
const SINK: &str = "import socket
listener = socket.create_server(('127.0.0.1', 0)); print(listener.getsockname()[1])
peer, _ = listener.accept(); count = 0
while data := peer.recv(1 << 20): count += len(data)
peer.sendall(b'%d' % count); peer.close()";

/// Starts [`SINK`] and a client that sends it so many bytes, and waits for both.
async fn transfer(sandbox: &Sandbox, bytes: u64) -> (Program, Program) {
    let server = python(sandbox, Role::Server, SINK).await;
    let port = &lines(&server, 1).await[0];
    let client = format!(
        "import socket
peer = socket.create_connection(('127.0.0.1', {port}))
peer.sendall(bytes({bytes})); peer.shutdown(socket.SHUT_WR); print(peer.recv(100))"
    );
    let client = python(sandbox, Role::Client(1), &client).await;
    for program in [&server, &client] {
        let ended = tokio::time::timeout(PATIENCE, program.wait())
            .await
            .unwrap();
        assert_eq!(ended.unwrap().exit, Exit::Code { code: 0 });
    }
    (server, client)
}

#[tokio::test]
async fn an_idle_capture_holds_its_sentinels_and_nothing_else() {
    let sandbox = start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let (capture, _live) = arm(&sandbox, &file).await;
    let captured = capture.close().await.unwrap();
    let frames = captured.sentinels.len() as u64;
    assert_eq!(
        (captured.frames, captured.dropped, captured.cut),
        (frames, 0, 0)
    );
    let seen =
        [SentinelPlace::First, SentinelPlace::Last].map(|place| sentinel_frames(&captured, place));
    assert_eq!(seen.concat().len() as u64, frames);
    assert_eq!(
        read(&file).sentinel_frames,
        (1..=frames).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_capture_is_closed_only_after_the_last_sentinel_was_seen_behind_all_traffic() {
    let sandbox = start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let (capture, _live) = arm(&sandbox, &file).await;
    transfer(&sandbox, 1000).await;
    let captured = capture.close().await.unwrap();
    let read = read(&file);
    assert_eq!((captured.frames, captured.dropped), (read.frames, 0));
    let [connection] = read.flows.connections().collect::<Vec<_>>()[..] else {
        panic!("one connection was made")
    };
    assert_eq!(
        connection.ending(),
        Ending::Orderly {
            first: Side::Initiator
        }
    );
    let (first, last) = (connection.first.frame.0, connection.last.frame.0);
    assert!(
        sentinel_frames(&captured, SentinelPlace::First)
            .iter()
            .all(|frame| *frame < first)
    );
    assert!(
        sentinel_frames(&captured, SentinelPlace::Last)
            .iter()
            .all(|frame| *frame > last)
    );
}

/// By a ring with room for the file beside what is usual, as a recording of it has.
#[tokio::test]
async fn a_bulk_transfer_is_captured_whole() {
    const MIB: u32 = 256;
    const BYTES: u64 = (MIB as u64) << 20;
    let sandbox = start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let usual = Config::default();
    let config = Config {
        ring_mib: usual.ring_mib + MIB,
        ..usual
    };
    let (capture, _live) = arm_with(&sandbox, &file, config).await;
    transfer(&sandbox, BYTES).await;
    let captured = capture.close().await.unwrap();
    assert_eq!((captured.dropped, captured.cut), (0, 0));
    let read = read(&file);
    let sent = &read
        .flows
        .connections()
        .next()
        .expect("it was opened")
        .by_initiator;
    assert_eq!((sent.payload_bytes(), sent.missing()), (BYTES, Vec::new()));
}

/// What a live frame has of a segment. Whether payload that was sent again, as a busy machine makes it, is that of the first
/// time, only the file tells.
fn without_payload(segment: Segment<'_>) -> Segment<'_> {
    Segment {
        payload: &[],
        ..segment
    }
}

#[tokio::test]
async fn the_live_frames_are_those_of_the_file() {
    live_and_file_agree(&start().await).await;
}

#[tokio::test]
async fn the_live_frames_are_those_of_the_file_where_segments_are_lost_and_sent_again() {
    let link = Link {
        loses_one_of: NonZeroU32::new(3),
        ..Link::default()
    };
    let lossy = start_with(&Setup { link, ..setup() }).await;
    live_and_file_agree(&lossy).await;
}

async fn live_and_file_agree(sandbox: &Sandbox) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (capture, mut live) = arm(sandbox, &file).await;
    transfer(sandbox, 100_000).await;
    let captured = capture.close().await.unwrap();
    let mut flows = FlowTable::default();
    let mut frames = 0;
    while let Some(batch) = live.recv().await {
        for frame in batch {
            frames += 1;
            assert_eq!(frame.number.0, frames);
            let at = Milestone {
                frame: frame.number,
                at: frame.timestamp,
            };
            if let Some(segment) = frame.segment() {
                flows.push(at, &segment);
            }
        }
    }
    assert_eq!(frames, captured.frames);
    let of_file = read_as(&file, without_payload).flows;
    assert_eq!(flows.finish(), of_file.finish());
}

#[tokio::test]
async fn a_capture_that_is_dropped_ends_its_thread() {
    let sandbox = start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let (capture, mut live) = arm(&sandbox, &file).await;
    drop(capture);
    let end = async { while live.recv().await.is_some() {} };
    tokio::time::timeout(PATIENCE, end).await.unwrap();
}

/// Sends itself so many MiB over one connection, then lives on.
const FLOOD: &str = "import socket, threading
listener = socket.create_server(('127.0.0.1', 0))
sender = socket.create_connection(listener.getsockname()); receiver, _ = listener.accept()
def flood():
    for _ in range(32): sender.sendall(bytes(1 << 20))
    sender.close()
threading.Thread(target=flood).start()
while receiver.recv(1 << 20): pass
print('flooded'); input()";

#[tokio::test]
async fn programs_are_paused_while_the_ring_is_filling_and_go_on_when_it_is_empty() {
    let sandbox = start().await;
    // A capture file that cannot be written until it is read here.
    let (mut reader, writer) = std::io::pipe().unwrap();
    let config = Config {
        ring_mib: 4,
        // So small a ring may be full when the last sentinels come.
        sentinel_within: Duration::from_secs(1),
    };
    let file = File::from(std::os::fd::OwnedFd::from(writer));
    let (capture, _live) = Capture::arm(&sandbox, file, config).await.unwrap();
    let server = python(&sandbox, Role::Server, FLOOD).await;
    tokio::time::timeout(PATIENCE, async { while !is_stopped(&sandbox).await {} })
        .await
        .expect("the programs are paused while nothing is written");
    let rest = std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    assert_eq!(lines(&server, 1).await, ["flooded"]);
    let captured = capture.close().await.unwrap();
    rest.join().unwrap().unwrap();
    assert!(!captured.pauses.is_empty());
}

/// Whether any thread of the server is stopped (state T).
async fn is_stopped(sandbox: &Sandbox) -> bool {
    let threads = sandbox.stat(Role::Server).await.unwrap().threads;
    threads.iter().any(|thread| thread.state == 'T')
}

/// Sends more datagrams than the ring holds; and then, when it is told to, again, and resets a connection.
const OVERFLOW: &str = "import socket, struct
bound = socket.socket(type=socket.SOCK_DGRAM); bound.bind(('127.0.0.1', 0))
sender = socket.socket(type=socket.SOCK_DGRAM)
listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname()); peer, _ = listener.accept()
def flood():
    for _ in range(100): sender.sendto(bytes(60_000), bound.getsockname())
flood(); print('flooded'); input(); flood()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); peer.close()
print('reset'); input()";

/// The blocks of a ring of one MiB.
const BLOCKS: usize = 4;

/// The drain is held by a file that nobody takes, and the paused programs are let go again: the brake is too weak.
#[tokio::test]
async fn frames_that_a_full_ring_has_no_room_for_are_counted() {
    let sandbox = start().await;
    let (mut reader, writer) = std::io::pipe().unwrap();
    let config = Config {
        ring_mib: 1,
        ..Config::default()
    };
    let writer = File::from(std::os::fd::OwnedFd::from(writer));
    let (capture, mut live) = Capture::arm(&sandbox, writer, config).await.unwrap();
    let server = python(&sandbox, Role::Server, OVERFLOW).await;
    tokio::time::timeout(PATIENCE, async {
        while !(is_stopped(&sandbox).await && is_full(&reader)) {}
    })
    .await
    .expect("the programs are paused while nothing is written");
    sandbox.brake().unwrap().resume().unwrap();
    lines(&server, 1).await;
    server.send_line("", PATIENCE).await.unwrap();
    assert_eq!(lines(&server, 2).await, ["flooded", "reset"]);
    while live.try_recv().is_ok() {}
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut copy = file.reopen().unwrap();
    let rest = std::thread::spawn(move || std::io::copy(&mut reader, &mut copy));
    for _ in 0..BLOCKS {
        live.recv().await.unwrap();
    }
    let captured = capture.close().await.unwrap();
    rest.join().unwrap().unwrap();
    assert!(captured.dropped > 0, "{captured:?}");
    sentinel_frames(&captured, SentinelPlace::Last);
    let read = read(&file);
    assert_eq!(captured.frames, read.frames);
    // It was reset all the same: no absence can be concluded from such a capture, however whole its ends are.
    let endings: Vec<Ending> = read.flows.connections().map(Connection::ending).collect();
    assert_eq!(endings, [Ending::StillOpen]);
}

/// Whether nothing more fits into the pipe but less than a page.
fn is_full(pipe: &std::io::PipeReader) -> bool {
    const PIPE_BYTES: u64 = 64 << 10;
    rustix::io::ioctl_fionread(pipe).unwrap() > PIPE_BYTES - 4096
}
