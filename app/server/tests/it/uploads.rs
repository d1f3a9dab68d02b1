//! Uploads are whole or not there at all.

use std::net::Shutdown;
use std::time::Duration;

use synfin_protocol::{ClientMessage, Digest, ErrorCode, FrameType, PutMode, Tag};
use synfin_server::Limits;

use crate::support::{RawClient, TestServer, content, digest_of, header};

const OLD: &[u8] = b"what was there before";

/// A server with a file, and a client that has sent half of its successor.
fn half_an_overwrite() -> (TestServer, RawClient) {
    half_an_overwrite_with(Limits::default())
}

fn half_an_overwrite_with(limits: Limits) -> (TestServer, RawClient) {
    let server = TestServer::with(limits);
    std::fs::write(server.path("a"), OLD).unwrap();
    let mut client = server.greeted();
    client.begin_upload("a", 400_000, PutMode::Overwrite);
    client.send_content(&content(1, 200_000));
    (server, client)
}

/// The old file is there, and nothing else.
#[track_caller]
fn check_untouched(server: &TestServer) {
    server.wait_for_entries(&["a"]);
    assert_eq!(std::fs::read(server.path("a")).unwrap(), OLD);
}

#[test]
fn a_fin_in_the_middle_leaves_the_old_file() {
    let (server, client) = half_an_overwrite();
    client.shut_down(Shutdown::Write);
    check_untouched(&server);
}

#[test]
fn a_fin_in_the_middle_of_a_frame_leaves_the_old_file() {
    let (server, mut client) = half_an_overwrite();
    client.send_bytes(&header(FrameType::Data, 1_004));
    client.send_bytes(&[0; 500]);
    drop(client);
    check_untouched(&server);
}

#[test]
fn a_reset_in_the_middle_leaves_the_old_file() {
    let (server, client) = half_an_overwrite();
    client.reset();
    check_untouched(&server);
}

#[test]
fn silence_in_the_middle_leaves_the_old_file() {
    let limits = Limits {
        no_progress: Duration::from_millis(100),
        ..Limits::default()
    };
    let (server, mut client) = half_an_overwrite_with(limits);
    client.expect_ended_with(ErrorCode::Timeout);
    check_untouched(&server);
}

#[test]
fn a_wrong_digest_leaves_the_old_file_and_the_session() {
    let (server, mut client) = half_an_overwrite();
    client.send_content(&content(2, 200_000));
    client.send_done(Digest([0; 32]));
    client.expect_refusal(Tag(1), ErrorCode::DigestMismatch);
    check_untouched(&server);
    client.quit();
}

#[test]
fn an_early_end_leaves_the_old_file_and_the_session() {
    let (server, mut client) = half_an_overwrite();
    client.send_done(digest_of(&content(1, 200_000)));
    client.expect_refusal(Tag(1), ErrorCode::WrongSize);
    check_untouched(&server);
    client.quit();
}

#[test]
fn more_than_was_announced_is_refused_and_what_follows_of_it_is_dropped() {
    let (server, mut client) = half_an_overwrite();
    client.send_content(&content(2, 900_000));
    client.send_done(digest_of(b"whatever"));
    client.expect_refusal(Tag(1), ErrorCode::WrongSize);
    assert_eq!(client.list(), ["a"]);
    check_untouched(&server);
    client.quit();
}

#[test]
fn the_old_file_is_served_while_its_successor_arrives() {
    let (server, mut uploading) = half_an_overwrite();
    let mut other = server.greeted();
    assert_eq!(other.list(), ["a"]);
    assert_eq!(other.download("a"), OLD);
    uploading.send_content(&content(2, 200_000));
    uploading.send_done(digest_of(
        &[content(1, 200_000), content(2, 200_000)].concat(),
    ));
    uploading.expect_stored();
    assert_eq!(other.download("a").len(), 400_000);
}

#[test]
fn a_download_that_has_begun_ends_with_the_file_it_began_with() {
    let server = TestServer::start();
    let old = content(1, 8_000_000);
    std::fs::write(server.path("a"), &old).unwrap();
    let mut downloading = server.greeted();
    downloading.get("a");
    downloading.receive();
    server.greeted().upload("a", b"new", PutMode::Overwrite);
    assert_eq!(downloading.receive_content(), old);
    assert_eq!(std::fs::read(server.path("a")).unwrap(), b"new");
}

#[test]
fn a_taken_name_is_refused_before_any_data() {
    let server = TestServer::start();
    std::fs::write(server.path("a"), OLD).unwrap();
    let mut client = server.greeted();
    client.put(Tag(7), "a", 5, PutMode::CreateNew);
    client.expect_refusal(Tag(7), ErrorCode::Exists);
    check_untouched(&server);
}

#[test]
fn of_two_who_create_the_same_file_the_second_to_finish_is_refused() {
    let server = TestServer::start();
    let (mut first, mut second) = (server.greeted(), server.greeted());
    first.begin_upload("a", 5, PutMode::CreateNew);
    second.begin_upload("a", 6, PutMode::CreateNew);
    second.send_content(b"second");
    second.send_done(digest_of(b"second"));
    second.expect_stored();
    first.send_content(b"first");
    first.send_done(digest_of(b"first"));
    first.expect_refusal(Tag(1), ErrorCode::Exists);
    assert_eq!(server.entries(), ["a"]);
    assert_eq!(std::fs::read(server.path("a")).unwrap(), b"second");
}

#[test]
fn of_many_who_replace_the_same_file_one_wins_whole() {
    let server = TestServer::start();
    let contents: Vec<_> = (0..5).map(|seed| content(seed, 500_000)).collect();
    std::thread::scope(|scope| {
        for mine in &contents {
            scope.spawn(|| server.greeted().upload("a", mine, PutMode::Overwrite));
        }
    });
    assert_eq!(server.entries(), ["a"]);
    let stored = std::fs::read(server.path("a")).unwrap();
    assert_eq!(
        contents
            .iter()
            .filter(|content| **content == stored)
            .count(),
        1
    );
}

#[test]
fn a_name_that_differs_in_case_only_is_refused() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.upload("README", b"1", PutMode::CreateNew);
    client.put(Tag(2), "readme", 1, PutMode::Overwrite);
    client.expect_refusal(Tag(2), ErrorCode::NameCollision);
    assert_eq!(client.list(), ["README"]);
}

#[test]
fn a_file_over_the_limit_is_refused_before_any_data() {
    let server = TestServer::with(Limits {
        max_file_bytes: 10,
        ..Limits::default()
    });
    let mut client = server.greeted();
    client.put(Tag(1), "a", 11, PutMode::CreateNew);
    client.expect_refusal(Tag(1), ErrorCode::FileTooLarge);
    client.upload("a", &[0; 10], PutMode::CreateNew);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_fit_the_disk_is_refused_before_any_data() {
    let server = TestServer::with(Limits {
        max_file_bytes: i64::MAX.unsigned_abs(),
        ..Limits::default()
    });
    let mut client = server.greeted();
    client.put(Tag(1), "a", i64::MAX.unsigned_abs(), PutMode::CreateNew);
    client.expect_refusal(Tag(1), ErrorCode::NoSpace);
    assert_eq!(server.entries(), Vec::<String>::new());
}

#[test]
fn data_of_a_refused_upload_is_dropped() {
    let server = TestServer::with(Limits {
        max_file_bytes: 10,
        ..Limits::default()
    });
    let mut client = server.greeted();
    let put = |tag, size_bytes| {
        let name = crate::support::unchecked("a");
        ClientMessage::Put {
            tag,
            size_bytes,
            mode: PutMode::CreateNew,
            name,
        }
        .encode()
    };
    client.send_bytes(&put(Tag(1), 1_000_000));
    client.send_content(&content(1, 1_000_000));
    client.send_done(digest_of(b""));
    client.expect_refusal(Tag(1), ErrorCode::FileTooLarge);
    client.upload("a", b"small", PutMode::CreateNew);
    client.quit();
}

#[test]
fn data_of_a_refused_upload_is_dropped_only_until_the_next_request() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.put(Tag(1), "..", 5, PutMode::CreateNew);
    client.expect_refusal(Tag(1), ErrorCode::BadName);
    assert_eq!(client.list(), Vec::<String>::new());
    client.send_content(b"late");
    client.expect_ended_with(ErrorCode::Protocol);
}

#[test]
fn data_of_another_upload_ends_the_session() {
    let (server, mut client) = half_an_overwrite();
    client.send(&ClientMessage::Data {
        tag: Tag(2),
        content: b"x",
    });
    client.expect_ended_with(ErrorCode::Protocol);
    check_untouched(&server);
}

#[test]
fn what_a_killed_server_left_is_removed_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a"), OLD).unwrap();
    std::fs::write(directory.path().join(".synfin-upload-1-1"), b"half").unwrap();
    check_untouched(&TestServer::serving(directory, Limits::default()));
}

#[test]
fn what_another_server_is_still_writing_is_left_alone() {
    let (server, mut client) = half_an_overwrite();
    let _another = synfin_server::Root::open(server.root()).unwrap();
    client.send_content(&content(2, 200_000));
    client.send_done(digest_of(
        &[content(1, 200_000), content(2, 200_000)].concat(),
    ));
    client.expect_stored();
}
