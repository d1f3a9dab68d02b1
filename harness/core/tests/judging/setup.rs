//! Setup: where the server listens, handshakes, and what is accepted; and the order of a whole life.

use std::net::SocketAddr;

use synfin_core::checks::Evidence;
use synfin_core::manifest::{Role, SocketState};
use synfin_core::pcap::FrameNumber;

use crate::world::{SERVER, World, at, socket, world};

pub(crate) const STEPS: &[&str] = &["connect", "list", "quit"];

/// One client's whole life, as it should be: frames 2 to 12.
pub(crate) const LIFE: &str = r#"
    -- c1 connect
    c1 > S
    c1 < S.
    c1 > .
    -- c1 list
    c1 > "LIST\n"
    c1 < .
    c1 < "FILES 2\n"
    c1 > .
    -- c1 quit
    c1 > F.
    c1 < .
    c1 < F.
    c1 > .
    -- c1 done
    -- stop
"#;

const LISTENS: &str = r#"check = "server-listens""#;
const HANDSHAKE: &str = r#"check = "handshake-completes""#;
const ACCEPTED: &str = r#"check = "connection-accepted""#;
const IN_ORDER: &str = r#"check = "lifecycle-in-order""#;

fn life() -> World {
    world(STEPS, 1, LIFE)
}

/// The whole life with one line replaced by others.
fn life_but(line: &str, instead: &str) -> World {
    assert!(LIFE.contains(line), "{line:?} is not in the script");
    world(STEPS, 1, &LIFE.replacen(line, instead, 1))
}

pub(crate) fn listening_at(address: &str) -> World {
    let nobody = "0.0.0.0:0".parse().unwrap();
    world(STEPS, 1, "-- stop").with(|recorded| {
        let row = socket(address.parse().unwrap(), nobody, SocketState::Listen);
        recorded.socket_samples[0].sockets = vec![row];
    })
}

#[test]
fn a_server_in_listen_at_its_address_passes() {
    assert_eq!(
        life().says(LISTENS),
        "Pass: 127.0.0.1:5001 LISTEN 1.000 ms after start; SYN 2 → SYN-ACK 3"
    );
}

#[test]
fn the_wildcard_of_the_same_family_listens_too_and_is_named() {
    assert_eq!(
        listening_at("0.0.0.0:5001").says(LISTENS),
        "Pass: 0.0.0.0:5001 LISTEN 1.000 ms after start"
    );
}

#[test]
fn the_wildcard_of_ipv6_listens_for_ipv4_where_that_was_found_or_a_syn_was_answered() {
    assert_eq!(
        listening_at("[::]:5001").says(LISTENS),
        "Pass: [::]:5001 LISTEN 1.000 ms after start"
    );
    let not_found = listening_at("[::]:5001").with(|recorded| recorded.listening_at = None);
    assert_eq!(
        not_found.says(LISTENS),
        "Fail: the server listens at [::]:5001 (IPv6 only), not at 127.0.0.1:5001"
    );
    let answered = life().with(|recorded| {
        let row = &mut recorded.socket_samples[0].sockets[0];
        row.local = "[::]:5001".parse().unwrap();
    });
    assert_eq!(
        answered.says(LISTENS),
        "Pass: [::]:5001 LISTEN 1.000 ms after start; SYN 2 → SYN-ACK 3"
    );
}

#[test]
fn a_server_that_listens_elsewhere_fails_and_so_does_all_that_follows() {
    let elsewhere = listening_at("127.0.0.1:5002");
    let expected = "Fail: the server listens at 127.0.0.1:5002, not at 127.0.0.1:5001";
    assert_eq!(elsewhere.says(LISTENS), expected);
    assert_eq!(elsewhere.says(HANDSHAKE), expected);
}

#[test]
fn a_server_that_died_before_it_listened_fails_with_its_end() {
    let died = world(STEPS, 1, "-- stop").with(|recorded| {
        recorded.socket_samples[0].sockets.clear();
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(synfin_core::manifest::Exit::Code { code: 1 });
        server.exited_at = Some(at(1));
    });
    assert_eq!(
        died.says(LISTENS),
        "Fail: the server exited with code 1, 1.000 ms after its start and never listened at 127.0.0.1:5001"
    );
}

#[test]
fn a_client_that_listens_is_not_the_server() {
    let wrong = listening_at(SERVER).with(|recorded| {
        recorded.socket_samples[0].sockets[0].owner = Some(Role::Client(1));
    });
    assert_eq!(
        wrong.says(LISTENS),
        "Fail: the server never listened at 127.0.0.1:5001"
    );
}

#[test]
fn without_any_sample_or_syn_nobody_knows_whether_it_listened() {
    let unseen = world(STEPS, 1, "-- stop").with(|recorded| recorded.socket_samples.clear());
    assert_eq!(
        unseen.says(LISTENS),
        "Inconclusive(Harness): no SYN to 127.0.0.1:5001 was answered, and no socket table was sampled"
    );
}

#[test]
fn a_whole_handshake_passes() {
    assert_eq!(
        life().says(HANDSHAKE),
        "Pass: 1 handshake completed, the first SYN 2 → SYN-ACK 3 → ACK 4"
    );
}

#[test]
fn a_syn_sent_again_is_the_same_handshake() {
    assert_eq!(
        life_but("c1 < S.", "c1 > S again\n c1 < S.").says(HANDSHAKE),
        "Pass: 1 handshake completed, the first SYN 2 → SYN-ACK 4 → ACK 5"
    );
}

#[test]
fn a_refused_syn_fails() {
    let refused = world(
        STEPS,
        1,
        "-- c1 connect\n c1 > S\n c1 < R.\n -- c1 ends in mid-step\n -- stop",
    );
    assert_eq!(
        refused.says(HANDSHAKE),
        "Fail: connection 0 (client 1): the SYN was answered by RST"
    );
}

#[test]
fn a_client_that_sends_no_syn_fails_with_the_step_it_did_not_do() {
    let silent = world(STEPS, 1, "-- c1 connect\n -- c1 times out\n -- stop");
    assert_eq!(
        silent.says(HANDSHAKE),
        "Fail: client 1 sent no SYN: `connect` timed out waiting for a reply"
    );
}

#[test]
fn a_capture_that_begins_in_mid_stream_tells_no_handshake() {
    let late = life_but("-- c1 list", "-- capture begins\n -- c1 list");
    assert_eq!(
        late.says(HANDSHAKE),
        "Inconclusive(Harness): connection 0 (client 1): the capture begins in the middle of it"
    );
}

#[test]
fn payload_from_the_server_proves_that_it_accepted() {
    assert_eq!(life().says(ACCEPTED), "Pass: 1 connection accepted");
}

const HANDSHAKE_ONLY: &str = "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 times out\n";

#[test]
fn a_finished_handshake_is_not_accepted() {
    let script = format!("{HANDSHAKE_ONLY}-- sample c1 asleep: c1 unaccepted\n -- stop");
    let waiting = world(STEPS, 1, &script);
    assert_eq!(
        waiting.says(HANDSHAKE),
        "Pass: 1 handshake completed, the first SYN 2 → SYN-ACK 3 → ACK 4"
    );
    assert_eq!(
        waiting.says(ACCEPTED),
        "Fail: connection 0 (client 1): the handshake is complete, and the server never accepted it"
    );
}

#[test]
fn a_server_side_socket_proves_that_it_accepted() {
    let script = format!("{HANDSHAKE_ONLY}-- sample c1 asleep: c1 read\n -- stop");
    assert_eq!(
        world(STEPS, 1, &script).says(ACCEPTED),
        "Pass: 1 connection accepted"
    );
}

#[test]
fn a_fin_from_the_server_proves_that_it_accepted() {
    let closed = "c1 < F.\n c1 > F.\n c1 < .\n";
    let script = format!("{HANDSHAKE_ONLY}{closed}-- sample c1 asleep: c1 unaccepted\n -- stop");
    assert_eq!(
        world(STEPS, 1, &script).says(ACCEPTED),
        "Pass: 1 connection accepted"
    );
}

#[test]
fn without_a_sample_or_payload_nobody_knows_whether_it_accepted() {
    assert_eq!(
        world(STEPS, 1, &format!("{HANDSHAKE_ONLY}-- stop")).says(ACCEPTED),
        "Inconclusive(Harness): connection 0 (client 1): no payload from the server, and no socket sample has it"
    );
}

#[test]
fn a_whole_life_is_in_order() {
    assert_eq!(
        life().says(IN_ORDER),
        "Pass: 1 connection in order, the first: setup 2–4, payload 5–7, teardown done 12"
    );
}

#[test]
fn data_on_the_third_ack_is_in_order() {
    let world = life_but(
        "c1 > .\n    -- c1 list\n    c1 > \"LIST\\n\"",
        "-- c1 list\n c1 > \"LIST\\n\"",
    );
    assert_eq!(
        world.says(IN_ORDER),
        "Pass: 1 connection in order, the first: setup 2–4, payload 4–6, teardown done 11"
    );
}

#[test]
fn payload_after_the_other_sides_fin_is_in_order() {
    let half_closed = life_but("c1 < F.", "c1 < \"BYE\\n\"\n c1 > .\n c1 < F.");
    assert_eq!(
        half_closed.says(IN_ORDER),
        "Pass: 1 connection in order, the first: setup 2–4, payload 5–11, teardown done 14"
    );
}

#[test]
fn a_request_sent_again_is_no_disorder() {
    let again = life_but("c1 < .\n", "c1 > \"LIST\\n\" again\n c1 < .\n");
    assert_eq!(
        again.says(IN_ORDER),
        "Pass: 1 connection in order, the first: setup 2–4, payload 5–8, teardown done 13"
    );
}

#[test]
fn a_life_without_payload_fails() {
    let script = "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 list\n -- c1 quit\n c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop";
    assert_eq!(
        world(STEPS, 1, script).says(IN_ORDER),
        "Fail: connection 0 (client 1): it carried no payload"
    );
}

#[test]
fn a_life_without_payload_passes_where_no_step_asks_for_any() {
    let script = "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 quit\n c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop";
    assert_eq!(
        world(&["connect", "quit"], 1, script).says(IN_ORDER),
        "Pass: 1 connection in order, the first: setup 2–4, no payload, teardown done 7"
    );
}

#[test]
fn a_life_that_we_ended_is_not_in_order() {
    let open = life_but("c1 > F.", "-- stop\n c1 > F.");
    assert_eq!(
        open.says(IN_ORDER),
        "Fail: connection 0 (client 1): the initiator sent no FIN before we stopped the programs (FIN: frame 9)"
    );
}

#[test]
fn a_capture_that_is_not_whole_proves_no_order() {
    let lossy = life().with(|recorded| recorded.capture.dropped = 1);
    assert_eq!(
        lossy.says(IN_ORDER),
        "Inconclusive(Harness): 1 connection in order, the first: setup 2–4, payload 5–7, teardown done 12 (the capture is not whole: 1 frame dropped)"
    );
}

/// One client, or two in turn, whose SYNs are refused; the server's address is another.
fn dials_elsewhere(clients: u32) -> World {
    let refused = |client| {
        format!(
            "-- c{client} connect\n c{client} > S\n c{client} < R.\n -- c{client} ends in mid-step\n"
        )
    };
    let script: String = (1..=clients).map(refused).collect();
    let server: SocketAddr = "127.0.0.1:5002".parse().unwrap();
    world(&["connect", "list"], clients, &(script + "-- stop")).with(|recorded| {
        recorded.server = server;
        recorded.socket_samples[0].sockets[0].local = server;
    })
}

#[test]
fn a_client_that_dialled_another_port_is_told_where_it_went() {
    let saw =
        "client 1 dialled 127.0.0.1:5001 (frame 2), and the server's address is 127.0.0.1:5002";
    let owned = dials_elsewhere(1);
    for check in [HANDSHAKE, ACCEPTED, IN_ORDER] {
        assert_eq!(owned.says(check), format!("Fail: {saw}"));
    }
    let verdict = owned.verdict(HANDSHAKE);
    let Evidence::Frames { frames, .. } = &verdict.finding().unwrap().evidence[0] else {
        panic!("{verdict:?}");
    };
    assert_eq!(frames, &[FrameNumber(2), FrameNumber(3)]);
}

#[test]
fn a_syn_of_nobody_is_the_clients_that_was_alone_at_work() {
    let nobodys = dials_elsewhere(2).with(|recorded| recorded.attributions.clear());
    let saw = |client: u32, frame: u32| {
        format!(
            "client {client} sent no SYN to the server at 127.0.0.1:5002; when it was to connect, a SYN went to 127.0.0.1:5001 \
             (frame {frame})"
        )
    };
    assert_eq!(
        nobodys.says(HANDSHAKE),
        format!("Fail: {}; {}", saw(1, 2), saw(2, 4))
    );
    let at_once = nobodys.with(|recorded| {
        recorded.client_steps[1].steps[0].after_frame = Some(1);
        recorded.client_steps[0].steps[0].done_frame = Some(5);
    });
    assert_eq!(
        at_once.says(HANDSHAKE),
        "Fail: client 1 sent no SYN: the program ended during `connect`; client 2 sent no SYN: the program ended during `connect`"
    );
}
