//! `PROTOCOL.md` and the codec say the same, byte for byte.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;

use synfin_protocol::{
    ClientHello, ClientMessage, Digest, Entry, ErrorCode, Features, FrameType, HEADER_BYTES,
    Header, Page, PutMode, RESERVED_TYPES, Sender, ServerHello, ServerMessage, Tag, UncheckedName,
    VersionRange, WireError,
};

const DOCUMENT: &str = include_str!("../../PROTOCOL.md");

/// FIPS 180-4, first example of SHA-256.
const DIGEST_OF_ABC: Digest = Digest([
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
]);

fn client_messages() -> Vec<(&'static str, ClientMessage<'static>)> {
    let name = || UncheckedName("é!".into());
    let hello = ClientHello {
        versions: VersionRange { min: 1, max: 1 },
        features: Features::NONE,
        max_data_bytes: 131_072,
        agent: "c1".to_owned(),
    };
    vec![
        ("hello", ClientMessage::Hello(hello)),
        (
            "list",
            ClientMessage::List {
                tag: Tag(1),
                after: UncheckedName::default(),
            },
        ),
        (
            "list-after",
            ClientMessage::List {
                tag: Tag(2),
                after: UncheckedName("a.tx".into()),
            },
        ),
        (
            "put",
            ClientMessage::Put {
                tag: Tag(3),
                size_bytes: 3,
                mode: PutMode::Overwrite,
                name: name(),
            },
        ),
        (
            "data",
            ClientMessage::Data {
                tag: Tag(3),
                content: b"abc",
            },
        ),
        (
            "done",
            ClientMessage::Done {
                tag: Tag(3),
                digest: DIGEST_OF_ABC,
            },
        ),
        (
            "get",
            ClientMessage::Get {
                tag: Tag(4),
                name: name(),
            },
        ),
        ("quit", ClientMessage::Quit),
    ]
}

fn answers() -> Vec<(&'static str, ServerMessage<'static>)> {
    let name = UncheckedName("a.tx".into());
    let entry = Entry {
        name,
        size_bytes: 5,
        modified_unix_ns: 1_700_000_000_000_000_000,
    };
    vec![
        ("hello", ServerMessage::Hello(server_hello())),
        (
            "entries",
            ServerMessage::Entries {
                tag: Tag(1),
                page: Page {
                    entries: vec![entry],
                    more: true,
                },
            },
        ),
        (
            "no-entries",
            ServerMessage::Entries {
                tag: Tag(2),
                page: Page::default(),
            },
        ),
        ("continue", ServerMessage::Continue { tag: Tag(3) }),
        ("stored", ServerMessage::Stored { tag: Tag(3) }),
        (
            "meta",
            ServerMessage::Meta {
                tag: Tag(4),
                size_bytes: 3,
            },
        ),
        (
            "data",
            ServerMessage::Data {
                tag: Tag(4),
                content: b"abc",
            },
        ),
        (
            "done",
            ServerMessage::Done {
                tag: Tag(4),
                digest: DIGEST_OF_ABC,
            },
        ),
        ("bye", ServerMessage::Bye),
    ]
}

fn server_messages() -> Vec<(&'static str, ServerMessage<'static>)> {
    [answers(), refusals()].concat()
}

fn refusals() -> Vec<(&'static str, ServerMessage<'static>)> {
    let not_found = WireError::of_request(ErrorCode::NotFound, "no");
    let busy = WireError::closing(ErrorCode::Busy, "full");
    vec![
        (
            "not-found",
            ServerMessage::Error {
                tag: Tag(5),
                error: not_found,
            },
        ),
        (
            "busy",
            ServerMessage::Error {
                tag: Tag::CONNECTION,
                error: busy,
            },
        ),
    ]
}

fn server_hello() -> ServerHello {
    ServerHello {
        version: 1,
        features: Features::NONE,
        max_data_bytes: 131_072,
        max_file_bytes: 1 << 40,
        idle_limit_s: 300,
        agent: "s1".to_owned(),
    }
}

#[test]
fn every_vector_of_a_client_is_written_as_documented() {
    let written: BTreeMap<_, _> = client_messages()
        .into_iter()
        .map(|(name, message)| (name, message.encode()))
        .collect();
    assert_eq!(written, vectors("C"));
}

#[test]
fn every_vector_of_a_client_is_read_as_documented() {
    let vectors = vectors("C");
    let read: Vec<_> = client_messages()
        .iter()
        .map(|(name, _)| {
            let (header, payload) = split(&vectors[name], Sender::Client);
            (*name, ClientMessage::parse(header, payload).unwrap())
        })
        .collect();
    assert_eq!(read, client_messages());
}

#[test]
fn every_vector_of_a_server_is_written_as_documented() {
    let written: BTreeMap<_, _> = server_messages()
        .into_iter()
        .map(|(name, message)| (name, message.encode()))
        .collect();
    assert_eq!(written, vectors("S"));
}

#[test]
fn every_vector_of_a_server_is_read_as_documented() {
    let vectors = vectors("S");
    let read: Vec<_> = server_messages()
        .iter()
        .map(|(name, _)| {
            let (header, payload) = split(&vectors[name], Sender::Server);
            (*name, ServerMessage::parse(header, payload).unwrap())
        })
        .collect();
    assert_eq!(read, server_messages());
}

#[test]
fn the_documented_error_codes_are_those_of_the_codec() {
    let documented: Vec<(u16, &str)> = section("## 5. Errors")
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            Some((cells.next()?.parse().ok()?, cells.next()?))
        })
        .collect();
    let known: Vec<_> = ErrorCode::ALL
        .iter()
        .map(|(_, number, name)| (*number, *name))
        .collect();
    assert_eq!(documented, known);
}

#[test]
fn the_documented_reserved_types_are_those_of_the_codec() {
    let section = section("## 9. Reserved");
    let list = section.split('`').nth(1).unwrap();
    let reserved: Vec<_> = RESERVED_TYPES
        .iter()
        .map(|code| str::from_utf8(code).unwrap())
        .collect();
    assert_eq!(list.split(' ').collect::<Vec<_>>(), reserved);
}

#[test]
fn every_frame_type_has_its_row_in_the_table_of_payloads() {
    let section = section("## 4. Payloads");
    let mut documented: Vec<_> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.get(..4))
        .collect();
    documented.dedup(); // HELO has a row for each side
    let known: Vec<_> = FrameType::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(documented, known);
}

/// The vectors that `sender` (`C` or `S`) sends, by name.
fn vectors(sender: &str) -> BTreeMap<&'static str, Vec<u8>> {
    DOCUMENT
        .split("```vector ")
        .skip(1)
        .filter_map(|block| {
            let (heading, rest) = block.split_once('\n').unwrap();
            let name = heading.strip_prefix(sender)?.trim();
            let lines = rest.split("```").next().unwrap().lines();
            Some((name, lines.flat_map(bytes_of_line).collect()))
        })
        .collect()
}

/// `"48 45  a comment"` → `[0x48, 0x45]`
fn bytes_of_line(line: &str) -> Vec<u8> {
    let hex = line.split("  ").next().unwrap();
    hex.split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

fn section(heading: &str) -> &'static str {
    let after = DOCUMENT.split_once(heading).unwrap().1;
    after.split("\n## ").next().unwrap()
}

fn split(frame: &[u8], sender: Sender) -> (Header, &[u8]) {
    let (header, payload) = frame.split_first_chunk::<HEADER_BYTES>().unwrap();
    let header = Header::parse(*header, sender).unwrap();
    assert_eq!(header.payload_bytes as usize, payload.len());
    (header, payload)
}
