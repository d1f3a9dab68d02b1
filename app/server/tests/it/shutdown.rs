//! A server that is told to stop says goodbye.

use std::net::TcpStream;
use std::time::Duration;

use synfin_protocol::{ErrorCode, PutMode};
use synfin_server::Limits;

use crate::support::{TestServer, content, digest_of, wait_until};

#[test]
fn idle_clients_are_told_and_get_a_fin() {
    let mut server = TestServer::start();
    let (mut greeted, mut silent) = (server.greeted(), server.connect());
    server.begin_stop();
    greeted.expect_ended_with(ErrorCode::ShuttingDown);
    silent.expect_ended_with(ErrorCode::ShuttingDown);
    drop((greeted, silent));
    server.stop();
}

#[test]
fn clients_that_are_still_waiting_to_be_accepted_are_told_too() {
    let mut server = TestServer::start();
    let mut waiting: Vec<_> = (0..100).map(|_| server.connect()).collect();
    server.begin_stop();
    for client in &mut waiting {
        client.expect_ended_with(ErrorCode::ShuttingDown);
    }
    drop(waiting);
    server.stop();
}

#[test]
fn nobody_is_accepted_any_more() {
    let mut server = TestServer::start();
    server.stop();
    let refused = TcpStream::connect(server.address).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn transfers_finish_within_the_grace() {
    let mut server = TestServer::start();
    std::fs::write(server.path("large"), content(1, 16_000_000)).unwrap();
    let (mut uploading, mut downloading, mut idle) =
        (server.greeted(), server.greeted(), server.greeted());
    uploading.begin_upload("a", 600_000, PutMode::CreateNew);
    uploading.send_content(&content(2, 300_000));
    downloading.get("large");
    downloading.receive();
    server.begin_stop();
    idle.expect_ended_with(ErrorCode::ShuttingDown);
    uploading.send_content(&content(3, 300_000));
    uploading.send_done(digest_of(
        &[content(2, 300_000), content(3, 300_000)].concat(),
    ));
    uploading.expect_stored();
    uploading.expect_ended_with(ErrorCode::ShuttingDown);
    assert_eq!(downloading.receive_content(), content(1, 16_000_000));
    downloading.expect_ended_with(ErrorCode::ShuttingDown);
    drop((uploading, downloading, idle));
    server.stop();
    assert_eq!(server.entries(), ["a", "large"]);
}

#[test]
fn what_outlasts_the_grace_is_ended_and_leaves_no_trace() {
    let short = Duration::from_millis(100);
    let mut server = TestServer::with(Limits {
        grace: short,
        linger: short,
        ..Limits::default()
    });
    server.add_large_file();
    let (mut uploading, mut downloading) = (server.greeted(), server.greeted());
    uploading.begin_upload("a", 600_000, PutMode::CreateNew);
    downloading.get("large");
    downloading.receive();
    wait_until("the upload has begun", || server.entries().len() == 2);
    server.begin_stop();
    uploading.expect_ended_with(ErrorCode::ShuttingDown);
    server.stop();
    assert_eq!(server.entries(), ["large"]);
}
