//! Clients that end badly end alone. The proof that a session is over, and that no task spins on its dead connection, is
//! that its place is free again: the servers here have one.

use std::net::Shutdown;

use synfin_protocol::{FrameType, PutMode, ServerMessage};
use synfin_server::Limits;

use crate::support::{RawClient, TestServer, content, header, hello, wait_until};

fn server_with_one_place() -> TestServer {
    TestServer::with(Limits {
        max_connections: 1,
        ..Limits::default()
    })
}

#[track_caller]
fn check_place_is_free_again(server: &TestServer) {
    wait_until("the place is free again", || {
        let mut next = server.connect();
        next.send(&hello());
        let is_served = matches!(next.receive(), ServerMessage::Hello(_));
        if is_served {
            next.quit();
        }
        is_served
    });
}

/// A client that downloads more than all buffers hold, and does not read.
fn stuck_download(server: &TestServer) -> RawClient {
    server.add_large_file();
    let mut client = server.greeted();
    client.get("large");
    assert!(matches!(client.receive(), ServerMessage::Meta { .. }));
    client
}

#[test]
fn a_fin_instead_of_a_greeting_ends_the_session() {
    let server = server_with_one_place();
    let mut client = server.connect();
    client.shut_down(Shutdown::Write);
    client.expect_fin();
    check_place_is_free_again(&server);
}

#[test]
fn a_fin_between_requests_is_answered_with_a_fin() {
    let server = server_with_one_place();
    let mut client = server.greeted();
    client.shut_down(Shutdown::Write);
    client.expect_fin();
    check_place_is_free_again(&server);
}

#[test]
fn a_fin_in_the_middle_of_a_header_ends_the_session() {
    let server = server_with_one_place();
    let mut client = server.greeted();
    client.send_bytes(b"LIS");
    client.shut_down(Shutdown::Write);
    client.expect_fin();
    check_place_is_free_again(&server);
}

#[test]
fn a_fin_in_the_middle_of_a_payload_ends_the_session() {
    let server = server_with_one_place();
    let mut client = server.greeted();
    client.send_bytes(&header(FrameType::Get, 100));
    client.send_bytes(b"\0\0\0\x01");
    drop(client);
    check_place_is_free_again(&server);
}

#[test]
fn a_reset_between_requests_ends_the_session() {
    let server = server_with_one_place();
    server.greeted().reset();
    check_place_is_free_again(&server);
}

#[test]
fn a_reset_in_the_middle_of_an_upload_ends_the_session() {
    let server = server_with_one_place();
    let mut client = server.greeted();
    client.begin_upload("a", 1_000_000, PutMode::CreateNew);
    client.send_content(&content(1, 300_000));
    client.reset();
    check_place_is_free_again(&server);
    server.wait_for_entries(&[]);
}

#[test]
fn a_reset_in_the_middle_of_a_download_ends_the_session() {
    let server = server_with_one_place();
    stuck_download(&server).reset();
    check_place_is_free_again(&server);
}

#[test]
fn a_client_that_vanishes_in_the_middle_of_a_download_ends_its_session() {
    let server = server_with_one_place();
    drop(stuck_download(&server));
    check_place_is_free_again(&server);
}

#[test]
fn other_clients_notice_nothing_of_all_this() {
    let server = TestServer::start();
    let mut witness = server.greeted();
    server.add_large_file();
    for _ in 0..20 {
        server.greeted().reset();
        drop(server.connect());
        let mut client = server.greeted();
        client.get("large");
        client.receive();
        client.reset();
        let mut client = server.greeted();
        client.send_bytes(b"LIST\0\0\0\x06\0\0");
        drop(client);
        assert_eq!(witness.list(), ["large"]);
    }
    witness.quit();
}
