//! Who closes first, and what comes after a FIN.

use synfin_core::manifest::{Exit, SignalSent, StopAction};

use crate::close::ending;
use crate::setup::{LIFE, STEPS};
use crate::world::{at, world};

const BY_CLIENT: &str = r#"check = "closes-first", by = "client""#;
const BY_SERVER: &str = r#"check = "closes-first", by = "server""#;
const NO_DATA: &str = r#"check = "no-data-after-fin""#;

#[test]
fn the_first_fin_tells_who_closes_first() {
    let life = world(STEPS, 1, LIFE);
    assert_eq!(
        life.says(BY_CLIENT),
        "Pass: 1 connection closed first by the initiator"
    );
    assert_eq!(life.says(r#"check = "closes-first""#), life.says(BY_CLIENT));
    assert_eq!(
        life.says(BY_SERVER),
        "Fail: connection 0 (client 1): the initiator closed first (FIN: frame 9)"
    );
}

#[test]
fn a_reset_is_a_close_and_is_called_one() {
    let reset = ending("c1 < R.\n -- c1 done\n -- stop");
    assert_eq!(
        reset.says(BY_SERVER),
        "Pass: 1 connection closed first by the responder"
    );
    assert_eq!(
        reset.says(BY_CLIENT),
        "Fail: connection 0 (client 1): the responder aborted the connection by RST (frame 9); nobody had closed it"
    );
}

#[test]
fn fins_that_crossed_fail_nobody() {
    let crossing = ending("c1 > F.\n c1 < F. stale\n c1 > .\n c1 < .\n -- c1 done\n -- stop");
    assert_eq!(
        crossing.says(BY_CLIENT),
        "Pass: 1 connection closed first by the initiator"
    );
    assert_eq!(
        crossing.says(BY_SERVER),
        "Inconclusive(Program): connection 0 (client 1): the initiator closed first (FIN: frame 9), but the FINs crossed: \
         the responder had not seen it when it closed"
    );
}

#[test]
fn what_closes_after_our_stop_is_nobodys_first() {
    let stopped = ending("-- c1 times out\n -- stop\n c1 < F.\n c1 > .");
    assert_eq!(
        stopped.says(BY_SERVER),
        "Fail: connection 0 (client 1): the responder did not close before we stopped the programs"
    );
}

#[test]
fn nobody_who_was_not_asked_to_quit_has_to_close() {
    let script = LIFE.split("-- c1 quit").next().unwrap();
    let open = world(
        &["connect", "list"],
        1,
        &format!("{script} -- c1 done\n -- stop"),
    );
    assert_eq!(
        open.says(BY_CLIENT),
        "Inconclusive(Harness): connection 0 (client 1): the initiator did not close before we stopped the programs, and no \
         step asked client 1 to quit"
    );
}

#[test]
fn a_killed_clients_fin_proves_nothing() {
    let killed = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.processes[1].stop_actions = vec![StopAction {
            at: at(8),
            signal: SignalSent::Kill,
            is_fault_step: true,
        }];
    });
    assert_eq!(
        killed.says(BY_SERVER),
        "Inconclusive(Harness): connection 0 (client 1): the initiator closed first (FIN: frame 9), whose program a step had \
         killed: that proves nothing"
    );
}

#[test]
fn a_crashed_servers_fin_is_no_close_of_its_own() {
    let crashed = ending("c1 < F.\n c1 > F.\n c1 < .\n -- c1 done\n -- stop").with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(Exit::Signal { signal: 11 });
        server.exited_at = Some(at(9));
    });
    assert_eq!(
        crashed.says(BY_SERVER),
        "Fail: connection 0 (client 1): the responder closed first (FIN: frame 9): it crashed, and its kernel closed"
    );
}

#[test]
fn who_closed_first_is_not_known_where_frames_are_missing() {
    let lossy = world(STEPS, 1, LIFE).with(|recorded| recorded.capture.dropped = 1);
    assert_eq!(
        lossy.says(BY_CLIENT),
        "Inconclusive(Harness): 1 connection closed first by the initiator (the capture is not whole: 1 frame dropped)"
    );
}

#[test]
fn payload_to_a_side_that_has_closed_is_legal() {
    let half = ending(
        "c1 > F.\n c1 < .\n c1 < \"BYE\\n\"\n c1 > .\n c1 < F.\n c1 > .\n -- c1 done\n -- stop",
    );
    assert_eq!(
        half.says(NO_DATA),
        "Pass: no payload beyond a FIN on 1 connection; 4 bytes after the other side's FIN, which is legal"
    );
}

#[test]
fn payload_sent_again_after_the_fin_is_not_beyond_it() {
    let again = ending(
        "c1 > \"BYE\\n\"\n c1 > \"BYE\\n\" again\n c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop",
    );
    assert_eq!(
        again.says(NO_DATA),
        "Pass: no payload beyond a FIN on 1 connection"
    );
}

#[test]
fn payload_beyond_the_senders_own_fin_fails() {
    let beyond =
        ending("c1 > F.\n c1 > \"MORE\"\n c1 < .\n c1 < F.\n c1 > .\n -- c1 done\n -- stop");
    assert_eq!(
        beyond.says(NO_DATA),
        "Fail: connection 0 (client 1): the initiator sent 4 bytes beyond its FIN (frame 9), first in frame 10"
    );
}
