//! A client dies; does the server live on?

use synfin_core::checks::{Evidence, Verdict};
use synfin_core::diagnosis::{Pattern, Usually};
use synfin_core::manifest::{Exit, ProcessRecord, Role, SignalSent, StepOutcome, StopAction};

use crate::world::{World, at, world};

const SURVIVES: &str = r#"check = "survives""#;
const STEPS: &[&str] = &["connect", "list@1", "kill@1", "list@2", "quit@2"];

const BEFORE: &str = r#"
    -- c1 connect
    c1 > S
    c1 < S.
    c1 > .
    -- c2 connect
    c2 > S
    c2 < S.
    c2 > .
    -- c1 list
    c1 > "LIST\n"
    c1 < .
    c1 < "FILES 2\n"
    c1 > .
    -- c1 kill
"#;

fn client_dies(script: &str) -> World {
    world(STEPS, 2, &format!("{BEFORE}\n{script}\n-- stop")).with(|recorded| {
        let client = &mut recorded.processes[1];
        client.exit = Some(Exit::Signal { signal: 9 });
        client.exited_at = Some(at(13));
        client.stop_actions = vec![StopAction {
            at: at(11) + 600_000,
            signal: SignalSent::Kill,
            is_fault_step: true,
        }];
    })
}

const DEATH: &str = "c1 > R.\n-- c1 done\n-- c2 list\n c2 > \"LIST\\n\"\n c2 < .\n";

#[test]
fn another_client_answered_after_the_death_proves_survival() {
    let answered = client_dies(&format!(
        "{DEATH} c2 < \"FILES 2\\n\"\n c2 > .\n -- c2 done"
    ));
    assert_eq!(
        answered.says(SURVIVES),
        "Pass: client 1 died (frame 12); after it 1 client answered, 0 of them newly connected, and the server ran on for 4.000 ms"
    );
}

#[test]
fn a_server_that_no_longer_answers_did_not_survive() {
    let stuck = client_dies(&format!(
        "{DEATH} -- c2 times out\n -- sample c2 asleep: c2 unread"
    ));
    assert_eq!(
        stuck.says(SURVIVES),
        "Fail: client 2's request (frame 13) got no answer: 5 bytes unread while every server thread slept; the client waited 2.000 ms"
    );
}

#[test]
fn who_can_ask_for_nothing_after_the_death_shows_nothing() {
    let silent = client_dies("c1 > R.\n-- c1 done\n-- c2 list\n-- c2 done\n").with(|recorded| {
        let steps = &mut recorded.client_steps[1].steps;
        let list = steps.iter_mut().find(|step| step.step == "list@2");
        list.unwrap().outcome = StepOutcome::Unsupported;
    });
    assert_eq!(
        silent.says(SURVIVES),
        "Skipped: the target gives no way to do `list@2`"
    );
}

#[test]
fn a_step_that_was_done_without_a_request_is_told_with_what_was_sent_before_it() {
    let death = "c1 > R.\n-- c1 done\n";
    let early = "c2 > \"LIST\\n\"\n c2 < .\n c2 < \"FILES 2\\n\"\n c2 > .\n";
    let quit = "-- c2 list\n -- c2 done";
    let eager = client_dies(&format!("{death}{early}{quit}"));
    assert_eq!(
        eager.says(SURVIVES),
        "Inconclusive(Harness): client 2 sent nothing during `list@2`, though it was done: what it sent last came before the \
         step began (frame 13)"
    );
    let silent = client_dies(&format!("{death}{quit}"));
    let nothing = "client 2 sent nothing during `list@2`, though it was done";
    assert_eq!(
        silent.says(SURVIVES),
        format!("Inconclusive(Harness): {nothing}")
    );
    let one_shot = silent.with(|recorded| {
        let own = |process: &&mut ProcessRecord| process.role == Role::Client(2);
        recorded.processes.iter_mut().find(own).unwrap().entry = Some(3);
    });
    assert_eq!(one_shot.says(SURVIVES), format!("Fail: {nothing}"));
}

#[test]
fn a_server_that_died_with_its_client_did_not_survive() {
    let died = client_dies(&format!("{DEATH} c2 < R.\n -- c2 ends in mid-step")).with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(Exit::Code { code: 1 });
        server.exited_at = Some(at(14));
    });
    assert_eq!(
        died.says(SURVIVES),
        "Fail: client 1 died (frame 12), and the server exited with code 1, 14.000 ms after its start"
    );
}

/// The server ends by itself at that frame, the other client answered and gone.
fn ends_later(exit: Exit, frame: u64) -> World {
    ends_after("c2 > F.\n c2 < F.\n c2 > .", exit, frame)
}

/// As above; how the other client went.
fn ends_after(quit: &str, exit: Exit, frame: u64) -> World {
    let answer = format!("c2 < \"FILES 2\\n\"\n c2 > .\n -- c2 quit\n {quit}\n -- c2 done");
    client_dies(&format!("{DEATH}{answer}")).with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(exit);
        server.exited_at = Some(at(frame));
    })
}

#[test]
fn a_server_that_dies_when_all_is_done_did_not_survive_all_the_same() {
    let died = ends_later(Exit::Code { code: 1 }, 3000);
    assert_eq!(
        died.says(SURVIVES),
        "Fail: client 1 died (frame 12), and the server exited with code 1, 3000.000 ms after its start"
    );
}

#[test]
fn a_server_that_returns_when_nobody_asks_any_more_may_have_retired() {
    let retired = ends_later(Exit::Code { code: 0 }, 3000);
    assert_eq!(
        retired.says(SURVIVES),
        "Inconclusive(Program): client 1 died (frame 12), and the server exited with code 0, 3000.000 ms after its start, when \
         no client asked for anything any more: it may have had nothing left to do"
    );
    let ended = ends_later(Exit::Code { code: 0 }, 14).says(SURVIVES);
    assert!(ended.starts_with("Fail: "), "{ended}");
}

#[test]
fn a_server_that_dies_when_another_client_has_reset_its_connection_need_not_have_died_of_the_death()
{
    let reset = |at_frame| ends_after("c2 > R.", Exit::Code { code: 1 }, at_frame).says(SURVIVES);
    assert_eq!(
        reset(18),
        "Inconclusive(Program): client 1 died (frame 12), and the server exited with code 1, 18.000 ms after its start, \
         after it had served others, and client 2 had reset its connection (frame 17): it may have been that"
    );
    let before = reset(16);
    assert!(before.starts_with("Fail: "), "{before}");
}

#[test]
fn a_death_that_the_wire_does_not_show_decides_nothing() {
    let unseen = client_dies(
        "-- c1 done\n-- c2 list\n c2 > \"LIST\\n\"\n c2 < \"FILES 2\\n\"\n c2 > .\n-- c2 done",
    );
    assert_eq!(
        unseen.says(SURVIVES),
        "Inconclusive(Harness): `kill@1` was not seen on the wire"
    );
}

#[test]
fn a_killed_client_is_left_out_of_the_checks_by_default() {
    let answered = client_dies(&format!(
        "{DEATH} c2 < \"FILES 2\\n\"\n c2 > .\n -- c2 quit\n c2 > F.\n c2 < F.\n c2 > .\n -- c2 done"
    ));
    assert_eq!(
        answered.says(r#"check = "no-reset""#),
        "Pass: no RST on 1 connection"
    );
    assert_eq!(
        answered.says(r#"check = "orderly-close", clients = "2..""#),
        "Pass: 1 connection closed in order, the last by frame 19"
    );
}

#[test]
fn what_fails_after_a_server_has_ended_tells_how_it_ended() {
    let steps = &["connect", "list", "hold", "quit"];
    let script = "
        -- c1 connect
        c1 > S
        c1 < S.
        c1 > .
        -- c1 list
        c1 > \"LIST\\n\"
        c1 < R.
        -- c1 times out
        -- stop";
    let alive = world(steps, 1, script);
    let died = world(steps, 1, script).with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(Exit::Signal { signal: 11 });
        server.exited_at = Some(at(6));
        server.last_lines = vec!["Segmentation fault".to_owned()];
        let step = &mut recorded.client_steps[0].steps[1];
        step.outcome = StepOutcome::ServerEnded {
            waiting_for: "a reply".to_owned(),
        };
    });
    for call in [
        r#"check = "served-concurrently", at_least = 1"#,
        r#"check = "no-reset""#,
        r#"check = "orderly-close""#,
    ] {
        let told = |world: &World| {
            let Verdict::Fail(finding) = world.verdict(call) else {
                panic!("{call} holds")
            };
            let server = Evidence::Process {
                role: Role::Server,
                what: "was ended by signal 11, 6.000 ms after its start; its last lines: “Segmentation fault”"
                    .to_owned(),
            };
            let is_server = |it: &&Evidence| **it == server;
            let causes = Pattern::MemoryFault.usually();
            (
                finding.evidence.iter().filter(is_server).count(),
                finding.usually == causes,
            )
        };
        assert_eq!(told(&died), (1, true), "{call}");
        assert_eq!(told(&alive), (0, false), "{call}");
    }
}

/// A client whose connection is reset, and whose steps all seem done; the server ended by itself just after.
fn server_ends_at_quit(exit: Exit, reset: &str) -> World {
    let script = format!(
        "
        -- c1 connect
        c1 > S
        c1 < S.
        c1 > .
        -- c1 quit
        c1 > \"QUIT\\n\"
        c1 {reset} R.
        -- c1 done
        -- stop"
    );
    world(&["connect", "quit"], 1, &script).with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(exit);
        server.exited_at = Some(at(6));
        server.last_lines = vec!["BlockingIOError".to_owned()];
    })
}

fn failure(world: &World) -> (String, Vec<Usually>) {
    match world.verdict(r#"check = "no-reset""#) {
        Verdict::Fail(finding) => (finding.saw, finding.usually),
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn a_crash_is_told_first_and_alone_though_every_step_seemed_done() {
    let (seen, _) = failure(&server_ends_at_quit(Exit::Code { code: 0 }, "<"));
    for (exit, how, pattern) in [
        (
            Exit::Code { code: 1 },
            "exited with code 1",
            Pattern::ServerEnded,
        ),
        (
            Exit::Signal { signal: 13 },
            "was ended by signal 13",
            Pattern::BrokenPipe,
        ),
        (
            Exit::Signal { signal: 11 },
            "was ended by signal 11",
            Pattern::MemoryFault,
        ),
        (
            Exit::Signal { signal: 6 },
            "was ended by signal 6",
            Pattern::Aborted,
        ),
    ] {
        let told = format!("the server {how}, 6.000 ms after its start; {seen}");
        assert_eq!(
            failure(&server_ends_at_quit(exit, "<")),
            (told, pattern.usually())
        );
    }
}

#[test]
fn a_server_that_returned_when_all_was_done_explains_nothing() {
    let (seen, causes) = failure(&server_ends_at_quit(Exit::Code { code: 0 }, "<"));
    assert!(!seen.contains("the server exited"), "{seen}");
    assert!(!causes.starts_with(&Pattern::ServerEnded.usually()));
}

#[test]
fn a_crash_is_no_cause_of_the_reset_that_a_client_sent_before_it() {
    let (seen, causes) = failure(&server_ends_at_quit(Exit::Code { code: 0 }, ">"));
    let told = format!("{seen}; the server exited with code 1, 6.000 ms after its start");
    let crashed = server_ends_at_quit(Exit::Code { code: 1 }, ">");
    assert_eq!(failure(&crashed), (told, causes));
}

#[test]
fn a_memory_fault_is_not_put_down_to_a_broken_connection() {
    let faulted = client_dies(DEATH).with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(Exit::Signal { signal: 11 });
        server.exited_at = Some(at(14));
    });
    let Verdict::Fail(finding) = faulted.verdict(SURVIVES) else {
        panic!("it survives")
    };
    assert_eq!(finding.usually, Pattern::MemoryFault.usually());
}

/// The same server, ended by itself at that frame.
fn ended(world: World, exit: Exit, frame: u64) -> World {
    world.with(|recorded| {
        let server = &mut recorded.processes[0];
        server.stop_actions.clear();
        server.exit = Some(exit);
        server.exited_at = Some(at(frame));
    })
}

#[test]
fn only_a_signal_puts_a_servers_end_down_to_it() {
    let causes = |exit| {
        let verdict = ended(client_dies(DEATH), exit, 14).verdict(SURVIVES);
        verdict.finding().unwrap().usually.clone()
    };
    assert_eq!(
        causes(Exit::Code { code: 1 }),
        Pattern::DiedWithClient.usually()
    );
    assert_eq!(
        causes(Exit::Signal { signal: 13 }),
        Pattern::BrokenPipe.usually()
    );
}

#[test]
fn a_server_that_was_ending_before_the_death_need_not_have_died_of_it() {
    let left = |before: &str, after: &str| {
        let script = format!(
            "-- c2 done\n {before} c1 > R.\n {after} -- c1 done\n-- c2 list\n-- c2 times out"
        );
        ended(client_dies(&script), Exit::Code { code: 1 }, 14).says(SURVIVES)
    };
    let fin = "c2 < F.\n";
    assert_eq!(
        left(fin, ""),
        "Inconclusive(Program): client 1 died (frame 13), and the server exited with code 1, 14.000 ms after its start, but \
         it had left idle client 2 before that already (frame 12): it may have been ending by itself"
    );
    for said in [left("", fin), left(fin, "c1 < \"BYE\\n\"\n")] {
        assert!(said.starts_with("Fail: client 1 died"), "{said}");
    }
}

#[test]
fn a_server_that_had_ended_before_the_death_was_not_met_by_it() {
    let gone = ended(client_dies(DEATH), Exit::Code { code: 1 }, 10).says(SURVIVES);
    assert_eq!(
        gone,
        "Inconclusive(Program): client 1 died (frame 12), and the server exited with code 1, 10.000 ms after its start, but \
         that was before: the fault met nobody any more"
    );
}

#[test]
fn a_server_that_ends_with_its_client_fails_though_nobody_can_ask() {
    let mute = |world: World| {
        world.with(|recorded| {
            let clients = recorded.client_steps.iter_mut();
            let steps = clients.flat_map(|client| &mut client.steps);
            for step in steps.filter(|step| step.step.starts_with("list")) {
                step.outcome = StepOutcome::Unsupported;
            }
        })
    };
    let crashed = ended(mute(client_dies(DEATH)), Exit::Signal { signal: 11 }, 14);
    assert_eq!(
        crashed.says(SURVIVES),
        "Fail: client 1 died (frame 12), and the server was ended by signal 11, 14.000 ms after its start"
    );
    assert_eq!(
        mute(client_dies(DEATH)).says(SURVIVES),
        "Skipped: the target gives no way to do `list`"
    );
}

#[test]
fn a_fault_that_an_unserved_client_never_came_to_is_the_servers_failure() {
    let script = "
        -- c1 connect
        c1 > S
        c1 < S.
        c1 > .
        -- c1 list
        c1 > \"LIST\\n\"
        c1 < .
        -- c1 times out
        -- sample c1 asleep: c1 unaccepted
        -- stop";
    let unreached = world(STEPS, 2, script);
    let said = unreached.says(SURVIVES);
    let expected = "Fail: `kill@1` was not reached: client 1's request (frame 5) got no answer: its connection was not accepted";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn what_is_unlike_the_lone_clients_reply_is_not_said_to_be_no_answer() {
    let strange = client_dies(&format!("{DEATH} c2 < \"a.bin\\n\"\n c2 > .\n -- c2 done"));
    let lone = world(crate::setup::STEPS, 1, crate::setup::LIFE);
    let got = "Inconclusive(Program): client 2 got “a.bin\\n” (frame 15), which is not what a";
    assert_eq!(strange.says(SURVIVES), format!("{got} served client gets"));
    assert_eq!(
        strange.alike(&lone).says(SURVIVES),
        format!("{got} lone client got, and the target has no `reply` that tells")
    );
}

#[test]
fn a_list_that_tells_of_a_file_is_an_answer_though_a_lone_clients_was_empty() {
    let says = |file: &str, list: &str| {
        let script = format!(
            "{} c1 > R.\n -- c1 done\n -- c2 list\n c2 > \"LIST\\n\"\n c2 < .\n c2 < \"{list}\"\n c2 > .\n -- c2 done\n -- stop",
            BEFORE.replace("-- c1 list", "-- c1 upload")
        );
        let uploads = format!("upload@1 {file} 9");
        let steps = &["connect", &uploads, "kill@1", "list@2", "quit@2"];
        let lone = world(
            crate::setup::STEPS,
            1,
            &crate::setup::LIFE.replace("FILES 2", "FILES none"),
        );
        world(steps, 2, &script).alike(&lone).says(SURVIVES)
    };
    let told = says("half.bin", "1\\thalf.bin");
    assert!(told.starts_with("Pass: client 1 died"), "{told}");
    for told in [says("half.bin", "1\\thalf-bin"), says("r", "1\\tr")] {
        assert!(
            told.starts_with("Inconclusive(Program): client 2 got"),
            "{told}"
        );
    }
}
