//! What holds for every message and for every sequence of bytes.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use synfin_protocol::{
    ClientHello, ClientMessage, DataBuffer, Digest, Entry, ErrorCode, Features, FileName,
    FrameType, HEADER_BYTES, Header, MAX_DATA_BYTES, MIN_DATA_BYTES, Page, PutMode, Sender,
    ServerHello, ServerMessage, Tag, UncheckedName, VersionRange, WireError,
};

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(0x5359_4e46),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_clients_message_survives_writing_and_reading(message in client_message(), content in content()) {
        check_client_round_trip(&message);
        check_client_round_trip(&ClientMessage::Data { tag: Tag(1), content: &content });
    }

    #[test]
    fn a_servers_message_survives_writing_and_reading(message in server_message(), content in content()) {
        check_server_round_trip(&message);
        check_server_round_trip(&ServerMessage::Data { tag: Tag(1), content: &content });
    }

    #[test]
    fn a_frame_built_in_place_is_the_same_as_one_written(tag in tag(), content in content()) {
        let mut buffer = DataBuffer::new(MAX_DATA_BYTES);
        buffer.content_mut()[..content.len()].copy_from_slice(&content);
        let written = ClientMessage::Data { tag, content: &content }.encode();
        prop_assert_eq!(buffer.frame(tag, content.len()), written);
    }

    #[test]
    fn bytes_behind_the_known_fields_are_ignored(message in client_message(), tail in vec(any::<u8>(), 1..40)) {
        let mut frame = message.encode();
        frame.extend_from_slice(&tail);
        let (header, payload) = split(&frame, Sender::Client);
        prop_assert_eq!(ClientMessage::parse(header, payload), Ok(message));
    }

    #[test]
    fn a_cut_payload_is_an_error_and_no_panic(message in server_message(), keep in any::<prop::sample::Index>()) {
        let frame = message.encode();
        let (header, payload) = split(&frame, Sender::Server);
        let kept = keep.index(payload.len().max(1));
        if kept < payload.len() {
            prop_assert!(ServerMessage::parse(header, &payload[..kept]).is_err());
        }
    }

    #[test]
    fn no_header_is_accepted_with_a_length_over_its_limit(bytes in header_bytes(), sender in sender()) {
        if let Ok(header) = Header::parse(bytes, sender) {
            let limit = match (header.frame_type, sender) {
                (FrameType::Data, _) => 4 + 128 * 1024,
                (_, Sender::Client) => 1024,
                (_, Sender::Server) => 64 * 1024,
            };
            prop_assert!(header.payload_bytes <= limit);
        }
    }

    #[test]
    fn whatever_is_read_never_becomes_larger_than_what_arrived(
        frame_type in frame_type(),
        payload in vec(any::<u8>(), 0..300),
    ) {
        let header = Header { frame_type, payload_bytes: u32::try_from(payload.len()).unwrap() };
        let limit = HEADER_BYTES + payload.len();
        if let Ok(message) = ClientMessage::parse(header, &payload) {
            prop_assert!(message.encode().len() <= limit);
        }
        if let Ok(message) = ServerMessage::parse(header, &payload) {
            prop_assert!(message.encode().len() <= limit);
        }
    }

    #[test]
    fn an_accepted_name_is_one_component_and_shows_what_it_is(bytes in name_bytes()) {
        if let Ok(name) = FileName::new(&bytes) {
            let path = std::path::Path::new(name.as_str());
            prop_assert_eq!(path.components().collect::<Vec<_>>(), [std::path::Component::Normal(path.as_os_str())]);
            prop_assert_eq!(name.to_unchecked().to_string(), name.as_str());
            prop_assert_eq!(name.as_str().as_bytes(), bytes);
        }
    }
}

fn check_client_round_trip(message: &ClientMessage<'_>) {
    let frame = message.encode();
    let (header, payload) = split(&frame, Sender::Client);
    assert_eq!(ClientMessage::parse(header, payload).as_ref(), Ok(message));
}

fn check_server_round_trip(message: &ServerMessage<'_>) {
    let frame = message.encode();
    let (header, payload) = split(&frame, Sender::Server);
    assert_eq!(ServerMessage::parse(header, payload).as_ref(), Ok(message));
}

fn split(frame: &[u8], sender: Sender) -> (Header, &[u8]) {
    let (header, payload) = frame.split_first_chunk::<HEADER_BYTES>().unwrap();
    (Header::parse(*header, sender).unwrap(), payload)
}

fn tag() -> impl Strategy<Value = Tag> {
    (1..=u32::MAX).prop_map(Tag)
}

fn size() -> impl Strategy<Value = u64> {
    0..=i64::MAX.unsigned_abs()
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..1000)
}

fn unchecked_name() -> impl Strategy<Value = UncheckedName> {
    vec(any::<u8>(), 0..300).prop_map(UncheckedName)
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn max_data() -> impl Strategy<Value = u32> {
    MIN_DATA_BYTES..=MAX_DATA_BYTES
}

fn agent() -> impl Strategy<Value = String> {
    "[ -~é]{0,60}"
}

fn client_message() -> impl Strategy<Value = ClientMessage<'static>> {
    let mode = prop_oneof![Just(PutMode::CreateNew), Just(PutMode::Overwrite)];
    prop_oneof![
        (any::<(u16, u16, u32)>(), max_data(), agent()).prop_map(
            |((min, max, features), max_data_bytes, agent)| {
                let versions = VersionRange { min, max };
                ClientMessage::Hello(ClientHello {
                    versions,
                    features: Features(features),
                    max_data_bytes,
                    agent,
                })
            }
        ),
        (tag(), unchecked_name()).prop_map(|(tag, after)| ClientMessage::List { tag, after }),
        (tag(), unchecked_name()).prop_map(|(tag, name)| ClientMessage::Get { tag, name }),
        (tag(), size(), mode, unchecked_name()).prop_map(|(tag, size_bytes, mode, name)| {
            ClientMessage::Put {
                tag,
                size_bytes,
                mode,
                name,
            }
        }),
        (tag(), digest()).prop_map(|(tag, digest)| ClientMessage::Done { tag, digest }),
        Just(ClientMessage::Quit),
    ]
}

fn server_message() -> impl Strategy<Value = ServerMessage<'static>> {
    prop_oneof![
        server_hello().prop_map(ServerMessage::Hello),
        (tag(), page()).prop_map(|(tag, page)| ServerMessage::Entries { tag, page }),
        (tag(), size()).prop_map(|(tag, size_bytes)| ServerMessage::Meta { tag, size_bytes }),
        tag().prop_map(|tag| ServerMessage::Continue { tag }),
        (tag(), digest()).prop_map(|(tag, digest)| ServerMessage::Done { tag, digest }),
        tag().prop_map(|tag| ServerMessage::Stored { tag }),
        (any::<u32>(), wire_error()).prop_map(|(tag, error)| ServerMessage::Error {
            tag: Tag(tag),
            error
        }),
        Just(ServerMessage::Bye),
    ]
}

fn server_hello() -> impl Strategy<Value = ServerHello> {
    (any::<(u16, u32, u32)>(), max_data(), size(), agent()).prop_map(
        |((version, features, idle_limit_s), max_data_bytes, max_file_bytes, agent)| ServerHello {
            version,
            features: Features(features),
            max_data_bytes,
            max_file_bytes,
            idle_limit_s,
            agent,
        },
    )
}

fn page() -> impl Strategy<Value = Page> {
    let entry = (unchecked_name(), size(), any::<i64>()).prop_map(
        |(name, size_bytes, modified_unix_ns)| Entry {
            name,
            size_bytes,
            modified_unix_ns,
        },
    );
    (vec(entry, 0..20), any::<bool>()).prop_map(|(entries, more)| Page { entries, more })
}

fn wire_error() -> impl Strategy<Value = WireError> {
    (any::<(u16, bool, bool)>(), "\\PC{0,200}").prop_map(
        |((number, retryable, closing), message)| WireError {
            code: ErrorCode::from_number(number),
            retryable,
            closing,
            message,
        },
    )
}

fn sender() -> impl Strategy<Value = Sender> {
    prop_oneof![Just(Sender::Client), Just(Sender::Server)]
}

fn frame_type() -> impl Strategy<Value = FrameType> {
    prop::sample::select(FrameType::ALL.to_vec())
}

/// Any eight bytes, and, so that the length is looked at too, known types before any four.
fn header_bytes() -> impl Strategy<Value = [u8; HEADER_BYTES]> {
    let known = (frame_type(), any::<u32>()).prop_map(|(frame_type, payload_bytes)| {
        Header {
            frame_type,
            payload_bytes,
        }
        .encode()
    });
    prop_oneof![any::<[u8; HEADER_BYTES]>(), known]
}

/// Bytes, and text with a liking for what names must not hold.
fn name_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..300),
        "\\PC{1,40}".prop_map(String::into_bytes),
        "[./\\\\:a-cCONULX1-3 \u{0}-\u{1f}\u{200b}\u{202e}é\u{301}]{1,12}"
            .prop_map(String::into_bytes),
    ]
}
