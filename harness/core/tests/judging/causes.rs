//! What usually causes a failure, and the remedy in one line.

use synfin_core::diagnosis::Pattern;

use crate::close::ending;
use crate::setup::{LIFE, STEPS, listening_at};
use crate::transfer::{letters, upload};
use crate::world::{World, at, world};

const INTACT: &str = r#"check = "transfer-intact""#;
const LISTENS: &str = r#"check = "server-listens""#;

/// The likeliest cause of a failure begins so, and its remedy is so.
#[track_caller]
fn likeliest(world: &World, call: &str, cause: &str, remedy: &str) {
    let verdict = world.verdict(call);
    let usually = &verdict.finding().unwrap().usually;
    let first = usually.first().expect("a cause");
    assert!(first.cause.starts_with(cause), "{usually:?}");
    assert_eq!(first.remedy, remedy);
}

/// An upload of which so many bytes were stored, other ones than were sent.
fn stored(size: usize, arrived: u64) -> World {
    upload(size, &letters(size)).with(|recorded| {
        recorded.files[0].arrived_sha256 = Some("0".repeat(64));
        recorded.files[0].arrived_size = Some(arrived);
    })
}

#[test]
fn a_reset_points_to_unread_data() {
    let reset = ending("c1 > \"MORE\\n\"\n c1 < R.\n -- c1 done\n -- stop");
    let remedy = "read until end of stream before close()";
    likeliest(
        &reset,
        r#"check = "no-reset""#,
        "closed with unread data",
        remedy,
    );
}

#[test]
fn a_server_at_another_address_is_told_to_bind_the_right_one() {
    let told = |at: &str, cause: &str, remedy: &str, dialled: &str| {
        let world = listening_at(at).with(|recorded| recorded.listening_at = None);
        let remedy = format!("{remedy}; or write into the target: listen = \"{dialled}\"");
        likeliest(&world, LISTENS, cause, &remedy);
        let verdict = world.verdict(LISTENS);
        let first = &verdict.finding().unwrap().usually[0].cause;
        let addresses = format!("it is {at}, and the target names 127.0.0.1:5001");
        assert!(first.ends_with(&addresses), "{first}");
    };
    told(
        "127.0.1.1:5001",
        "bind() names another address",
        "bind the address that the target names, or the wildcard (0.0.0.0, ::) for all",
        "127.0.1.1:5001",
    );
    told(
        "127.0.0.1:5002",
        "the address or port is fixed in the source",
        "take it from the command line",
        "127.0.0.1:5002",
    );
    for family in ["[::1]:5001", "[::]:5001"] {
        told(
            family,
            "the server's address is of the other IP family",
            "bind the address that the target names, or `::` with IPV6_V6ONLY off, which takes both families",
            "[::1]:5001",
        );
    }
}

#[test]
fn an_address_in_use_points_to_reuseaddr() {
    let refused = world(STEPS, 1, "-- stop").with(|recorded| {
        recorded.socket_samples[0].sockets.clear();
        let server = &mut recorded.processes[0];
        server.exited_at = Some(at(1));
        server.stop_actions.clear();
        server.last_lines = vec!["OSError: [Errno 98] Address already in use".to_owned()];
    });
    let cause = "connections of the server before are in TIME_WAIT";
    likeliest(&refused, LISTENS, cause, "set SO_REUSEADDR before bind()");
}

#[test]
fn a_file_cut_at_a_whole_buffer_points_to_the_last_read() {
    likeliest(
        &stored(700, 512),
        INTACT,
        "only whole buffers are stored",
        "write as many bytes as read() returned, each time",
    );
    likeliest(
        &stored(700, 511),
        INTACT,
        "one recv() is taken for one message",
        "send the length first and read exactly that many bytes",
    );
}

#[test]
fn a_file_stored_as_base64_or_as_text_is_recognised_by_its_size() {
    let base64 = "decode before storing; better, send the bytes as they are";
    for arrived in [268, 269, 272, 276] {
        likeliest(
            &stored(200, arrived),
            INTACT,
            "the contents were encoded as base64",
            base64,
        );
    }
    let binary = "open it in binary mode";
    likeliest(
        &stored(200, 203),
        INTACT,
        "the file is opened in text mode",
        binary,
    );
}

/// A file of 300 bytes behind its length, of which nothing arrived.
fn prefixed(length: &str) -> World {
    let contents = "x".repeat(300);
    upload(300, &format!("c1 > \"{length}{contents}\"\n")).with(|recorded| {
        recorded.files[0].arrived_sha256 = None;
        recorded.files[0].arrived_size = None;
    })
}

#[test]
fn a_length_in_host_byte_order_is_seen_on_the_wire() {
    likeliest(
        &prefixed(",\u{1}\u{0}\u{0}"),
        INTACT,
        "the length prefix is sent in host byte order",
        "htonl() before sending and ntohl() after receiving, or a text length",
    );
    let network_order = prefixed("\u{0}\u{0}\u{1},").verdict(INTACT);
    let usually = &network_order.finding().unwrap().usually;
    assert!(!usually[0].cause.contains("byte order"), "{usually:?}");
}

#[test]
fn a_length_in_host_byte_order_did_not_cut_a_file_of_which_almost_all_arrived() {
    let damaged = |arrived: u64| {
        prefixed(",\u{1}\u{0}\u{0}").with(|recorded| {
            recorded.files[0].arrived_sha256 = Some("0".repeat(64));
            recorded.files[0].arrived_size = Some(arrived);
        })
    };
    let verdict = damaged(299).verdict(INTACT);
    let finding = verdict.finding().unwrap();
    assert_eq!(finding.usually, Pattern::FileDiffers.usually());
    let verdict = damaged(0).verdict(INTACT);
    let finding = verdict.finding().unwrap();
    assert_eq!(finding.usually, Pattern::LengthInHostOrder.usually());
}

/// An upload of 200 bytes of which these were sent, and stored.
fn begun(sent: usize, payload: &str) -> World {
    upload(200, payload).with(|recorded| {
        recorded.files[0].arrived_sha256 = Some("0".repeat(64));
        recorded.files[0].arrived_size = Some(sent as u64);
    })
}

#[test]
fn what_the_sender_never_sent_is_not_put_down_to_the_receiver() {
    let verdict = begun(128, "c1 > contents notes.bin 128\n").verdict(INTACT);
    let finding = verdict.finding().unwrap();
    assert_eq!(finding.usually, Pattern::FileSentShort.usually());
    let verdict = begun(128, "c1 > contents notes.bin 200\n").verdict(INTACT);
    let finding = verdict.finding().unwrap();
    assert_eq!(finding.usually, Pattern::FileDiffers.usually());
}

#[test]
fn a_client_that_hangs_after_a_reply_may_have_read_one_segment_of_it() {
    let usually = Pattern::StuckAfterReply.usually();
    let split = usually
        .iter()
        .find(|usually| usually.cause.contains("several segments"))
        .unwrap();
    assert!(split.remedy.starts_with("read until the reply's end"));
}

#[test]
fn a_half_open_connection_points_to_the_end_of_the_stream() {
    for pattern in [Pattern::LeakedSocket, Pattern::Spinning] {
        let first = &pattern.usually()[0];
        assert!(first.cause.contains("read() return"), "{first:?}");
    }
}

#[test]
fn what_passes_needs_no_remedy() {
    let verdict = world(STEPS, 1, LIFE).verdict(LISTENS);
    assert!(verdict.finding().unwrap().usually.is_empty());
}
