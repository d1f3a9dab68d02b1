//! Clients that hold no connection: dialled on request, or only to see whether the server is there.

use synfin_core::manifest::Role;

use crate::setup::STEPS;
use crate::world::{World, world};

const HANDSHAKE: &str = r#"check = "handshake-completes""#;
const IN_ORDER: &str = r#"check = "lifecycle-in-order""#;
const DOWN: &str = r#"check = "refused-when-down""#;
const TWO: &str = r#"check = "served-concurrently", at_least = 2"#;

const HANG_UP: &str = "c1 > F.\n c1 < F.\n c1 > .\n";

/// A connection on which something is asked, told as that of a client of this number.
fn asked(number: u32) -> String {
    "c > S\n c < S.\n c > .\n c > \"LIST\\n\"\n c < .\n c < \"FILES 2\\n\"\n c > .\n c > F.\n c < F.\n c > .\n"
        .replace("c ", &format!("c{number} "))
}

/// All connections are those of the first clients, in turn.
fn shared_by(clients: u32, world: World) -> World {
    world.with(|recorded| {
        for attribution in &mut recorded.attributions {
            attribution.client = (attribution.client - 1) % clients + 1;
            attribution.owner = Some(Role::Client(attribution.client));
        }
    })
}

/// A client that dials, hangs up and then asks on another connection, or not.
fn tried_first(then: &str) -> World {
    let tried = format!("-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n {HANG_UP}");
    shared_by(
        1,
        world(STEPS, 1, &format!("{tried}-- c1 list\n{then}-- stop")),
    )
}

#[test]
fn a_try_beside_a_connection_that_carries_all_requests_is_no_disorder() {
    assert_eq!(
        tried_first(&format!("{}-- c1 quit\n", asked(2))).says(IN_ORDER),
        "Pass: 2 connections in order, the first: setup 2–4, no payload, teardown done 7"
    );
}

#[test]
fn a_connection_without_payload_is_a_disorder_where_a_request_was_missed() {
    let saw = "Fail: connection 0 (client 1): it carried no payload";
    assert_eq!(tried_first("-- c1 times out\n").says(IN_ORDER), saw);
    let missed = format!("{}-- c1 times out\n", asked(2));
    assert_eq!(tried_first(&missed).says(IN_ORDER), saw);
}

#[test]
fn a_client_that_dials_on_request_is_in_order() {
    let script = format!("-- c1 connect\n-- c1 list\n{}-- c1 quit\n-- stop", asked(1));
    assert_eq!(
        world(STEPS, 1, &script).says(IN_ORDER),
        "Pass: 1 connection in order, the first: setup 2–4, payload 5–7, teardown done 11"
    );
}

#[test]
fn a_client_that_never_dials_fails_at_its_first_request() {
    let never = world(
        STEPS,
        1,
        "-- c1 connect\n-- c1 list\n-- c1 times out\n-- stop",
    );
    let saw = "Fail: client 1 sent no SYN: `list` timed out waiting for a reply";
    assert_eq!(never.says(HANDSHAKE), saw);
    assert_eq!(never.says(IN_ORDER), saw);
}

const NOT_ASKED: &str = "Inconclusive(Harness): client 1 sent no SYN when it was started, and no step asks it for anything: \
                         if it dials on request, the scenario needs a request, such as `list`, after `connect`";

#[test]
fn a_client_that_is_asked_for_nothing_shows_nothing() {
    let idle = world(
        &["connect", "quit"],
        1,
        "-- c1 connect\n-- c1 quit\n-- stop",
    );
    assert_eq!(idle.says(HANDSHAKE), NOT_ASKED);
    assert_eq!(idle.says(IN_ORDER), NOT_ASKED);
}

#[test]
fn a_client_that_is_asked_for_nothing_does_not_matter_beside_one_that_is() {
    let steps = ["connect@1", "quit@1", "connect@2", "list@2", "quit@2"];
    let script = "-- c1 connect\n-- c1 quit\n-- c2 connect\n-- c2 list\n";
    let second = world(
        &steps,
        2,
        &format!("{script}{}-- c2 quit\n-- stop", asked(2)),
    );
    assert_eq!(
        second.says(HANDSHAKE),
        "Pass: 1 handshake completed, the first SYN 2 → SYN-ACK 3 → ACK 4"
    );
}

#[test]
fn whether_a_client_tells_that_nobody_listens_shows_only_when_it_dials() {
    let idle = world(&["connect"], 1, "-- c1 connect\n-- stop").server_down();
    assert_eq!(idle.says(DOWN), NOT_ASKED);
    let dialled = "-- c1 connect\n-- c1 list\n c1 > S\n c1 < R.\n-- c1 ends in mid-step\n-- stop";
    let told = world(&["connect", "list"], 1, dialled)
        .server_down()
        .with(|recorded| {
            let client = &mut recorded.processes[0];
            client.last_lines = vec!["no server is there".to_owned()];
        });
    assert_eq!(
        told.says(DOWN),
        "Pass: client 1 refused: exited with code 0, 3.500 ms after its start, saying “no server is there”"
    );
}

#[test]
fn clients_with_one_connection_after_another_need_not_be_open_at_once() {
    let steps = ["connect", "list", "hold", "list", "quit"];
    let connect = "-- c1 connect\n-- c2 connect\n";
    let first = format!("-- c1 list\n{}-- c2 list\n{}", asked(1), asked(2));
    let second = format!(
        "-- c1 hold\n-- c2 hold\n-- c1 list\n{}-- c2 list\n{}",
        asked(3),
        asked(4)
    );
    let quit = "-- c1 quit\n-- c2 quit\n-- stop";
    let world = world(&steps, 2, &format!("{connect}{first}{second}{quit}"));
    assert_eq!(
        shared_by(2, world).says(TWO),
        "Inconclusive(Harness): client 1 has one connection after another, and holds none open between its requests: \
         1 connection open (frame 3), 1 answered; the 2nd answer is frame 17, 8.000 ms after connection 0 closed (9)"
    );
}
