//! Teardown: whose FIN proves a close, and which RST harms.

use synfin_core::diagnosis::Pattern;
use synfin_core::manifest::{Exit, SignalSent, StopAction};

use crate::setup::{LIFE, STEPS};
use crate::world::{World, at, world};

const CLOSE: &str = r#"check = "orderly-close""#;
const NO_RESET: &str = r#"check = "no-reset""#;

/// A client that asked once, and what the script says of the end.
pub(crate) fn ending(script: &str) -> World {
    let asked = LIFE.split("-- c1 quit").next().unwrap();
    world(STEPS, 1, &format!("{asked}\n-- c1 quit\n{script}"))
}

#[test]
fn fin_and_ack_both_ways_is_orderly() {
    assert_eq!(
        world(STEPS, 1, LIFE).says(CLOSE),
        "Pass: 1 connection closed in order, the last by frame 12"
    );
}

#[test]
fn fin_and_ack_may_share_a_segment() {
    let merged = ending("c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop");
    assert_eq!(
        merged.says(CLOSE),
        "Pass: 1 connection closed in order, the last by frame 11"
    );
}

#[test]
fn fins_that_cross_are_orderly() {
    let crossing = ending("c1 > F.\n c1 < F. stale\n c1 > .\n c1 < .\n -- c1 done\n -- stop");
    assert_eq!(
        crossing.says(CLOSE),
        "Pass: 1 connection closed in order, the last by frame 12"
    );
}

#[test]
fn the_server_may_go_on_sending_after_the_clients_fin() {
    let half = ending(
        "c1 > F.\n c1 < .\n c1 < \"BYE\\n\"\n c1 > .\n c1 < F.\n c1 > .\n -- c1 done\n -- stop",
    );
    assert_eq!(
        half.says(CLOSE),
        "Pass: 1 connection closed in order, the last by frame 14"
    );
}

#[test]
fn an_rst_after_both_fins_were_acknowledged_is_harmless() {
    let late = ending("c1 > F.\n c1 < F.\n c1 > .\n c1 < R\n -- c1 done\n -- stop");
    assert_eq!(
        late.says(CLOSE),
        "Pass: 1 connection closed in order, the last by frame 11"
    );
    assert_eq!(late.says(NO_RESET), "Pass: no RST on 1 connection");
}

#[test]
fn an_rst_instead_of_a_fin_fails() {
    let reset = ending("c1 > F.\n c1 < R.\n -- c1 done\n -- stop");
    assert_eq!(
        reset.says(CLOSE),
        "Fail: connection 0 (client 1): reset by the responder (frame 10)"
    );
    assert_eq!(
        reset.says(NO_RESET),
        "Fail: connection 0 (client 1): reset by the responder (frame 10)"
    );
}

#[test]
fn an_rst_after_ones_own_fin_is_put_down_to_what_still_came() {
    let script = |end: &str| format!("{end} c1 < \"NEWS\\n\"\n c1 > R.\n -- c1 done\n -- stop");
    let by_what = |end: &str, pattern: Pattern, saw: &str| {
        for check in [CLOSE, NO_RESET] {
            let verdict = ending(&script(end)).verdict(check);
            let finding = verdict.finding().unwrap();
            assert_eq!(finding.saw, format!("connection 0 (client 1): {saw}"));
            assert_eq!(finding.usually, pattern.usually());
        }
    };
    by_what(
        "c1 > F.\n",
        Pattern::ResetAfterFin,
        "reset by the initiator (frame 11, after its FIN 9)",
    );
    by_what("", Pattern::Reset, "reset by the initiator (frame 10)");
}

#[test]
fn an_rst_after_ones_own_fin_that_nothing_called_for_is_put_down_to_what_lay_unread() {
    let verdict = ending("c1 > F.\n c1 > R.\n -- c1 done\n -- stop").verdict(CLOSE);
    let finding = verdict.finding().unwrap();
    let saw = "connection 0 (client 1): reset by the initiator (frame 10, after its FIN 9)";
    assert_eq!(finding.saw, saw);
    assert_eq!(finding.usually, Pattern::Reset.usually());
}

#[test]
fn a_refused_syn_is_no_aborted_connection() {
    let refused = world(
        STEPS,
        1,
        "-- c1 connect\n c1 > S\n c1 < R.\n -- c1 ends in mid-step\n -- stop",
    );
    let said = "connection 0 (client 1): refused: nobody listened when the SYN came (SYN 2, answered by RST 3)";
    for check in [CLOSE, NO_RESET] {
        assert_eq!(refused.says(check), format!("Fail: {said}"));
        let verdict = refused.verdict(check);
        assert_eq!(
            verdict.finding().unwrap().usually,
            Pattern::Refused.usually()
        );
    }
    assert_eq!(
        refused.says(r#"check = "closes-first""#),
        format!("Fail: {said}; nothing was open that could be closed")
    );
}

#[test]
fn a_positive_reset_stays_a_fail_in_a_capture_that_is_not_whole() {
    let reset = ending("c1 > F.\n c1 < R.\n -- c1 done\n -- stop");
    let lossy = reset.with(|recorded| recorded.capture.dropped = 3);
    assert_eq!(
        lossy.says(NO_RESET),
        "Fail: connection 0 (client 1): reset by the responder (frame 10)"
    );
}

#[test]
fn no_rst_in_a_capture_that_is_not_whole_proves_nothing() {
    let lossy = world(STEPS, 1, LIFE).with(|recorded| recorded.capture.dropped = 3);
    assert_eq!(
        lossy.says(NO_RESET),
        "Inconclusive(Harness): no RST on 1 connection (the capture is not whole: 3 frames dropped)"
    );
}

#[test]
fn a_server_that_never_says_fin_fails() {
    let half = ending("c1 > F.\n c1 < .\n -- c1 done\n -- stop");
    assert_eq!(
        half.says(CLOSE),
        "Fail: connection 0 (client 1): the responder sent no FIN"
    );
    assert_eq!(
        half.says(r#"check = "orderly-close", by = "client""#),
        "Pass: 1 connection closed in order"
    );
}

#[test]
fn a_missing_fin_proves_nothing_in_a_capture_that_is_not_whole() {
    let half = ending("c1 > F.\n c1 < .\n -- c1 done\n -- stop");
    let lossy = half.with(|recorded| recorded.capture.dropped = 1);
    assert_eq!(
        lossy.says(CLOSE),
        "Inconclusive(Harness): connection 0 (client 1): the responder sent no FIN, but the capture is not whole: 1 frame dropped"
    );
}

#[test]
fn a_recording_that_was_lossy_twice_is_the_programs_doing() {
    let lossy = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.capture.dropped = 3;
        recorded.attempt = 2;
    });
    assert_eq!(
        lossy.says(NO_RESET),
        "Inconclusive(Program): no RST on 1 connection (the capture is not whole: 3 frames dropped)"
    );
}

#[test]
fn a_fin_after_our_first_stop_action_proves_nothing() {
    let stopped = ending("-- c1 times out\n -- stop\n c1 > F.\n c1 < F.\n c1 > .\n");
    assert_eq!(
        stopped.says(CLOSE),
        "Fail: connection 0 (client 1): the initiator sent no FIN before we stopped the programs (FIN: frame 9)"
    );
}

#[test]
fn a_killed_idle_programs_fin_proves_nothing() {
    let steps = &["connect", "list", "kill@1"];
    let asked = LIFE.split("-- c1 quit").next().unwrap();
    let script = format!("{asked}\n-- c1 kill\n c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop");
    let killed = world(steps, 1, &script).with(|recorded| {
        let client = &mut recorded.processes[1];
        client.exit = Some(Exit::Signal { signal: 9 });
        client.exited_at = Some(at(10));
        client.stop_actions = vec![StopAction {
            at: at(8) + 600_000,
            signal: SignalSent::Kill,
            is_fault_step: true,
        }];
    });
    assert_eq!(
        killed.says(r#"check = "orderly-close", clients = "1""#),
        "Inconclusive(Harness): connection 0 (client 1): the initiator had been killed by a step: its FIN proves nothing (FIN: frame 9)"
    );
    assert_eq!(
        killed.says(r#"check = "orderly-close", clients = "1", by = "server""#),
        "Pass: 1 connection closed in order, the last by frame 11"
    );
}

#[test]
fn a_crashed_programs_fin_is_the_kernels() {
    let crashed = world(STEPS, 1, LIFE).with(|recorded| {
        let client = &mut recorded.processes[1];
        client.exit = Some(Exit::Signal { signal: 11 });
        client.exited_at = Some(at(10));
    });
    assert_eq!(
        crashed.says(CLOSE),
        "Fail: connection 0 (client 1): the initiator crashed: its FIN is the kernel's (FIN: frame 9)"
    );
}

#[test]
fn nobody_is_blamed_for_an_open_connection_that_no_step_ends() {
    let asked = LIFE.split("-- c1 quit").next().unwrap();
    let open = world(
        &["connect", "list"],
        1,
        &format!("{asked}\n-- c1 done\n-- stop"),
    );
    assert_eq!(
        open.says(CLOSE),
        "Inconclusive(Harness): connection 0 (client 1): the initiator sent no FIN, and no step asked client 1 to quit"
    );
}

#[test]
fn an_unknown_way_of_closing_is_a_load_error() {
    let world = world(STEPS, 1, LIFE);
    let rubric = world.rubric(r#"check = "orderly-close", by = "servr""#);
    let source = synfin_core::checks::SourceText {
        name: "rubric.toml",
        text: &rubric,
    };
    let parsed = synfin_core::spec::Rubric::parse(source.name, source.text).unwrap();
    let error = synfin_core::checks::bind(&parsed.items[0].checks[0], source).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(problem.message, "`by` is one of `both`, `server`, `client`");
    assert_eq!(
        problem.suggestion.as_deref(),
        Some("did you mean `server`?")
    );
    assert_eq!(&rubric[problem.span.clone()], "by");
}

#[test]
fn a_client_that_resets_before_the_server_could_close_decides_nothing_of_the_server() {
    let reset = ending("c1 > R.\n -- c1 done\n -- stop");
    assert_eq!(
        reset.says(r#"check = "orderly-close", by = "server""#),
        "Inconclusive(Program): connection 0 (client 1): reset by the initiator (frame 9), before the other side could close"
    );
}
