//! What keeps a recording from deciding anything.

use synfin_core::manifest::{Manifest, Recorded};
use synfin_core::observation::{Observation, Setting};

use crate::setup::{LIFE, STEPS};
use crate::world::{SERVER, in_a_line, verdict_of, world};

const NO_RESET: &str = r#"check = "no-reset""#;
const HANDSHAKE: &str = r#"check = "handshake-completes""#;

#[track_caller]
fn check(change: impl FnOnce(&mut Recorded), expected: &str) {
    assert_eq!(world(STEPS, 1, LIFE).with(change).says(HANDSHAKE), expected);
}

#[test]
fn what_the_harness_could_not_do_decides_nothing() {
    check(
        |recorded| recorded.harness_fault = Some("no packet socket".to_owned()),
        "Inconclusive(Harness): the recording ended early: no packet socket",
    );
    check(
        |recorded| recorded.interrupted = true,
        "Inconclusive(Harness): the recording was interrupted",
    );
    check(
        |recorded| recorded.capture.sha256 = "0".repeat(64),
        "Inconclusive(Harness): the capture cannot be graded: it is not the file that the manifest describes (SHA-256)",
    );
}

#[test]
fn other_steps_than_the_rubrics_decide_nothing() {
    check(
        |recorded| recorded.steps[1] = "connect".to_owned(),
        "Inconclusive(Harness): recorded under other steps: 1 clients: connect, connect, quit",
    );
}

#[test]
fn the_same_steps_in_other_words_are_the_same() {
    let steps = &["connect", "upload a 1KiB", "quit"];
    let world = world(
        steps,
        1,
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 done\n -- stop",
    );
    let other_words = world.with(|recorded| recorded.steps[1] = "upload a 1024".to_owned());
    assert_eq!(
        other_words.says(HANDSHAKE),
        "Pass: 1 handshake completed, the first SYN 2 → SYN-ACK 3 → ACK 4"
    );
}

#[test]
fn a_sentinel_that_was_not_captured_makes_absence_prove_nothing() {
    let cut_short = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.capture.sentinels[1].frame = None;
    });
    assert_eq!(
        cut_short.says(NO_RESET),
        "Inconclusive(Harness): no RST on 1 connection (the capture is not whole: a last sentinel is missing)"
    );
}

#[test]
fn payload_that_was_acknowledged_and_not_captured_makes_absence_prove_nothing() {
    let hole = LIFE.replacen("c1 < \"FILES 2\\n\"", "c1 < \"FILES 2\\n\" lost", 1);
    assert_eq!(
        world(STEPS, 1, &hole).says(NO_RESET),
        "Inconclusive(Harness): no RST on 1 connection (the capture is not whole: connection 0: bytes 0..8 of the responder were acknowledged and not captured)"
    );
}

#[test]
fn a_capture_that_ends_inside_a_record_is_not_whole() {
    let mut capture = world(STEPS, 1, LIFE).capture;
    capture.truncate(24 + 10);
    assert_eq!(
        foreign(&capture).health.summary(),
        "the capture is not whole: the file ends inside a record (it ends after 10 bytes of a record's header)"
    );
}

#[test]
fn a_place_that_could_not_be_read_makes_a_capture_not_whole() {
    let section = [0x0A0D_0D0A_u32, 28, 0x1A2B_3C4D, 1, u32::MAX, u32::MAX, 28];
    let packet_of_no_interface = [6, 32, 0, 0, 0, 0, 0, 32];
    let words = section.into_iter().chain(packet_of_no_interface);
    let capture: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    assert_eq!(
        foreign(&capture).health.summary(),
        "the capture is not whole: 1 place in the file could not be read, the first: a packet is of interface 0, which is not described"
    );
}

fn foreign(capture: &[u8]) -> Observation {
    let manifest = Manifest::Foreign {
        server: SERVER.parse().unwrap(),
    };
    Observation::read(capture, manifest, Setting::default()).unwrap()
}

#[track_caller]
fn check_foreign(script: &str, call: &str, expected: &str) {
    let world = world(STEPS, 1, script);
    let verdict = verdict_of(&foreign(&world.capture), &world.rubric(call));
    assert_eq!(in_a_line(&verdict), expected);
}

#[test]
fn a_foreign_capture_passes_with_what_is_not_known_of_it() {
    check_foreign(
        LIFE,
        NO_RESET,
        "Pass: no RST on 1 connection (nobody counted drops when the capture was made; no gap was seen)",
    );
    check_foreign(
        LIFE,
        r#"check = "lifecycle-in-order""#,
        "Pass: 1 connection in order, the first: setup 2–4, payload 5–7, teardown done 12 (nobody counted drops when the capture was made; no gap was seen)",
    );
}

#[test]
fn a_foreign_capture_may_have_ended_before_the_close() {
    let open = LIFE.split("-- c1 quit").next().unwrap();
    check_foreign(
        open,
        r#"check = "orderly-close""#,
        "Inconclusive(Harness): connection 0: the initiator sent no FIN, but nobody counted drops when the capture was made; no gap was seen",
    );
}

#[test]
fn checks_that_need_a_recorded_manifest_say_so() {
    check_foreign(
        LIFE,
        r#"check = "transfer-intact""#,
        "Inconclusive(Harness): only a recorded manifest knows the files",
    );
    check_foreign(
        LIFE,
        r#"check = "served-concurrently", at_least = 1"#,
        "Inconclusive(Harness): a capture made elsewhere does not say which connection is whose",
    );
}
