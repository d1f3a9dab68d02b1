use crate::drive::live::tests::{ACKNOWLEDGED, HANDSHAKE, ONE, REPLY, REQUEST, TWO, wire_since};

use super::*;

/// Of a step that begins with the capture, half a second long.
fn half_a_second(began: Instant) -> Deadline {
    Deadline {
        due: began + Duration::from_millis(500),
        latest: began + Duration::from_millis(2000),
    }
}

/// When the time of the first client is over, milliseconds after its step began, if the wire has shown this.
#[track_caller]
fn check(lines: &[&str], expected_ms: u64) {
    let began = Instant::now();
    let wire = wire_since(began, &lines.join("\n"));
    let deadline = half_a_second(began);
    assert_eq!(
        deadline.of(ONE, &wire) - began,
        Duration::from_millis(expected_ms)
    );
    assert_eq!(deadline.of(TWO, &wire), deadline.due);
}

#[test]
fn a_step_ends_at_its_time_if_nothing_moves() {
    check(&[HANDSHAKE], 500);
}

#[test]
fn a_step_goes_on_for_a_second_after_the_last_payload_either_way() {
    check(&[HANDSHAKE, REQUEST], 1004);
    check(&[HANDSHAKE, REQUEST, REPLY], 1005);
}

#[test]
fn acknowledgments_and_bytes_that_are_sent_again_are_no_progress() {
    check(&[HANDSHAKE, REQUEST, REPLY, ACKNOWLEDGED], 1005);
    check(&[HANDSHAKE, REQUEST, REQUEST], 1004);
}

#[test]
fn a_step_ends_after_four_times_its_time_whatever_moves() {
    let began = Instant::now();
    let wire = wire_since(began, &[HANDSHAKE, REQUEST].join("\n"));
    let short = Deadline {
        due: began + Duration::from_millis(10),
        latest: began + Duration::from_millis(40),
    };
    assert_eq!(short.of(ONE, &wire), short.latest);
    let made = Deadline::after(Duration::from_secs(15));
    assert_eq!(made.latest - made.due, Duration::from_secs(45));
}

#[tokio::test]
async fn what_comes_in_time_is_given_and_nothing_after_it() {
    let began = Instant::now();
    let wire = wire_since(began, HANDSHAKE);
    let in_time = half_a_second(began).bounds(ONE, &wire, std::future::ready(7));
    assert_eq!(in_time.await, Some(7));
    let over = Deadline {
        due: began,
        latest: began,
    };
    assert_eq!(over.bounds(ONE, &wire, pending::<()>()).await, None);
}
