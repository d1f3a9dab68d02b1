//! The conversation: order, refusals, the end.

use synfin_protocol::{
    ClientMessage, ErrorCode, FrameType, PutMode, ServerMessage, Tag, UncheckedName, VersionRange,
};

use crate::support::{TestServer, content, digest_of, header, hello, hello_with, unchecked};

#[test]
fn a_file_comes_back_as_it_went() {
    let server = TestServer::start();
    let mut client = server.greeted();
    let notes = content(1, 300_000);
    client.upload("notes.bin", &notes, PutMode::CreateNew);
    client.upload("empty", b"", PutMode::CreateNew);
    assert_eq!(client.list(), ["empty", "notes.bin"]);
    assert_eq!(client.download("notes.bin"), notes);
    assert_eq!(client.download("empty"), b"");
    client.quit();
}

#[test]
fn frames_that_arrive_byte_by_byte_are_understood() {
    let server = TestServer::start();
    let mut client = server.connect();
    for byte in hello().encode() {
        client.send_bytes(&[byte]);
    }
    assert!(matches!(client.receive(), ServerMessage::Hello(_)));
    client.quit();
}

#[test]
fn requests_that_arrive_together_are_answered_in_their_order() {
    let server = TestServer::start();
    let mut client = server.connect();
    let requests = [
        hello(),
        ClientMessage::Put {
            tag: Tag(1),
            size_bytes: 3,
            mode: PutMode::CreateNew,
            name: unchecked("a"),
        },
        ClientMessage::Data {
            tag: Tag(1),
            content: b"abc",
        },
        ClientMessage::Done {
            tag: Tag(1),
            digest: digest_of(b"abc"),
        },
        ClientMessage::Get {
            tag: Tag(2),
            name: unchecked("a"),
        },
        ClientMessage::Quit,
    ];
    client.send_bytes(&requests.map(|request| request.encode()).concat());
    assert!(matches!(client.receive(), ServerMessage::Hello(_)));
    assert_eq!(client.receive(), ServerMessage::Continue { tag: Tag(1) });
    assert_eq!(client.receive(), ServerMessage::Stored { tag: Tag(1) });
    assert_eq!(
        client.receive(),
        ServerMessage::Meta {
            tag: Tag(2),
            size_bytes: 3
        }
    );
    assert_eq!(
        client.receive(),
        ServerMessage::Data {
            tag: Tag(2),
            content: b"abc"
        }
    );
    assert_eq!(
        client.receive(),
        ServerMessage::Done {
            tag: Tag(2),
            digest: digest_of(b"abc")
        }
    );
    assert_eq!(client.receive(), ServerMessage::Bye);
    client.expect_fin();
}

#[test]
fn nothing_after_a_quit_is_read() {
    let server = TestServer::start();
    let mut client = server.greeted();
    let requests = [
        ClientMessage::Quit,
        ClientMessage::Put {
            tag: Tag(1),
            size_bytes: 0,
            mode: PutMode::CreateNew,
            name: unchecked("late"),
        },
        ClientMessage::Done {
            tag: Tag(1),
            digest: digest_of(b""),
        },
        ClientMessage::List {
            tag: Tag(2),
            after: UncheckedName::default(),
        },
    ];
    client.send_bytes(&requests.map(|request| request.encode()).concat());
    assert_eq!(client.receive(), ServerMessage::Bye);
    client.expect_fin();
    assert_eq!(server.entries(), Vec::<String>::new());
}

#[test]
fn the_first_frame_has_to_be_a_greeting() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send(&ClientMessage::Quit);
    client.expect_ended_with(ErrorCode::Protocol);
}

#[test]
fn a_second_greeting_ends_the_session() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.send(&hello());
    client.expect_ended_with(ErrorCode::Protocol);
}

#[test]
fn a_client_of_another_version_is_told() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send(&hello_with(VersionRange { min: 2, max: 9 }));
    client.expect_ended_with(ErrorCode::Version);
}

#[test]
fn a_client_of_another_protocol_is_told() {
    let server = TestServer::start();
    let mut client = server.connect();
    client.send_bytes(b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
    client.expect_ended_with(ErrorCode::UnknownType);
}

#[test]
fn reserved_frames_end_the_session() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.send_bytes(b"PING\0\0\0\x08\0\0\0\0\0\0\0\x01");
    client.expect_ended_with(ErrorCode::UnknownType);
}

#[test]
fn a_length_over_its_limit_ends_the_session_before_anything_follows() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.send_bytes(b"LIST\xff\xff\xff\xff");
    client.expect_ended_with(ErrorCode::FrameTooLarge);
}

#[test]
fn a_payload_that_ends_inside_a_field_ends_the_session() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.send_bytes(&header(FrameType::Get, 0));
    client.expect_ended_with(ErrorCode::Protocol);
}

#[test]
fn data_that_nobody_asked_for_ends_the_session_unread() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.send_bytes(&header(FrameType::Data, 131_076));
    client.expect_ended_with(ErrorCode::Protocol);
}

#[test]
fn a_request_in_the_middle_of_an_upload_ends_the_session() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.begin_upload("a", 10, PutMode::CreateNew);
    client.send(&ClientMessage::List {
        tag: Tag(2),
        after: UncheckedName::default(),
    });
    client.expect_ended_with(ErrorCode::Protocol);
    server.wait_for_entries(&[]);
}

#[test]
fn a_missing_file_is_refused_and_the_session_goes_on() {
    let server = TestServer::start();
    let mut client = server.greeted();
    client.get("nothing");
    client.expect_refusal(Tag(1), ErrorCode::NotFound);
    client.quit();
}

#[test]
fn a_long_list_comes_in_pages_that_hold_every_file_once() {
    let server = TestServer::start();
    let names: Vec<_> = (0..1_000)
        .map(|number| format!("{number:04}-{}", "x".repeat(200)))
        .collect();
    for name in &names {
        std::fs::write(server.path(name), b"").unwrap();
    }
    let mut client = server.greeted();
    let (mut listed, mut pages) = (Vec::new(), 0);
    let mut after = UncheckedName::default();
    loop {
        client.send(&ClientMessage::List { tag: Tag(1), after });
        let message = client.receive();
        let ServerMessage::Entries { page, .. } = message else {
            panic!("{message:?}")
        };
        listed.extend(page.entries.iter().map(|entry| entry.name.to_string()));
        pages += 1;
        if !page.more {
            break;
        }
        after = page.entries.last().unwrap().name.clone();
    }
    assert_eq!((listed, pages), (names, 4));
}
