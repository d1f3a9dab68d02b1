//! What only the programs' records show.

use synfin_core::checks::Evidence;
use synfin_core::manifest::{Exit, Role, SignalSent, StopAction, Supervision, ThreadSample};

use crate::setup::{LIFE, STEPS};
use crate::world::{World, at, in_a_line, verdict_of, world};

const SPINNING: &str = r#"check = "not-spinning""#;
const STOPS: &str = r#"check = "stops-on-sigterm""#;
const DOWN: &str = r#"check = "refused-when-down""#;
const WINDOWS: &str = r#"check = "runs-on-windows""#;

fn watched(running: u32, cpu_ms: u64) -> World {
    world(STEPS, 1, LIFE).with(|recorded| {
        let threads = vec![thread(running, cpu_ms)];
        let to = 5_000_000_000;
        recorded.processes[0].supervision = vec![Supervision {
            from: 0,
            to,
            threads,
        }];
    })
}

/// A thread that was looked at 40 times.
fn thread(running: u32, cpu_ms: u64) -> ThreadSample {
    ThreadSample {
        tid: 12,
        name: "worker".to_owned(),
        samples: 40,
        running,
        cpu_ms,
    }
}

#[test]
fn one_sleeping_sample_clears_a_thread() {
    assert_eq!(
        watched(39, 2000).says(SPINNING),
        "Pass: 1 thread seen asleep"
    );
}

#[test]
fn two_seconds_of_a_processor_without_input_fail() {
    assert_eq!(
        watched(40, 2000).says(SPINNING),
        "Fail: thread 12 “worker” was running in all 40 samples of 5000.000 ms, using 2000 ms of processor time, while wire and input were idle"
    );
}

/// The server sends for as long as it is watched, from its fourth millisecond on, and so does perhaps its client.
fn sending(client: &str, threads: Vec<ThreadSample>) -> World {
    let script = format!(
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 done\n {client} c1 < \"NEWS\\n\"\n c1 < \"NEWS\\n\"\n -- stop"
    );
    world(STEPS, 1, &script).with(|recorded| {
        let (from, to) = (at(4), at(4) + 2_000_000_000);
        recorded.processes[0].supervision = vec![Supervision { from, to, threads }];
    })
}

#[test]
fn a_server_that_sends_without_being_asked_is_not_said_to_be_idle() {
    let threads = vec![thread(40, 2000)];
    assert_eq!(
        sending("", threads).says(SPINNING),
        "Fail: thread 12 “worker” was running in all 40 samples of 2000.000 ms, using 2000 ms of processor time, and the \
         server sent 10 bytes, though no client asked for anything"
    );
    assert_eq!(
        sending("", Vec::new()).says(SPINNING),
        "Inconclusive(Program): the server was never idle: it sent 10 bytes within 2000.000 ms, and no client asked for anything"
    );
    assert_eq!(
        sending("c1 > \"MORE\\n\"\n", Vec::new()).says(SPINNING),
        "Inconclusive(Harness): the server's threads were never watched"
    );
}

#[test]
fn a_thread_that_hardly_had_a_processor_or_was_never_watched_decides_nothing() {
    assert_eq!(
        watched(40, 1990).says(SPINNING),
        "Inconclusive(Machine): thread 12 “worker” was running in all 40 samples of 5000.000 ms, using 1990 ms of processor time, too little to tell"
    );
    assert_eq!(
        world(STEPS, 1, LIFE).says(SPINNING),
        "Inconclusive(Harness): the server's threads were never watched"
    );
}

#[test]
fn a_server_that_ends_on_sigterm_passes() {
    assert_eq!(
        world(STEPS, 1, LIFE).says(STOPS),
        "Pass: exited with code 0, 1.000 ms after SIGTERM"
    );
}

#[test]
fn a_server_that_ends_and_leaves_its_children_is_told_of_them() {
    let orphans = world(STEPS, 1, LIFE).with(|recorded| {
        let server = &mut recorded.processes[0];
        let term = server.stop_actions[0].at;
        server.exited_at = Some(term + 1);
        server.stop_actions.push(StopAction {
            at: term + 2,
            signal: SignalSent::Kill,
            is_fault_step: false,
        });
    });
    assert_eq!(
        orphans.says(STOPS),
        "Fail: the server's first process ended, but what it had started did not after SIGTERM: SIGKILL was needed"
    );
    let verdict = orphans.verdict(STOPS);
    let cause = &verdict.finding().unwrap().usually[0].cause;
    assert!(cause.starts_with("child processes"), "{cause}");
}

#[test]
fn a_server_that_needs_sigkill_fails() {
    let stubborn = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.processes[0].exited_at = Some(at(3001));
        recorded.processes[0].stop_actions.push(StopAction {
            at: at(3000),
            signal: SignalSent::Kill,
            is_fault_step: false,
        });
    });
    assert_eq!(
        stubborn.says(STOPS),
        "Fail: SIGTERM did not end the server, SIGKILL was needed"
    );
}

#[test]
fn a_server_that_had_ended_before_sigterm_was_not_asked() {
    let gone = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.processes[0].stop_actions.clear();
        recorded.processes[0].exited_at = Some(at(5));
    });
    assert_eq!(
        gone.says(STOPS),
        "Inconclusive(Program): the server exited with code 0, 5.000 ms after its start before SIGTERM was sent"
    );
}

#[test]
fn a_daemon_that_ends_on_sigterm_passes_though_its_parent_ended_before() {
    let daemon = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.processes[0].exited_at = Some(at(5));
    });
    assert_eq!(
        daemon.says(STOPS),
        "Pass: the first process ended by itself with code 0; those it left behind ended after SIGTERM"
    );
}

#[test]
fn what_a_crashed_server_leaves_behind_is_no_daemon() {
    let crashed = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.processes[0].exited_at = Some(at(5));
        recorded.processes[0].exit = Some(Exit::Code { code: 1 });
    });
    assert_eq!(
        crashed.says(STOPS),
        "Inconclusive(Program): the server exited with code 1, 5.000 ms after its start before SIGTERM was sent"
    );
}

#[test]
fn a_server_that_crashes_after_sigterm_need_not_have_heard_it() {
    let ended_by = |signal| {
        let ended = world(STEPS, 1, LIFE).with(|recorded| {
            recorded.processes[0].exit = Some(Exit::Signal { signal });
        });
        ended.says(STOPS)
    };
    assert_eq!(
        ended_by(15),
        "Pass: ended by signal 15, 1.000 ms after SIGTERM"
    );
    assert_eq!(
        ended_by(11),
        "Inconclusive(Program): ended by signal 11, 1.000 ms after SIGTERM"
    );
}

#[test]
fn a_server_that_was_never_sent_sigterm_decides_nothing() {
    let running = world(STEPS, 1, LIFE).with(|recorded| {
        recorded.processes[0].stop_actions.clear();
        recorded.processes[0].exited_at = None;
        recorded.processes[0].exit = None;
    });
    assert_eq!(
        running.says(STOPS),
        "Inconclusive(Harness): the server was not sent SIGTERM"
    );
}

fn down(exit: Exit, lines: &[&str]) -> World {
    let script = "-- c1 connect\n c1 > S\n c1 < R.\n -- c1 ends in mid-step\n -- stop";
    world(&["connect"], 1, script)
        .server_down()
        .with(|recorded| {
            let client = recorded.processes.last_mut().unwrap();
            client.exit = Some(exit);
            client.exited_at = Some(at(4));
            client.last_lines = lines.iter().map(|&line| line.to_owned()).collect();
        })
}

#[test]
fn a_client_that_exits_non_zero_told_that_no_server_runs() {
    assert_eq!(
        down(Exit::Code { code: 1 }, &["connection refused"]).says(DOWN),
        "Pass: client 1 refused: exited with code 1, 4.000 ms after its start, saying “connection refused”"
    );
}

#[test]
fn a_client_that_dialled_another_port_is_judged_by_what_it_did_about_that_refusal() {
    let elsewhere = |code: u8, lines: &[&str]| {
        down(Exit::Code { code: code.into() }, lines).with(|recorded| {
            recorded.server = "127.0.0.1:5002".parse().unwrap();
            recorded.attributions.clear();
        })
    };
    let told = elsewhere(1, &["connection refused"]);
    assert_eq!(
        told.says(DOWN),
        "Pass: client 1 refused: exited with code 1, 4.000 ms after its start, saying “connection refused”"
    );
    let verdict = told.verdict(DOWN);
    let evidence = &verdict.finding().unwrap().evidence;
    assert!(
        matches!(&evidence[0], Evidence::Frames { what, .. } if what
            == "RST from 127.0.0.1:5001, which the client dialled instead of 127.0.0.1:5002"),
        "{evidence:?}"
    );
    let silent = elsewhere(0, &["connected"]);
    assert_eq!(
        silent.says(DOWN),
        "Fail: client 1 refused: exited with code 0, 4.000 ms after its start, saying “connected”"
    );
}

#[test]
fn a_client_that_prints_in_whatever_language_that_it_failed_told_it_too() {
    for line in [
        "no server there",
        "No se pudo conectar",
        "连接失败",
        "\u{1b}[31mConnection refused\u{1b}[0m",
    ] {
        let said = down(Exit::Code { code: 0 }, &["connected", line]).says(DOWN);
        assert!(said.starts_with("Pass: "), "{said}");
    }
}

#[test]
fn words_that_are_not_known_to_tell_a_failure_decide_nothing_unless_the_rubric_names_them() {
    let odd = down(Exit::Code { code: 0 }, &["connected", "Luk wej, bratan"]);
    assert_eq!(
        odd.says(DOWN),
        "Inconclusive(Program): client 1 refused: exited with code 0, 4.000 ms after its start, saying “Luk wej, bratan”; it does \
         not say “Luk wej, bratan” when connected, but no word in it is known to tell a failure (`says` in the rubric can name one)"
    );
    let named = odd.says(r#"check = "refused-when-down", says = "(?i)luk wej""#);
    assert!(named.starts_with("Pass: "), "{named}");
}

#[test]
fn what_nobody_can_read_tells_neither_a_failure_nor_that_there_was_none() {
    let unread = down(Exit::Code { code: 0 }, &["\\xc1\\xac\\xbd\\xd3"]).says(DOWN);
    assert!(unread.starts_with("Inconclusive(Program): "), "{unread}");
}

#[test]
fn a_client_that_says_what_it_always_says_fails() {
    assert_eq!(
        down(Exit::Code { code: 0 }, &["connected"]).says(DOWN),
        "Fail: client 1 refused: exited with code 0, 4.000 ms after its start, saying “connected”"
    );
}

#[test]
fn a_line_that_scrolled_away_or_differs_in_its_digits_alone_is_nothing_new() {
    let mut setting = down(Exit::Code { code: 0 }, &["12:01 menu"]).observation();
    let printed = ["welcome", "12:01 menu"].map(str::to_owned).to_vec();
    setting.setting.output.insert(Role::Client(1), printed);
    let connected = ["welcome", "11:59 menu", "3 files"];
    setting.setting.connected_lines = Some(connected.map(str::to_owned).to_vec());
    let rubric = down(Exit::Code { code: 0 }, &[]).rubric(DOWN);
    assert_eq!(
        in_a_line(&verdict_of(&setting, &rubric)),
        "Fail: client 1 refused: exited with code 0, 4.000 ms after its start, saying “12:01 menu”"
    );
}

#[test]
fn a_prompt_that_waits_is_nothing_new_though_it_went_on_when_connected() {
    let mut waiting = down(Exit::Code { code: 0 }, &["File name :"]).observation();
    let connected = ["connected", "File name : notes.bin, 12 bytes"];
    waiting.setting.connected_lines = Some(connected.map(str::to_owned).to_vec());
    let rubric = down(Exit::Code { code: 0 }, &[]).rubric(DOWN);
    assert_eq!(
        in_a_line(&verdict_of(&waiting, &rubric)),
        "Fail: client 1 refused: exited with code 0, 4.000 ms after its start, saying “File name :”"
    );
}

#[test]
fn numbers_of_sessions_and_what_stood_behind_a_prompt_tell_nothing() {
    let lines = ["session dbd30ad4a80aa42a", "Goodbye"];
    let mut usual = down(Exit::Code { code: 0 }, &lines).observation();
    let connected = ["session 91fe03ba11", "Choice: Goodbye"];
    usual.setting.connected_lines = Some(connected.map(str::to_owned).to_vec());
    let rubric = down(Exit::Code { code: 0 }, &[]).rubric(DOWN);
    let verdict = in_a_line(&verdict_of(&usual, &rubric));
    assert!(
        verdict.starts_with("Fail: client 1 refused: exited with code 0"),
        "{verdict}"
    );
}

#[test]
fn memory_that_nothing_was_received_into_tells_nothing() {
    let rubric = down(Exit::Code { code: 0 }, &[]).rubric(DOWN);
    let says = |garbage: &str| {
        let line = format!("The server sent: {garbage}");
        let mut garbage = down(Exit::Code { code: 0 }, &[&line]).observation();
        let connected = ["The server sent: You have reached the server!"];
        garbage.setting.connected_lines = Some(connected.map(str::to_owned).to_vec());
        in_a_line(&verdict_of(&garbage, &rubric))
    };
    for garbage in ["\\x90\\x1cU\u{fffd}\\x7f", "Uvq\\x7f", "\u{fffd}zzQ kp"] {
        let verdict = says(garbage);
        let failed = "Fail: client 1 refused: exited with code 0";
        assert!(verdict.starts_with(failed), "{verdict}");
    }
    let readable = says("UvqQ");
    assert!(readable.starts_with("Inconclusive"), "{readable}");
}

#[test]
fn without_a_connected_clients_output_a_line_tells_nothing() {
    let mut unknown = down(Exit::Code { code: 0 }, &["menu"]).observation();
    unknown.setting.connected_lines = None;
    let rubric = down(Exit::Code { code: 0 }, &[]).rubric(DOWN);
    assert_eq!(
        in_a_line(&verdict_of(&unknown, &rubric)),
        "Inconclusive(Harness): client 1 refused: exited with code 0, 4.000 ms after its start, saying “menu”; no connected client's output is there to compare with"
    );
}

#[test]
fn a_client_that_crashes_fails() {
    assert_eq!(
        down(Exit::Signal { signal: 11 }, &["Segmentation fault"]).says(DOWN),
        "Fail: client 1 refused: was ended by signal 11, 4.000 ms after its start, saying “Segmentation fault”"
    );
}

#[test]
fn a_server_that_answers_makes_being_down_undecidable() {
    let up = world(
        &["connect"],
        1,
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 done\n -- stop",
    );
    assert_eq!(
        up.server_down().says(DOWN),
        "Inconclusive(Harness): client 1's SYN was not answered by RST"
    );
}

#[test]
fn windows_programs_that_no_windows_ran_decide_nothing() {
    let unknown = world(STEPS, 1, LIFE).with(|recorded| {
        for process in &mut recorded.processes {
            process.is_pe = true;
        }
    });
    assert_eq!(
        unknown.says(WINDOWS),
        "Inconclusive(Harness): neither Windows nor Wine ran the programs"
    );
}

#[test]
fn windows_programs_under_wine_pass_by_their_lifecycle_and_their_files() {
    let wine = crate::transfer::encoded_upload().with(|recorded| {
        recorded.runner = Some("wine-8.0".to_owned());
        for process in &mut recorded.processes {
            process.is_pe = true;
        }
    });
    assert_eq!(
        wine.says(WINDOWS),
        "Pass: 1 connection in order, the first: setup 2–4, payload 5–9, teardown done 13; 1 file, 200 bytes, arrived as sent"
    );
}

#[test]
fn a_script_under_wine_is_no_windows_program() {
    let script =
        world(STEPS, 1, LIFE).with(|recorded| recorded.runner = Some("wine-8.0".to_owned()));
    assert_eq!(
        script.says(WINDOWS),
        "Fail: the server's program is no Windows executable: “program”"
    );
}
