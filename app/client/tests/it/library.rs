//! The five functions.

use std::net::TcpListener;
use std::time::Duration;

use synfin_client::{
    ClientError, ErrorCode, Existing, PutMode, create_connection, download_file, list_files, quit,
    upload_file,
};
use synfin_protocol::{ServerMessage, Tag, WireError};
use synfin_server::Limits;

use crate::support::{FakeServer, PATIENCE, Scene, name};

#[test]
fn a_file_goes_there_and_comes_back() {
    let scene = Scene::new();
    let notes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_be_bytes).collect();
    std::fs::write(scene.here("notes.bin"), &notes).unwrap();
    let mut connection = scene.connect();
    let sent = upload_file(
        &mut connection,
        &scene.here("notes.bin"),
        &name("n"),
        PutMode::CreateNew,
    )
    .unwrap();
    let listed = list_files(&mut connection).unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|file| (&file.name, file.size_bytes))
            .collect::<Vec<_>>(),
        [(&name("n"), 1_200_000)]
    );
    let fetched =
        download_file(&mut connection, &name("n"), &scene.here(""), Existing::Keep).unwrap();
    assert_eq!(fetched, sent);
    assert_eq!(std::fs::read(scene.here("n")).unwrap(), notes);
    assert_eq!(std::fs::read(scene.there("n")).unwrap(), notes);
    quit(connection).unwrap();
}

#[test]
fn a_long_list_comes_whole() {
    let scene = Scene::new();
    let names: Vec<_> = (0..700)
        .map(|number| format!("{number:03}-{}", "x".repeat(200)))
        .collect();
    for name in &names {
        std::fs::write(scene.there(name), b"").unwrap();
    }
    let listed = list_files(&mut scene.connect()).unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|file| file.name.as_str())
            .collect::<Vec<_>>(),
        names
    );
}

#[test]
fn a_refusal_leaves_the_connection_usable() {
    let scene = Scene::new();
    let mut connection = scene.connect();
    let error = download_file(
        &mut connection,
        &name("nothing"),
        &scene.here(""),
        Existing::Keep,
    )
    .unwrap_err();
    assert!(matches!(error, ClientError::Refused(refusal) if refusal.code == ErrorCode::NotFound));
    let error = upload_file(
        &mut connection,
        &scene.here("nothing"),
        &name("x"),
        PutMode::CreateNew,
    )
    .unwrap_err();
    assert!(matches!(error, ClientError::Local { .. }));
    assert!(connection.is_usable());
    assert_eq!(list_files(&mut connection).unwrap(), []);
    quit(connection).unwrap();
}

#[test]
fn a_file_that_is_here_already_is_kept_unless_it_may_be_replaced() {
    let scene = Scene::new();
    std::fs::write(scene.there("a"), b"new").unwrap();
    std::fs::write(scene.here("a"), b"old").unwrap();
    let mut connection = scene.connect();
    let error =
        download_file(&mut connection, &name("a"), &scene.here(""), Existing::Keep).unwrap_err();
    assert!(matches!(error, ClientError::LocalExists(path) if path == scene.here("a")));
    assert_eq!(std::fs::read(scene.here("a")).unwrap(), b"old");
    download_file(
        &mut connection,
        &name("a"),
        &scene.here(""),
        Existing::Replace,
    )
    .unwrap();
    assert_eq!(std::fs::read(scene.here("a")).unwrap(), b"new");
}

#[test]
fn the_servers_goodbye_is_found_by_the_next_request() {
    let mut scene = Scene::new();
    let mut connection = scene.connect();
    scene.begin_stop();
    crate::support::wait_until("the server has said goodbye", || {
        list_files(&mut connection).is_err()
    });
    assert!(!connection.is_usable());
    drop(connection);
    scene.stop();
}

#[test]
fn a_client_that_was_silent_for_too_long_is_told_so() {
    let server = FakeServer::after_greeting(|peer| {
        let error = WireError::closing(ErrorCode::Timeout, "waited 300 s for a request");
        peer.send(&ServerMessage::Error {
            tag: Tag::CONNECTION,
            error,
        });
    });
    let mut connection = server.connect();
    let error = list_files(&mut connection).unwrap_err();
    assert!(matches!(error, ClientError::Refused(error) if error.code == ErrorCode::Timeout));
    assert!(!connection.is_usable());
    server.finish();
}

#[test]
fn a_full_server_says_so() {
    let scene = Scene::with(Limits {
        max_connections: 0,
        ..Limits::default()
    });
    let error = create_connection(&scene.address, PATIENCE).unwrap_err();
    assert!(
        matches!(error, ClientError::Refused(refusal) if refusal.code == ErrorCode::Busy && refusal.retryable)
    );
}

#[test]
fn a_server_that_is_silent_is_not_waited_for_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let error = create_connection(&address, Duration::from_millis(50)).unwrap_err();
    assert!(matches!(error, ClientError::Timeout), "{error}");
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_sent() {
    let scene = Scene::new();
    let mut connection = scene.connect();
    let error = upload_file(
        &mut connection,
        &scene.here(""),
        &name("x"),
        PutMode::CreateNew,
    )
    .unwrap_err();
    assert!(matches!(error, ClientError::NotRegular(_)));
    assert!(connection.is_usable());
}
