//! Something goes wrong on purpose; does the server go on?

use synfin_core::diagnosis::Pattern;
use synfin_core::manifest::{
    Exit, RawClientRecord, Role, SampleReason, SignalSent, SocketRow, SocketSample, SocketState,
    StepOutcome, StopAction,
};

use crate::world::{SERVER, World, address, at, socket, world};

const SURVIVES: &str = r#"check = "survives""#;
const REBINDS: &str = r#"check = "rebinds""#;

/// Client 1 is a program, client 2 a raw client that does `fault` before the program comes.
fn raw_client(fault: &str, script: &str) -> World {
    let steps = ["connect@2", fault, "connect@1", "list@1", "quit@1"];
    let fault = fault.split('@').next().unwrap();
    let script = format!(
        r#"
        -- c2 connect
        c2 > S
        c2 < S.
        c2 > .
        -- c2 {fault}
        {script}
        -- c2 done
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
        c1 < F.
        c1 > .
        -- c1 done
        -- stop
        "#
    );
    world(&steps, 2, &script).with(|recorded| {
        recorded.raw_clients.push(RawClientRecord {
            client: 2,
            log: "s/client-2.log".to_owned(),
            sent_bytes: 0,
            received_bytes: 0,
        });
        recorded.processes.pop();
    })
}

#[test]
fn each_fault_is_told_by_the_frame_that_shows_it() {
    let told = |fault: &str, script: &str| raw_client(fault, script).says(SURVIVES);
    let survived = "after it 1 client answered, 1 of them newly connected, and the server ran on for 10.000 ms";
    assert_eq!(
        told("reset@2", "c2 > R."),
        format!("Pass: client 2 reset its connection (frame 5); {survived}")
    );
    assert_eq!(
        told("half-close@2", "c2 > F.\n c2 < ."),
        format!("Pass: client 2 closed its side (frame 5); {survived}")
    );
    assert_eq!(
        told("garbage@2 5", "c2 > \"?!?!?\"\n c2 < R."),
        format!("Pass: client 2 sent garbage, 5 bytes (frame 5); {survived}")
    );
    assert_eq!(
        told("stall@2 list", "c2 > \"LIST\\n\"\n c2 < ."),
        format!("Pass: client 2 asked for `list` and read no reply (frame 5); {survived}")
    );
}

#[test]
fn a_server_that_ends_of_what_is_no_request_is_not_told_of_a_broken_connection() {
    let causes = |fault: &str, script: &str| {
        let verdict = raw_client(fault, script)
            .with(|recorded| {
                let server = &mut recorded.processes[0];
                server.stop_actions.clear();
                server.exit = Some(Exit::Code { code: 1 });
                server.exited_at = Some(at(6));
            })
            .verdict(SURVIVES);
        verdict.finding().unwrap().usually.clone()
    };
    assert_eq!(
        causes("garbage@2 5", "c2 > \"?!?!?\"\n c2 < R."),
        Pattern::DiedOfInput.usually()
    );
    assert_eq!(
        causes("reset@2", "c2 > R."),
        Pattern::DiedWithClient.usually()
    );
}

#[test]
fn a_fault_that_the_wire_does_not_show_decides_nothing() {
    let unseen = raw_client("reset@2", "c2 > F.\n c2 < .");
    assert_eq!(
        unseen.says(SURVIVES),
        "Inconclusive(Harness): `reset@2` was not seen on the wire"
    );
}

#[test]
fn a_fault_in_the_middle_of_a_transfer_counts_only_if_the_transfer_was_met() {
    let missed = raw_client("reset@2 during upload a 9", "c2 > R.").with(|recorded| {
        recorded.client_steps[1].steps[1].outcome = StepOutcome::TimedOut {
            waiting_for: "the file to be on its way".to_owned(),
        };
    });
    assert_eq!(
        missed.says(SURVIVES),
        "Inconclusive(Harness): `reset@2 during upload a 9` was not done"
    );
}

#[test]
fn connections_of_a_raw_client_that_goes_wrong_are_left_out_by_default() {
    let reset = raw_client("reset@2", "c2 > R.");
    assert_eq!(
        reset.says(r#"check = "no-reset""#),
        "Pass: no RST on 1 connection"
    );
    assert_eq!(
        reset.says(r#"check = "orderly-close""#),
        "Pass: 1 connection closed in order, the last by frame 15"
    );
}

#[test]
fn what_the_target_has_no_bytes_for_is_skipped() {
    let untold = raw_client("slow@2 list", "").with(|recorded| {
        recorded.client_steps[1].steps[1].outcome = StepOutcome::Unsupported;
    });
    assert_eq!(
        untold.says(SURVIVES),
        "Skipped: the target's [raw.steps] has no `list`"
    );
}

#[test]
fn a_transfer_that_nobody_can_begin_cannot_be_interrupted() {
    let steps = [
        "connect@1",
        "kill@1 during upload a.bin 8MiB",
        "connect@2",
        "list@2",
    ];
    let untold = world(&steps, 2, "-- stop").with(|recorded| {
        recorded.client_steps[0].steps[1].outcome = StepOutcome::Unsupported;
    });
    for check in [SURVIVES, r#"check = "not-spinning""#] {
        assert_eq!(
            untold.says(check),
            "Skipped: the target gives no way to do `upload`"
        );
    }
}

#[test]
fn a_transfer_that_a_fault_was_to_interrupt_is_known_by_its_reply() {
    let steps = [
        "connect@1",
        "kill@1 during download a.bin",
        "connect@2",
        "list@2",
    ];
    let script = r#"
        -- c1 connect
        c1 > S
        c1 < S.
        c1 > .
        -- c1 kill
        c1 > "GET a.bin\n"
        c1 < .
        -- c1 times out
        -- sample c1 asleep: c1 unaccepted
        -- stop
        c1 < "DATA"
        c1 > .
    "#;
    let kept_waiting = world(&steps, 2, script);
    assert_eq!(
        kept_waiting.says(SURVIVES),
        "Fail: `kill@1 during download a.bin` was not done: client 1's request was answered too late (frame 7, after its step was given up): its connection was not accepted (no server-side socket); the client waited 2.500 ms"
    );
}

/// Client 1 is there when the server is started again, client 2 comes after.
fn restarted(outcome: &StepOutcome, script: &str) -> World {
    let steps = ["connect@1", "restart", "connect@2", "list@2", "quit@2"];
    let script = format!(
        r"
        -- c1 connect
        c1 > S
        c1 < S.
        c1 > .
        -- c1 restart
        -- c2 restart
        c1 < R.
        {script}
        -- stop
        "
    );
    world(&steps, 2, &script).with(|recorded| {
        for client in &mut recorded.client_steps {
            let mut steps = client.steps.iter_mut();
            let restart = steps.find(|it| it.step == "restart").unwrap();
            restart.outcome = outcome.clone();
        }
        let mut first = recorded.processes[0].clone();
        first.exited_at = Some(at(6));
        first.stop_actions = vec![StopAction {
            at: at(5),
            signal: SignalSent::Term,
            is_fault_step: true,
        }];
        recorded.processes.insert(0, first);
    })
}

const SECOND_LIFE: &str = r#"
    -- c1 done
    -- c2 done
    -- c2 connect
    c2 > S
    c2 < S.
    c2 > .
    -- c2 list
    c2 > "LIST\n"
    c2 < .
    c2 < "FILES 2\n"
    c2 > .
    -- c2 quit
    c2 > F.
    c2 < F.
    c2 > .
    -- c2 done
"#;

#[test]
fn a_server_that_serves_after_its_restart_survives_it() {
    let served = restarted(&StepOutcome::Done, SECOND_LIFE);
    assert_eq!(
        served.says(SURVIVES),
        "Pass: the server was restarted (frame 5); after it 1 client answered, 1 of them newly connected, and the server ran on for 10.000 ms"
    );
}

#[test]
fn connections_that_a_restart_met_are_left_out_by_default() {
    let served = restarted(&StepOutcome::Done, SECOND_LIFE);
    assert_eq!(
        served.says(r#"check = "no-reset""#),
        "Pass: no RST on 1 connection"
    );
}

/// The socket table when the server was gone, and again when it was back: these were left on its port.
fn left(world: World, before: &[SocketState], after: &[SocketState]) -> World {
    let restart = SampleReason::Restart { entry: 1 };
    let samples = [
        (at(6), restart, before),
        (at(7), SampleReason::Listen, after),
    ];
    world.with(|recorded| {
        for (at, reason, states) in samples {
            let server = SERVER.parse().unwrap();
            let sockets = states
                .iter()
                .map(|state| socket(server, address(1), *state));
            recorded.socket_samples.push(SocketSample {
                at,
                reason,
                sockets: sockets.collect(),
                listen_overflows: 0,
                server_runs: Some(false),
                unlisted: None,
            });
        }
    })
}

const BOTH: &[SocketState] = &[SocketState::TimeWait, SocketState::FinWait2];

#[test]
fn a_server_that_listens_beside_what_is_left_of_its_last_life_rebinds() {
    let served = restarted(&StepOutcome::Done, SECOND_LIFE);
    assert_eq!(
        left(served, BOTH, BOTH).says(REBINDS),
        "Pass: the server listened again beside 2 sockets of its last life (FIN_WAIT2, TIME_WAIT)"
    );
}

#[test]
fn a_restart_on_a_port_that_was_free_tells_nothing_about_rebinding() {
    for (outcome, before) in [
        (StepOutcome::Done, BOTH),
        (StepOutcome::Done, &[]),
        (StepOutcome::ProgramEnded, &[]),
    ] {
        let restarted = restarted(&outcome, SECOND_LIFE);
        assert_eq!(
            left(restarted, before, &[]).says(REBINDS),
            "Inconclusive(Harness): no socket of the server's last life was left on its port, to keep it from binding"
        );
    }
}

/// The server is started again and ends with code 1.
fn ended_again() -> World {
    restarted(&StepOutcome::ProgramEnded, "").with(|recorded| {
        let server = &mut recorded.processes[1];
        assert_eq!(server.role, Role::Server);
        server.started_at = Some(at(7));
        server.exited_at = Some(at(8));
        server.exit = Some(Exit::Code { code: 1 });
        server.stop_actions.clear();
    })
}

#[test]
fn a_client_that_has_the_port_of_a_server_that_is_started_again_is_blamed_for_what_fails() {
    for (state, how) in [
        (SocketState::Listen, "listened at"),
        (SocketState::Closed, "was bound to"),
    ] {
        let taken = |before: &[SocketState]| {
            left(ended_again(), before, before).with(|recorded| {
                let nobody = "0.0.0.0:0".parse().unwrap();
                let row = SocketRow {
                    owner: Some(Role::Client(1)),
                    ..socket(SERVER.parse().unwrap(), nobody, state)
                };
                let last = recorded.socket_samples.last_mut();
                last.unwrap().sockets.push(row);
            })
        };
        let blamed = format!("client 1 {how} {SERVER}, the server's port");
        let ended = "the server was started again and exited with code 1, 1.000 ms after its start";
        let beside = taken(BOTH);
        assert_eq!(beside.says(SURVIVES), format!("Fail: {blamed}: {ended}"));
        let verdict = beside.verdict(REBINDS);
        let usually = &verdict.finding().unwrap().usually;
        assert_eq!(
            usually[0].remedy,
            "leave a client's port to the kernel: connect() without bind()"
        );
        assert_eq!(
            taken(&[]).says(REBINDS),
            format!(
                "Inconclusive(Program): {blamed}: no socket of the server's last life was left on its port, to keep it from binding"
            )
        );
    }
}

#[test]
fn a_scenario_without_a_restart_tells_nothing_about_rebinding() {
    let unrestarted = restarted(&StepOutcome::Done, SECOND_LIFE);
    assert_eq!(
        unrestarted.says(REBINDS),
        "Inconclusive(Harness): no `restart` step was reached"
    );
}

#[test]
fn a_server_that_ends_when_it_is_started_again_does_not_survive() {
    let ended = ended_again();
    assert_eq!(
        ended.says(SURVIVES),
        "Fail: the server was started again and exited with code 1, 1.000 ms after its start"
    );
    let rebinding = left(ended, &[SocketState::TimeWait], &[SocketState::TimeWait]);
    assert_eq!(
        rebinding.says(REBINDS),
        "Fail: the server was started again and exited with code 1, 1.000 ms after its start, beside 1 socket of its last \
         life (TIME_WAIT)"
    );
    let verdict = rebinding.verdict(REBINDS);
    let usually = &verdict.finding().unwrap().usually;
    assert_eq!(usually[0].remedy, "set SO_REUSEADDR before bind()");
}
