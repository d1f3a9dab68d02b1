//! Servers that lie, and what they cannot do with it.

use synfin_client::{
    ClientError, ErrorCode, Existing, NameError, PutMode, download_file, list_files, quit,
    upload_file,
};
use synfin_protocol::{
    Digest, Entry, FrameError, Page, ServerMessage, Tag, UncheckedName, WireError,
};
use tempfile::TempDir;

use crate::support::{FakePeer, FakeServer, name};

/// Downloads `a` from a server that runs `script` after `GET_`; the error, once the directory was found empty.
#[track_caller]
fn check_failed_download(script: impl FnOnce(&mut FakePeer) + Send + 'static) -> ClientError {
    let server = FakeServer::after_greeting(|peer| {
        peer.receive();
        script(peer);
    });
    let directory = TempDir::new().unwrap();
    let mut connection = server.connect();
    let error = download_file(
        &mut connection,
        &name("a"),
        directory.path(),
        Existing::Keep,
    )
    .unwrap_err();
    drop(connection);
    server.finish();
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    error
}

#[test]
fn listed_names_that_could_do_harm_are_refused() {
    for bad in ["../../x", "CON", "a\nb", "\u{1b}]0;x\u{7}", ""] {
        let server = FakeServer::after_greeting(|peer| {
            peer.receive();
            let entry = Entry {
                name: UncheckedName(bad.into()),
                size_bytes: 1,
                modified_unix_ns: 0,
            };
            peer.send(&ServerMessage::Entries {
                tag: Tag(1),
                page: Page {
                    entries: vec![entry],
                    more: false,
                },
            });
        });
        let error = list_files(&mut server.connect()).unwrap_err();
        assert!(matches!(error, ClientError::Name(_)), "{bad:?}: {error}");
        server.finish();
    }
}

#[test]
fn a_page_without_end_is_no_endless_list() {
    let server = FakeServer::after_greeting(|peer| {
        peer.receive();
        peer.send(&ServerMessage::Entries {
            tag: Tag(1),
            page: Page {
                entries: vec![],
                more: true,
            },
        });
    });
    assert_eq!(list_files(&mut server.connect()).unwrap(), []);
    server.finish();
}

#[test]
fn pages_that_do_not_advance_are_refused() {
    let server = FakeServer::after_greeting(|peer| {
        for number in 1..=2 {
            peer.receive();
            let entry = Entry {
                name: UncheckedName("a".into()),
                size_bytes: 1,
                modified_unix_ns: 0,
            };
            peer.send(&ServerMessage::Entries {
                tag: Tag(number),
                page: Page {
                    entries: vec![entry],
                    more: true,
                },
            });
        }
    });
    let error = list_files(&mut server.connect()).unwrap_err();
    assert!(matches!(error, ClientError::Disorder), "{error}");
    server.finish();
}

#[test]
fn a_wrong_digest_leaves_nothing_and_the_connection() {
    let error = check_failed_download(|peer| {
        peer.send(&ServerMessage::Meta {
            tag: Tag(1),
            size_bytes: 3,
        });
        peer.send(&ServerMessage::Data {
            tag: Tag(1),
            content: b"abc",
        });
        peer.send(&ServerMessage::Done {
            tag: Tag(1),
            digest: Digest([0; 32]),
        });
        peer.expect_fin();
    });
    assert!(matches!(error, ClientError::DigestMismatch));
}

#[test]
fn a_connection_that_ends_in_the_middle_leaves_nothing() {
    let error = check_failed_download(|peer| {
        peer.send(&ServerMessage::Meta {
            tag: Tag(1),
            size_bytes: 6,
        });
        peer.send(&ServerMessage::Data {
            tag: Tag(1),
            content: b"abc",
        });
    });
    assert!(matches!(error, ClientError::Closed));
}

#[test]
fn more_than_was_promised_is_refused() {
    let error = check_failed_download(|peer| {
        peer.send(&ServerMessage::Meta {
            tag: Tag(1),
            size_bytes: 2,
        });
        peer.send(&ServerMessage::Data {
            tag: Tag(1),
            content: b"abc",
        });
    });
    assert!(matches!(
        error,
        ClientError::Frame(FrameError::SizeOutOfRange(3))
    ));
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let error = check_failed_download(|peer| {
        peer.send(&ServerMessage::Meta {
            tag: Tag(2),
            size_bytes: 2,
        });
    });
    assert!(matches!(
        error,
        ClientError::Frame(FrameError::BadValue {
            field: "tag",
            value: 2
        })
    ));
}

#[test]
fn a_length_over_its_limit_is_refused_before_anything_is_allocated() {
    let error = check_failed_download(|peer| peer.send_bytes(b"META\xff\xff\xff\xff"));
    assert!(matches!(
        error,
        ClientError::Frame(FrameError::TooLarge { .. })
    ));
}

#[test]
fn another_protocol_is_recognised() {
    let server = FakeServer::from_the_start(|peer| {
        peer.receive();
        peer.send_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let error =
        synfin_client::create_connection(&server.address.to_string(), crate::support::PATIENCE)
            .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the server does not speak this protocol: frame type \"HTTP\" is unknown"
    );
    server.finish();
}

#[test]
fn a_servers_words_cannot_write_on_the_terminal() {
    let error = check_failed_download(|peer| {
        let error = WireError::of_request(ErrorCode::NotFound, "\u{1b}[2Jgone\u{202e}");
        peer.send(&ServerMessage::Error { tag: Tag(1), error });
    });
    assert_eq!(
        error.to_string(),
        "the server refused (not-found): \\u{1b}[2Jgone\\u{202e}"
    );
}

#[test]
fn an_upload_stops_when_the_server_has_had_enough() {
    let server = FakeServer::after_greeting(|peer| {
        peer.receive();
        peer.send(&ServerMessage::Continue { tag: Tag(1) });
        peer.receive();
        let error = WireError::of_request(ErrorCode::NoSpace, "full");
        peer.send(&ServerMessage::Error { tag: Tag(1), error });
        while peer.receive() != *b"QUIT" {}
        peer.send(&ServerMessage::Bye);
        peer.expect_fin();
    });
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("large");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(1 << 40)
        .unwrap();
    let mut connection = server.connect();
    let error = upload_file(&mut connection, &path, &name("a"), PutMode::CreateNew).unwrap_err();
    assert!(matches!(error, ClientError::Refused(refusal) if refusal.code == ErrorCode::NoSpace));
    assert!(connection.is_usable());
    quit(connection).unwrap();
    server.finish();
}

#[test]
fn a_name_is_judged_before_anything_is_sent() {
    assert_eq!(
        synfin_client::FileName::new(b"../x"),
        Err(NameError::Forbidden('/'))
    );
}
