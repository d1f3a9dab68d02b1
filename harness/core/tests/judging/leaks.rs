//! Sockets of clients that are gone.

use synfin_core::checks::Evidence;
use synfin_core::manifest::{
    Role, SampleReason, SocketRow, SocketSample, SocketState, Supervision, ThreadSample,
};

use crate::setup::{LIFE, STEPS};
use crate::world::{SERVER, World, address, at, socket, world};

const NO_LEAKS: &str = r#"check = "no-leaked-sockets""#;

/// A client that has gone, and the server's socket as the last sample has it.
fn left_in(state: SocketState, change: impl FnOnce(&mut SocketSample)) -> World {
    let half = LIFE.replacen("c1 < F.\n    c1 > .\n", "", 1);
    assert_ne!(half, LIFE);
    world(STEPS, 1, &half).with(|recorded| {
        recorded.processes[1].exited_at = Some(at(10));
        let row = SocketRow {
            receive_queue: 3,
            ..socket(SERVER.parse().unwrap(), address(1), state)
        };
        let mut sample = SocketSample {
            at: at(10) + 1,
            reason: SampleReason::Stop,
            sockets: vec![row],
            listen_overflows: 0,
            server_runs: Some(false),
            unlisted: None,
        };
        change(&mut sample);
        recorded.socket_samples.push(sample);
    })
}

#[test]
fn a_socket_in_close_wait_is_a_leak() {
    let leaked = left_in(SocketState::CloseWait, |_| ());
    assert_eq!(
        leaked.says(NO_LEAKS),
        "Fail: connection 0 (client 1): the client is gone, and the server still holds its socket in CLOSE_WAIT (inode 77, 3 \
         unread bytes)"
    );
    let verdict = leaked.verdict(NO_LEAKS);
    let [Evidence::Frames { frames, .. }, Evidence::Sockets { .. }] =
        verdict.finding().unwrap().evidence.as_slice()
    else {
        panic!("{verdict:?}");
    };
    let frames: Vec<_> = frames.iter().map(|frame| frame.0).collect();
    assert_eq!(frames, [9, 10]);
}

#[test]
fn no_socket_or_one_on_its_way_out_is_none() {
    let gone = left_in(SocketState::CloseWait, |sample| sample.sockets.clear());
    let closing = left_in(SocketState::LastAck, |_| ());
    for world in [gone, closing] {
        assert_eq!(
            world.says(NO_LEAKS),
            "Pass: no socket left of 1 connection whose clients were gone"
        );
    }
}

#[test]
fn a_socket_that_was_never_accepted_is_not_the_programs_to_close() {
    let queued = left_in(SocketState::CloseWait, |sample| sample.sockets[0].inode = 0);
    assert!(queued.says(NO_LEAKS).starts_with("Pass: "));
}

#[test]
fn a_server_that_still_runs_may_be_about_to_close() {
    let busy = left_in(SocketState::CloseWait, |sample| {
        sample.server_runs = Some(true);
    });
    assert!(busy.says(NO_LEAKS).starts_with("Inconclusive(Machine): "));
    let unknown = left_in(SocketState::CloseWait, |sample| sample.server_runs = None);
    assert!(
        unknown
            .says(NO_LEAKS)
            .starts_with("Inconclusive(Harness): ")
    );
}

#[test]
fn a_server_that_runs_in_circles_is_not_about_to_close() {
    let spinning = |from: u64| {
        let busy = left_in(SocketState::CloseWait, |sample| {
            sample.server_runs = Some(true);
        });
        busy.with(|recorded| {
            recorded.processes[0].supervision = vec![Supervision {
                from,
                to: from + 2_000_000_000,
                threads: vec![ThreadSample {
                    tid: 12,
                    name: "worker".to_owned(),
                    samples: 40,
                    running: 40,
                    cpu_ms: 2000,
                }],
            }];
        })
    };
    assert!(spinning(at(10)).says(NO_LEAKS).starts_with("Fail: "));
    assert!(
        spinning(at(11))
            .says(NO_LEAKS)
            .starts_with("Inconclusive(Machine): ")
    );
}

#[test]
fn a_client_that_lives_on_after_its_fin_may_still_be_served() {
    let alive = left_in(SocketState::CloseWait, |_| ())
        .with(|recorded| recorded.processes[1].exited_at = Some(at(12)));
    assert_eq!(
        alive.says(NO_LEAKS),
        "Inconclusive(Harness): no client was gone when the socket table was last sampled"
    );
}

#[test]
fn a_client_that_went_without_a_word_leaves_a_half_open_connection() {
    let silent = LIFE.split("-- c1 quit").next().unwrap();
    let half_open = left_in(SocketState::Established, |_| ());
    let mut samples = half_open.recorded.socket_samples;
    samples.last_mut().unwrap().at = at(8) + 1;
    let vanished = world(
        &["connect", "list"],
        1,
        &format!("{silent} -- c1 done\n -- stop"),
    )
    .with(|recorded| {
        recorded.processes[1].exited_at = Some(at(8));
        recorded.socket_samples = samples;
    });
    assert_eq!(
        vanished.says(NO_LEAKS),
        "Fail: connection 0 (client 1): the client is gone, and the server still holds its socket in ESTABLISHED, half-open \
         (inode 77, 3 unread bytes)"
    );
}

#[test]
fn an_ended_server_holds_no_socket_and_proves_nothing() {
    let ended = left_in(SocketState::CloseWait, |sample| sample.sockets.clear()).with(|recorded| {
        let server = &mut recorded.processes[0];
        assert_eq!(server.role, Role::Server);
        server.exited_at = Some(at(5));
        server.stop_actions.clear();
    });
    assert_eq!(
        ended.says(NO_LEAKS),
        "Inconclusive(Program): the server had ended: its kernel had closed every socket"
    );
}

#[test]
fn without_a_sample_before_the_stop_nothing_is_known() {
    assert_eq!(
        world(STEPS, 1, LIFE).says(NO_LEAKS),
        "Inconclusive(Harness): the socket table was not sampled before the stop"
    );
}

/// The server's sockets that no table lists, when it began to listen and at the end.
fn unlisted(before: Option<&[u64]>, after: Option<&[u64]>) -> World {
    let mut world = left_in(SocketState::CloseWait, |sample| {
        sample.sockets.clear();
        sample.unlisted = after.map(<[u64]>::to_vec);
    });
    let first = &mut world.recorded.socket_samples[0];
    assert_eq!(first.reason, SampleReason::Listen);
    first.unlisted = before.map(<[u64]>::to_vec);
    world
}

#[test]
fn a_descriptor_whose_connection_is_in_no_table_any_more_is_a_leak() {
    let leaked = unlisted(Some(&[5]), Some(&[5, 81, 82, 83]));
    assert_eq!(
        leaked.says(NO_LEAKS),
        "Fail: the clients are gone, and the server still holds 3 sockets without a connection (CLOSED)"
    );
    let verdict = leaked.verdict(NO_LEAKS);
    let [Evidence::Sockets { what }] = verdict.finding().unwrap().evidence.as_slice() else {
        panic!("{verdict:?}");
    };
    assert_eq!(
        what,
        "among the server's open descriptors and in no socket table: inode 81, 82, 83; 1 of that kind when it began to listen"
    );
}

#[test]
fn as_many_sockets_without_a_connection_as_before_the_first_client_are_none() {
    let worlds = [
        unlisted(Some(&[5]), Some(&[5])),
        unlisted(Some(&[5]), Some(&[6])),
        unlisted(Some(&[]), Some(&[])),
        unlisted(None, Some(&[81])),
        unlisted(Some(&[]), None),
    ];
    for world in worlds {
        assert_eq!(
            world.says(NO_LEAKS),
            "Pass: no socket left of 1 connection whose clients were gone"
        );
    }
}

#[test]
fn descriptors_prove_nothing_while_the_server_runs_or_a_client_lives() {
    let mut busy = unlisted(Some(&[]), Some(&[81]));
    let last = busy.recorded.socket_samples.last_mut().unwrap();
    last.server_runs = Some(true);
    assert_eq!(
        busy.says(NO_LEAKS),
        "Inconclusive(Machine): the clients are gone, and the server still holds 1 socket without a connection (CLOSED), but the \
         server was still running"
    );

    let mut accompanied = unlisted(Some(&[]), Some(&[81]));
    let mut second = accompanied.recorded.processes[1].clone();
    second.role = Role::Client(2);
    second.exited_at = Some(at(12));
    accompanied.recorded.processes.push(second);
    assert!(accompanied.says(NO_LEAKS).starts_with("Pass: "));
}
