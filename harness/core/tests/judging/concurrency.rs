//! Connected is not served.

use synfin_core::diagnosis::Pattern;
use synfin_core::manifest::StepOutcome;

use crate::setup::STEPS as ONE_CLIENT;
use crate::world::{World, world};

const STEPS: &[&str] = &["connect", "list", "hold", "quit"];
const TWO: &str = r#"check = "served-concurrently", at_least = 2"#;

fn connect(client: u32) -> String {
    format!("-- c{client} connect\n c{client} > S\n c{client} < S.\n c{client} > .\n")
}

fn ask(client: u32) -> String {
    format!("-- c{client} list\n c{client} > \"LIST\\n\"\n c{client} < .\n")
}

fn answer(client: u32) -> String {
    format!("c{client} < \"FILES 2\\n\"\n c{client} > .\n")
}

fn leave(client: u32) -> String {
    format!(
        "-- c{client} hold\n-- c{client} quit\n c{client} > F.\n c{client} < F.\n c{client} > .\n-- c{client} done\n"
    )
}

fn two_clients(script: &[String]) -> World {
    world(STEPS, 2, &format!("{}\n-- stop", script.concat()))
}

#[test]
fn two_answered_while_both_are_open_are_served_at_once() {
    let both = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        answer(2),
        leave(1),
        leave(2),
    ]);
    assert_eq!(
        both.says(TWO),
        "Pass: 2 connections open and answered at frame 14"
    );
}

/// The client says something that nobody told it to.
fn speak(client: u32) -> String {
    format!("c{client} > \"LIST\\n\"\n c{client} < .\n")
}

#[test]
fn a_client_that_speaks_by_itself_was_answered_when_its_step_was_done() {
    let asks_again = |late: &str| {
        two_clients(&[
            connect(1),
            connect(2),
            ask(1),
            answer(1),
            ask(2),
            answer(2),
            speak(2),
            "-- c2 hold\n".to_owned(),
            late.to_owned(),
            leave(1),
        ])
    };
    assert_eq!(
        asks_again("").says(TWO),
        "Pass: 2 connections open and answered at frame 14"
    );
    assert_eq!(
        asks_again(&answer(2)).says(TWO),
        "Pass: 2 connections open and answered at frame 18"
    );
}

#[test]
fn a_request_from_before_its_step_is_no_failure_of_the_program() {
    let early = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        speak(2),
        answer(2),
        "-- c2 list\n-- c2 hold\n".to_owned(),
        leave(1),
    ]);
    assert_eq!(
        early.says(TWO),
        "Inconclusive(Harness): 2 connections open (frame 6), 1 answered, 1 undecided"
    );
}

#[test]
fn a_client_that_is_refused_and_left_before_it_asks_is_not_served() {
    let refused = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        "c2 < \"ERROR\\n\"\n c2 > .\n c2 < F.\n c2 > .\n".to_owned(),
        "-- c2 list\n c2 > \"LIST\\n\"\n c2 < R\n-- c2 times out\n".to_owned(),
        leave(1),
    ]);
    let said = refused.says(TWO);
    assert!(said.starts_with("Fail: "), "{said}");
}

#[test]
fn clients_that_can_ask_nothing_before_they_hold_are_not_failed_for_it() {
    let steps = ["connect", "list", "hold", "upload notes.bin 1KiB", "quit"];
    let left = "-- c1 upload\n-- c1 quit\n c1 > F.\n c1 < F.\n c1 > .\n-- c1 done\n";
    let both = [
        connect(1),
        connect(2),
        "-- c1 list\n-- c2 list\n-- c1 hold\n-- c2 hold\n".to_owned(),
    ];
    let others = left.replace("c1", "c2");
    let unable = world(
        &steps,
        2,
        &format!("{}{left}{others}-- stop", both.concat()),
    )
    .with(|recorded| {
        for client in &mut recorded.client_steps {
            client.steps[1].outcome = StepOutcome::Unsupported;
        }
    });
    assert_eq!(
        unable.says(TWO),
        "Skipped: the target gives no way to do `list`"
    );
}

#[test]
fn clients_that_are_refused_fail_whatever_they_could_have_asked_for() {
    let steps = ["connect", "list", "quit"];
    let script = [
        connect(1),
        "-- c2 connect\n c2 > S\n c2 < R.\n-- stop".to_owned(),
    ];
    let refused = world(&steps, 2, &script.concat()).with(|recorded| {
        for client in &mut recorded.client_steps {
            client.steps[1].outcome = StepOutcome::Unsupported;
        }
    });
    assert_eq!(
        refused.says(TWO),
        "Fail: 1 connection open (frame 3), 0 answered, 1 refused"
    );
    let nobody = "-- c1 connect\n c1 > S\n c1 < R.\n-- c2 connect\n c2 > S\n c2 < R.\n-- stop";
    assert_eq!(
        world(&steps, 2, nobody).says(TWO),
        "Fail: 0 connections open, 0 answered, 2 refused"
    );
}

/// Client 1 is served and holds; client 2 waits in the accept queue until client 1 is gone.
fn serial(sample: &str) -> World {
    two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        "-- c2 times out\n".to_owned(),
        format!("-- sample {sample}\n"),
        leave(1),
        answer(2),
    ])
}

#[test]
fn clients_answered_one_after_the_other_are_not_served_at_once() {
    let serial = serial("c2 asleep: c1 read, c2 unaccepted");
    assert_eq!(
        serial.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 never accepted (no server-side socket); the 2nd answer is frame 17, 3.000 ms after connection 0 closed (14)"
    );
    let verdict = serial.verdict(TWO);
    let usually = &verdict.finding().unwrap().usually;
    assert!(
        usually[0].cause.starts_with("one client at a time"),
        "{usually:?}"
    );
}

#[test]
fn a_request_that_lies_unread_while_the_server_sleeps_fails() {
    let serial = serial("c2 asleep: c1 read, c2 unread");
    assert_eq!(
        serial.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 accepted with the request lying unread while the server slept; the 2nd answer is frame 17, 3.000 ms after connection 0 closed (14)"
    );
    let verdict = serial.verdict(TWO);
    let usually = &verdict.finding().unwrap().usually;
    assert!(
        usually[0]
            .cause
            .starts_with("connections are accepted, but one loop"),
        "{usually:?}"
    );
}

#[test]
fn a_server_that_still_runs_is_slow_and_nothing_is_decided() {
    assert_eq!(
        serial("c2 running: c1 read, c2 unread").says(TWO),
        "Inconclusive(Machine): 2 connections open (frame 6), 1 answered, 1 undecided; the 2nd answer is frame 17, 3.000 ms after connection 0 closed (14)"
    );
}

/// Both clients ask, wait in vain for the time of their step, and are answered when it is over.
fn slow(late: &[String]) -> World {
    two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        ask(2),
        "-- c1 times out\n-- sample c1 asleep: c1 read, c2 read\n".to_owned(),
        "-- c2 times out\n-- sample c2 asleep: c1 read, c2 read\n".to_owned(),
        late.concat(),
    ])
}

#[test]
fn who_is_answered_late_while_nobody_leaves_is_slow_and_not_stuck() {
    let slow = slow(&[answer(1), answer(2)]);
    assert_eq!(
        slow.says(TWO),
        "Pass: 2 connections open and answered at frame 14"
    );
    assert_eq!(
        slow.says(r#"check = "lifecycle-in-order", clients = "2""#),
        "Inconclusive(Machine): connection 1 (client 2): never asked to quit: client 2's request was answered too late (frame 14, after its step was given up): slower than the target allows, which gave the step 2.000 ms: a larger `step_within_ms` lets it be judged"
    );
}

#[test]
fn who_is_answered_only_when_it_leaves_was_kept_waiting() {
    let gone = "c1 > F.\n c1 < .\n".to_owned();
    let at_last = slow(&[gone, answer(1), answer(2)]);
    assert_eq!(
        at_last.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 2 read and not answered while the server slept; the 2nd answer is frame 16, 4.000 ms after connection 0 closed (12)"
    );
}

#[test]
fn who_is_never_answered_is_said_to_have_waited_for_so_long() {
    let never = slow(&[]);
    assert_eq!(
        never.says(r#"check = "lifecycle-in-order", clients = "2""#),
        "Fail: connection 1 (client 2): never asked to quit: client 2's request (frame 10) got no answer: everything was read, and every server thread slept; the client waited 2.000 ms"
    );
}

#[test]
fn a_banner_is_no_answer() {
    let banner = two_clients(&[
        connect(1),
        "c1 < \"FILES welcome\\n\"\n c1 > .\n".to_owned(),
        connect(2),
        "c2 < \"FILES welcome\\n\"\n c2 > .\n".to_owned(),
        ask(1),
        answer(1),
        ask(2),
        "-- c2 times out\n-- sample c2 asleep: c1 read, c2 unread\n".to_owned(),
    ]);
    assert_eq!(
        banner.says(TWO),
        "Fail: 2 connections open (frame 8), 1 answered, 1 accepted with the request lying unread while the server slept"
    );
}

#[test]
fn an_answer_on_a_connection_to_somebody_else_is_none() {
    let elsewhere = "127.0.0.1:5002".parse().unwrap();
    let both = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        answer(2),
        leave(1),
        leave(2),
    ]);
    let private = both.with(|recorded| {
        recorded.server = elsewhere;
        recorded.socket_samples[0].sockets[0].local = elsewhere;
    });
    assert_eq!(
        private.says(TWO),
        "Fail: 2 connections open (frame 6), 0 answered, 2 without a request"
    );
}

/// The server says so, and closes.
fn says_and_closes(client: u32, reply: &str) -> String {
    format!(
        "c{client} < \"{reply}\"\n c{client} > .\n c{client} < F.\n c{client} > F.\n c{client} < .\n-- c{client} ends in mid-step\n"
    )
}

#[test]
fn another_reply_to_everybody_turns_nobody_away() {
    let closing = |replies: [&str; 2]| {
        two_clients(&[
            connect(1),
            connect(2),
            ask(1),
            ask(2),
            says_and_closes(1, replies[0]),
            says_and_closes(2, replies[1]),
        ])
    };
    let strange = closing(["a.txt\\n", "a.txt\\n"]);
    assert_eq!(
        strange.clone().alike(&lone("no files\\n")).says(TWO),
        "Inconclusive(Program): 2 connections open (frame 6), 0 answered, 2 turned away; a `reply` in the target can say what an answer is"
    );
    assert_eq!(
        strange.says(TWO),
        "Fail: 2 connections open (frame 6), 0 answered, 2 turned away"
    );
    let preferred = closing(["no files\\n", "full\\n"]);
    assert_eq!(
        preferred.alike(&lone("no files\\n")).says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 turned away"
    );
}

/// The client says goodbye, and the server closes upon that.
fn bid_farewell(client: u32) -> String {
    format!(
        "-- c{client} hold\n-- c{client} quit\n c{client} > \"QUIT\\n\"\n c{client} < F.\n c{client} > F.\n c{client} < .\n-- c{client} done\n"
    )
}

#[test]
fn who_is_heard_until_it_says_goodbye_was_not_turned_away() {
    let strange = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        "c1 < \"no files\\n\"\n c1 > .\n".to_owned(),
        ask(2),
        "c2 < \"a.txt\\n\"\n c2 > .\n".to_owned(),
        bid_farewell(1),
        bid_farewell(2),
    ]);
    assert_eq!(
        strange.alike(&lone("no files\\n")).says(TWO),
        "Inconclusive(Program): 2 connections open (frame 6), 1 answered, 1 undecided"
    );
}

#[test]
fn a_request_that_lies_unanswered_until_the_goodbye_was_ignored_and_not_cut_off() {
    let ignored = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        "-- c2 hold\n-- sample c2 asleep: c1 read, c2 read\n".to_owned(),
        "-- c2 quit\n c2 > \"QUIT\\n\"\n c2 < F.\n c2 > F.\n c2 < .\n-- c2 done\n".to_owned(),
        leave(1),
    ]);
    assert_eq!(
        ignored.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 read and not answered while the server slept"
    );
}

#[test]
fn answers_at_different_times_show_nothing_and_say_so() {
    let in_turn = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        leave(1),
        ask(2),
        answer(2),
        leave(2),
    ]);
    assert_eq!(
        in_turn.says(TWO),
        "Inconclusive(Harness): 2 connections open (frame 6), 1 answered; the 2nd answer is frame 17, 5.000 ms after \
         connection 0 closed (12); the others not while these were open"
    );
}

#[test]
fn what_a_client_says_after_our_stop_is_no_request() {
    let parting = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        "-- c2 list\n-- c2 times out\n-- sample c2 asleep: c1 read, c2 read\n".to_owned(),
        "-- stop\n c2 > \"QUIT\\n\"\n c2 < .\n".to_owned(),
    ]);
    assert_eq!(
        parting.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 waiting, and sent no request"
    );
}

#[test]
fn a_client_that_was_answered_and_asks_no_more_is_not_ignored() {
    let stuck = format!(
        "{}{}{}{}{}{}-- c1 hold\n-- c2 list\n-- c2 times out\n-- sample c2 asleep: c1 read, c2 read\n-- stop",
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        answer(2),
    );
    let steps = &["connect", "list", "list@2", "hold", "quit"];
    let stuck = world(steps, 2, &stuck);
    assert_eq!(
        stuck.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 waiting after a reply, and sent no further request"
    );
    assert_eq!(
        likeliest(&stuck),
        "the client reads on after the reply's end, and waits for bytes that never come"
    );
}

/// The likeliest cause of a failure.
fn likeliest(world: &World) -> String {
    let verdict = world.verdict(TWO);
    verdict.finding().unwrap().usually[0].cause.clone()
}

#[test]
fn clients_beyond_the_number_of_workers_wait_for_a_free_one() {
    let script = format!(
        "{}{}{}{}{}{}{}{}-- c3 times out\n-- sample c3 asleep: c1 read, c2 read, c3 unaccepted\n-- stop",
        connect(1),
        connect(2),
        connect(3),
        ask(1),
        answer(1),
        ask(2),
        answer(2),
        ask(3),
    );
    let three = r#"check = "served-concurrently", at_least = 3"#;
    let verdict = world(STEPS, 3, &script).verdict(three);
    let causes = &verdict.finding().unwrap().usually;
    assert!(
        causes[0].cause.starts_with("a fixed number of threads"),
        "{causes:?}"
    );
}

#[test]
fn a_connection_that_is_closed_upon_a_request_points_to_its_handler() {
    let closed = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        "c2 < F.\n c2 > F.\n c2 < .\n-- c2 ends in mid-step\n".to_owned(),
    ]);
    assert_eq!(
        closed.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 closed by the server without an answer"
    );
    assert!(likeliest(&closed).starts_with("the handler met an error"));
}

#[test]
fn a_client_that_ends_when_it_is_connected_did_connect() {
    let crashed = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        "-- c2 list\n c2 > F.\n c2 < F.\n c2 > .\n-- c2 ends in mid-step\n".to_owned(),
    ]);
    assert_eq!(
        crashed.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 without a request"
    );
    assert!(likeliest(&crashed).starts_with("the client ended by itself"));
}

#[test]
fn a_refusal_is_no_answer() {
    let refused = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        "c2 < \"server full\\n\"\n c2 < F.\n c2 > F.\n c2 < .\n-- c2 ends in mid-step\n".to_owned(),
    ]);
    assert_eq!(
        refused.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 turned away"
    );
}

#[test]
fn a_refused_syn_is_counted_as_refused() {
    let refused = two_clients(&[
        connect(1),
        "-- c2 connect\n c2 > S\n c2 < R.\n-- c2 ends in mid-step\n".to_owned(),
        ask(1),
        answer(1),
    ]);
    assert_eq!(
        refused.says(TWO),
        "Fail: 1 connection open (frame 3), 1 answered, 1 refused"
    );
}

fn lone(reply: &str) -> World {
    let script = format!(
        "{}{}c1 < \"{reply}\"\n c1 > .\n-- c1 quit\n c1 > F.\n c1 < F.\n c1 > .\n-- c1 done\n-- stop",
        connect(1),
        ask(1)
    );
    world(ONE_CLIENT, 1, &script)
}

#[test]
fn without_a_pattern_an_answer_is_what_a_lone_client_got() {
    let both = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        answer(1),
        ask(2),
        answer(2),
        leave(1),
        leave(2),
    ]);
    assert_eq!(
        both.clone().alike(&lone("FILES 17\\n")).says(TWO),
        "Pass: 2 connections open and answered at frame 14"
    );
    assert_eq!(
        both.alike(&lone("3 files\\n")).says(TWO),
        "Inconclusive(Program): 2 connections open (frame 6), 0 answered, 2 undecided"
    );
}

#[test]
fn a_list_that_names_a_file_of_the_scenario_is_an_answer_whatever_a_lone_client_got() {
    let lists = |second: &str| {
        let script = [
            connect(1),
            connect(2),
            "-- c1 upload\n c1 > \"PUT\\n\"\n c1 < \"stored a.bin\\n\"\n c1 > .\n".to_owned(),
            ask(1),
            "c1 < \"[a.bin]\\n\"\n c1 > .\n".to_owned(),
            ask(2),
            format!("c2 < \"{second}\\n\"\n c2 > .\n"),
            leave(1),
            leave(2),
        ];
        let steps = &["connect", "upload@1 a.bin 20", "list", "hold", "quit"];
        world(steps, 2, &format!("{}\n-- stop", script.concat())).alike(&lone("[]\\n"))
    };
    assert_eq!(
        lists("[a.bin]").says(TWO),
        "Pass: 2 connections open and answered at frame 17"
    );
    assert_eq!(
        lists("busy").says(TWO),
        "Inconclusive(Program): 2 connections open (frame 6), 1 answered, 1 undecided"
    );
}

/// The server answers before the request's last byte has come.
fn early(client: u32, reply: &str) -> String {
    format!(
        "-- c{client} list\n c{client} > \"LIST\"\n c{client} < \"{reply}\"\n c{client} > \"\\n\"\n c{client} < .\n"
    )
}

fn both_early(second: &str) -> World {
    two_clients(&[
        connect(1),
        connect(2),
        early(1, "FILES 2\\n"),
        early(2, second),
        leave(1),
        leave(2),
    ])
}

#[test]
fn a_reply_that_comes_before_its_request_is_complete_is_an_answer() {
    let pass = "Pass: 2 connections open and answered at frame 13";
    assert_eq!(both_early("FILES 3\\n").says(TWO), pass);
    let early_alone = two_clients(&[connect(1), early(1, "FILES 9\\n"), leave(1)]);
    for lone in [early_alone, lone("FILES 17\\n")] {
        assert_eq!(both_early("FILES 3\\n").alike(&lone).says(TWO), pass);
    }
}

#[test]
fn other_bytes_before_the_request_is_complete_are_no_answer() {
    let busy = two_clients(&[
        connect(1),
        connect(2),
        early(1, "FILES 2\\n"),
        early(2, "BUSY\\n"),
        "-- c2 times out\n-- sample c2 asleep: c1 read, c2 unread\n".to_owned(),
    ]);
    assert_eq!(
        busy.says(TWO),
        "Fail: 2 connections open (frame 6), 1 answered, 1 accepted with the request lying unread while the server slept"
    );
}

#[test]
fn too_few_clients_cannot_show_it() {
    let both = two_clients(&[connect(1), connect(2), ask(1), answer(1), ask(2), answer(2)]);
    assert_eq!(
        both.says(r#"check = "served-concurrently", at_least = 5"#),
        "Inconclusive(Harness): only 2 clients took part"
    );
}

#[test]
fn a_connection_that_the_server_itself_began_is_no_clients() {
    let own = two_clients(&[connect(1), connect(2)]).with(|recorded| {
        recorded.attributions[1].owner = Some(synfin_core::manifest::Role::Server);
    });
    assert_eq!(
        own.says(r#"check = "handshake-completes", clients = "2..""#),
        "Fail: client 2 sent no SYN: `list` was not reached"
    );
}

#[test]
fn an_attribution_that_the_socket_table_contradicts_decides_nothing() {
    let wrong = two_clients(&[connect(1), connect(2)]).with(|recorded| {
        recorded.attributions[1].owner = Some(synfin_core::manifest::Role::Client(1));
    });
    assert_eq!(
        wrong.says(TWO),
        "Inconclusive(Harness): connection 1 was taken for client 2's, but its socket was client-1's"
    );
}

#[test]
fn answers_that_come_when_their_own_client_leaves_are_not_put_down_to_turns() {
    let flushed_at_its_end = |client: u32| {
        format!(
            "c{client} > F.\n c{client} < .\n c{client} < \"FILES 2\\n\"\n c{client} < F.\n c{client} > R\n"
        )
    };
    let buffered = two_clients(&[
        connect(1),
        connect(2),
        ask(1),
        ask(2),
        "-- c1 times out\n-- sample c1 asleep: c1 read, c2 read\n".to_owned(),
        "-- c2 times out\n-- sample c2 asleep: c1 read, c2 read\n".to_owned(),
        "-- stop\n".to_owned(),
        flushed_at_its_end(1),
        flushed_at_its_end(2),
    ]);
    let verdict = buffered.verdict(TWO);
    let finding = verdict.finding().unwrap();
    assert_eq!(
        finding.usually,
        Pattern::RequestIgnored.usually(),
        "{verdict:?}"
    );
}
