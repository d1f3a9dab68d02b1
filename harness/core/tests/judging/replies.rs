//! How long replies take to begin.

use crate::setup::{LIFE, STEPS};
use crate::world::{World, at, world};

fn within(ms: u32) -> String {
    format!(r#"check = "replies-within", ms = {ms}"#)
}

fn life() -> World {
    world(STEPS, 1, LIFE)
}

#[test]
fn a_reply_in_time_passes_and_the_slowest_is_told() {
    assert_eq!(
        life().says(&within(2)),
        "Pass: 1 exchange, each reply begun within 2.000 ms, the slowest after 2.000 ms (frames 5–7)"
    );
}

#[test]
fn a_late_reply_fails_with_its_frames() {
    assert_eq!(
        life().says(&within(1)),
        "Fail: client 1's `list`: 2.000 ms from the request's last byte (frame 5) to the reply's first (frame 7)"
    );
}

#[test]
fn a_slow_machine_may_take_longer_and_a_fast_one_no_less() {
    let slow = life().with(|recorded| recorded.slowness_percent = Some(250));
    assert_eq!(
        slow.says(&within(1)),
        "Pass: 1 exchange, each reply begun within 2.500 ms (machine slow ×2.5), the slowest after 2.000 ms (frames 5–7)"
    );
    let fast = life().with(|recorded| recorded.slowness_percent = Some(10));
    assert!(fast.says(&within(2)).starts_with("Pass: "));
}

#[test]
fn no_time_is_graded_across_a_pause() {
    let paused = life().with(|recorded| recorded.capture.pauses = vec![(at(6), at(6))]);
    assert_eq!(
        paused.says(&within(1)),
        "Inconclusive(Harness): client 1's `list`: 2.000 ms from the request's last byte (frame 5) to the reply's first \
         (frame 7), but the programs were paused meanwhile"
    );
    assert!(paused.says(&within(2)).starts_with("Pass: "));
}

#[test]
fn a_missing_reply_is_for_another_check() {
    let silent = LIFE.replacen("c1 < \"FILES 2\\n\"\n    c1 > .\n", "", 1);
    assert_ne!(silent, LIFE);
    assert_eq!(
        world(STEPS, 1, &silent).says(&within(1)),
        "Inconclusive(Program): client 1's `list` was not answered: there is no time to measure"
    );
}

#[test]
fn only_the_beginning_of_a_reply_counts() {
    let long = LIFE.replacen(
        "c1 < \"FILES 2\\n\"",
        "c1 < \"FILES \"\n c1 > .\n c1 > .\n c1 > .\n c1 < \"2\\n\"",
        1,
    );
    assert_eq!(
        world(STEPS, 1, &long).says(&within(2)),
        "Pass: 1 exchange, each reply begun within 2.000 ms, the slowest after 2.000 ms (frames 5–7)"
    );
}

#[test]
fn the_clock_starts_with_the_last_byte_of_a_request() {
    let in_pieces = LIFE.replacen(
        "c1 > \"LIST\\n\"",
        "c1 > \"LI\"\n c1 < .\n c1 < .\n c1 > \"ST\\n\"",
        1,
    );
    assert_eq!(
        world(STEPS, 1, &in_pieces).says(&within(2)),
        "Pass: 1 exchange, each reply begun within 2.000 ms, the slowest after 2.000 ms (frames 8–10)"
    );
}
