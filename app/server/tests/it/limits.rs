//! Whoever is too slow or one too many is told so, and let go with a FIN.

use std::time::Duration;

use synfin_protocol::{ErrorCode, FrameType, PutMode, ServerMessage, Tag};
use synfin_server::Limits;

use crate::support::{TestServer, digest_of, header, hello, wait_until};

const SHORT: Duration = Duration::from_millis(100);

#[test]
fn silence_instead_of_a_greeting_is_ended() {
    let server = TestServer::with(Limits {
        handshake: SHORT,
        ..Limits::default()
    });
    server.connect().expect_ended_with(ErrorCode::Timeout);
}

#[test]
fn half_a_greeting_is_ended() {
    let server = TestServer::with(Limits {
        handshake: SHORT,
        ..Limits::default()
    });
    let mut client = server.connect();
    client.send_bytes(&hello().encode()[..20]);
    client.expect_ended_with(ErrorCode::Timeout);
}

#[test]
fn silence_between_requests_is_ended() {
    let server = TestServer::with(Limits {
        idle: SHORT,
        ..Limits::default()
    });
    server.greeted().expect_ended_with(ErrorCode::Timeout);
}

#[test]
fn half_a_header_is_ended() {
    let server = TestServer::with(Limits {
        request: SHORT,
        ..Limits::default()
    });
    let mut client = server.greeted();
    client.send_bytes(b"LIST");
    client.expect_ended_with(ErrorCode::Timeout);
}

#[test]
fn half_a_request_is_ended() {
    let server = TestServer::with(Limits {
        request: SHORT,
        ..Limits::default()
    });
    let mut client = server.greeted();
    client.send_bytes(&header(FrameType::Get, 100));
    client.expect_ended_with(ErrorCode::Timeout);
}

#[test]
fn an_upload_that_stops_in_the_middle_of_a_frame_is_ended() {
    let server = TestServer::with(Limits {
        no_progress: SHORT,
        ..Limits::default()
    });
    let mut client = server.greeted();
    client.begin_upload("a", 1_000, PutMode::CreateNew);
    client.send_bytes(&header(FrameType::Data, 1_004));
    client.expect_ended_with(ErrorCode::Timeout);
    server.wait_for_entries(&[]);
}

#[test]
fn a_download_that_nobody_reads_is_ended() {
    let limits = Limits {
        no_progress: SHORT,
        linger: SHORT,
        max_connections: 1,
        ..Limits::default()
    };
    let server = TestServer::with(limits);
    server.add_large_file();
    let mut client = server.greeted();
    client.get("large");
    wait_until("the place is free again", || {
        let mut next = server.connect();
        next.send(&hello());
        matches!(next.receive(), ServerMessage::Hello(_))
    });
}

#[test]
fn a_surplus_transfer_waits_its_turn() {
    let server = TestServer::with(Limits {
        max_transfers: 1,
        ..Limits::default()
    });
    let (mut first, mut second, mut witness) =
        (server.greeted(), server.greeted(), server.greeted());
    first.begin_upload("first", 5, PutMode::CreateNew);
    second.put(Tag(1), "second", 6, PutMode::CreateNew);
    assert_eq!(witness.list(), Vec::<String>::new());
    assert_eq!(server.entries().len(), 1);
    first.send_content(b"first");
    first.send_done(digest_of(b"first"));
    first.expect_stored();
    assert_eq!(second.receive(), ServerMessage::Continue { tag: Tag(1) });
    assert_eq!(witness.list(), ["first"]);
}

#[test]
fn a_surplus_client_is_told_and_the_others_stay() {
    let server = TestServer::with(Limits {
        max_connections: 2,
        ..Limits::default()
    });
    let (mut first, mut second) = (server.greeted(), server.greeted());
    let mut surplus = server.connect();
    surplus.send(&hello());
    surplus.expect_ended_with(ErrorCode::Busy);
    assert_eq!((first.list(), second.list()), (vec![], vec![]));
    first.quit();
    wait_until("the place is free again", || {
        let mut next = server.connect();
        next.send(&hello());
        matches!(next.receive(), ServerMessage::Hello(_))
    });
}

#[test]
fn many_surplus_clients_are_all_told() {
    let server = TestServer::with(Limits {
        max_connections: 1,
        ..Limits::default()
    });
    let mut guest = server.greeted();
    let mut surplus: Vec<_> = (0..100).map(|_| server.connect()).collect();
    for client in &mut surplus {
        client.send(&hello());
        client.expect_ended_with(ErrorCode::Busy);
    }
    assert_eq!(guest.list(), Vec::<String>::new());
}
