//! Headers and greetings: what is refused before anything is read or agreed.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use synfin_protocol::{
    ClientMessage, ErrorCode, FrameError, FrameType, HEADER_BYTES, Header, Sender, ServerMessage,
    Tag, VersionRange, WireError,
};

#[track_caller]
fn check_refused(bytes: [u8; HEADER_BYTES], sender: Sender, code: ErrorCode, message: &str) {
    let error = Header::parse(bytes, sender).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
}

#[test]
fn an_unknown_type_is_refused_and_shown_escaped() {
    let message = r#"frame type "GET " is unknown"#;
    check_refused(
        *b"GET \x00\x00\x00\x00",
        Sender::Client,
        ErrorCode::UnknownType,
        message,
    );
    let message = r#"frame type "\x16\x03\x01\x02" is unknown"#;
    check_refused(
        *b"\x16\x03\x01\x02\x00\x00\x00\x00",
        Sender::Client,
        ErrorCode::UnknownType,
        message,
    );
}

#[test]
fn a_reserved_type_is_refused_as_such() {
    let message = "frame type PING is reserved and not part of version 1";
    check_refused(
        *b"PING\x00\x00\x00\x08",
        Sender::Client,
        ErrorCode::UnknownType,
        message,
    );
}

#[test]
fn a_servers_frame_from_a_client_is_refused() {
    check_refused(
        *b"BYE_\x00\x00\x00\x00",
        Sender::Client,
        ErrorCode::Protocol,
        "BYE_ is not for a client to send",
    );
}

#[test]
fn a_length_over_its_limit_is_refused_whatever_it_is() {
    let too_large = ErrorCode::FrameTooLarge;
    check_refused(
        *b"LIST\xff\xff\xff\xff",
        Sender::Client,
        too_large,
        "LIST announces 4294967295 bytes, 1024 are allowed",
    );
    check_refused(
        *b"DATA\x00\x02\x00\x05",
        Sender::Client,
        too_large,
        "DATA announces 131077 bytes, 131076 are allowed",
    );
    check_refused(
        *b"ENTS\x00\x01\x00\x01",
        Sender::Server,
        too_large,
        "ENTS announces 65537 bytes, 65536 are allowed",
    );
}

#[test]
fn lengths_at_their_limits_are_accepted() {
    let header = Header::parse(*b"DATA\x00\x02\x00\x04", Sender::Client);
    assert_eq!(
        header,
        Ok(Header {
            frame_type: FrameType::Data,
            payload_bytes: 131_076
        })
    );
}

#[test]
fn a_version_is_agreed_if_the_ranges_meet() {
    let agree = |min, max| VersionRange { min, max }.agree();
    assert_eq!(agree(1, 1), Ok(1));
    assert_eq!(agree(0, 7), Ok(1));
    assert_eq!(
        agree(2, 7),
        Err(FrameError::NoCommonVersion { min: 2, max: 7 })
    );
    assert_eq!(
        agree(0, 0),
        Err(FrameError::NoCommonVersion { min: 0, max: 0 })
    );
    assert_eq!(
        agree(5, 1),
        Err(FrameError::NoCommonVersion { min: 5, max: 1 })
    );
}

#[test]
fn values_without_a_meaning_are_refused() {
    check_bad_value(
        FrameType::Put,
        b"\0\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01a",
        "flags",
        2,
    );
    check_bad_value(FrameType::Done, &[0, 0, 0, 1, 2], "algorithm", 2);
    check_bad_value(FrameType::List, &[0; 6], "tag", 0);
    check_bad_value(
        FrameType::Helo,
        b"SYNF\0\x01\0\x01\0\0\0\0\0\0\x0f\xff\0\0",
        "max_data",
        4095,
    );
}

#[track_caller]
fn check_bad_value(frame_type: FrameType, payload: &[u8], field: &'static str, value: u64) {
    let header = Header {
        frame_type,
        payload_bytes: u32::try_from(payload.len()).unwrap(),
    };
    assert_eq!(
        ClientMessage::parse(header, payload),
        Err(FrameError::BadValue { field, value })
    );
}

#[test]
fn a_size_above_two_to_the_63_is_refused() {
    let payload = [&[0, 0, 0, 1][..], &[0xff; 8], &[0, 0, 1, b'a']].concat();
    let header = Header {
        frame_type: FrameType::Put,
        payload_bytes: 16,
    };
    assert_eq!(
        ClientMessage::parse(header, &payload),
        Err(FrameError::SizeOutOfRange(u64::MAX))
    );
}

#[test]
fn another_protocols_greeting_is_refused() {
    let header = Header {
        frame_type: FrameType::Helo,
        payload_bytes: 4,
    };
    assert_eq!(
        ClientMessage::parse(header, b"SMTP"),
        Err(FrameError::BadMagic)
    );
}

#[test]
fn an_error_message_is_cut_at_the_border_of_a_character() {
    let long = WireError::closing(ErrorCode::Internal, "é".repeat(2000));
    let frame = ServerMessage::Error {
        tag: Tag(1),
        error: long,
    }
    .encode();
    let text = &frame[8 + 4 + 2 + 1 + 2..];
    assert_eq!(str::from_utf8(text).unwrap(), "é".repeat(512));
}
