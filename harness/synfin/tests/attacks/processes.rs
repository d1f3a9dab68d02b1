//! Attempts to end, stop, outlive or hold up the grader.

use std::fs;
use std::time::{Duration, Instant};

use synfin::sandbox::{Scope, Signal};
use synfin_core::manifest::{Exit, Limit, Role};
use synfin_core::report::ResultName::{Fail, Pass};

use crate::scenario::{PATIENCE, end_of, lines};
use crate::submission::{Submission, alone, attempts};

/// What no grading here takes, even on a machine that is busy: an attempt that holds the grader up costs its own limits only.
const HELD_UP: Duration = Duration::from_secs(30);

#[test]
fn killing_everybody_and_stopping_the_parent_harms_nobody() {
    let graded = Submission::sound()
        .server("kill_all")
        .client("kill_all")
        .graded();
    for role in [Role::Server, Role::Client(1)] {
        let told = graded.told_by(role);
        assert_eq!(told[0], "kill everybody: ESRCH");
        assert_eq!(told[1], "processes left: 2");
        let signals = told[2..].iter();
        // As root its keeper is another user's; else process 1 of its namespace, which no signal from inside reaches.
        let harmless = |line: &&String| line.ends_with(": EPERM") || line.ends_with(": done");
        assert_eq!(signals.filter(harmless).count(), 5, "{told:?}");
    }
    graded.assert_passes();
}

#[test]
fn a_server_that_stops_itself_fails_in_its_time() {
    let begun = Instant::now();
    let graded = Submission::sound()
        .replace("target.toml", "listen =", "start_within_ms = 500\nlisten =")
        .server("stop_self")
        .graded();
    let told = graded.told_by(Role::Server);
    assert_eq!(told[1], "SIGSTOP to itself: done");
    graded.assert_result("server-listens", Fail);
    assert!(begun.elapsed() < HELD_UP, "{:?}", begun.elapsed());
}

#[test]
fn a_client_that_stops_itself_fails_in_its_time() {
    let begun = Instant::now();
    let graded = Submission::sound()
        .replace(
            "target.toml",
            "[client.steps]",
            "step_within_ms = 500\n[client.steps]",
        )
        .connected_client("stop_self")
        .graded();
    let told = graded.told_by(Role::Client(1));
    assert_eq!(told[1], "SIGSTOP to itself: done");
    graded.assert_result("server-listens", Pass);
    graded.assert_result("transfer-intact", Fail);
    assert!(begun.elapsed() < HELD_UP, "{:?}", begun.elapsed());
}

#[test]
fn two_hundred_daemons_end_with_their_role() {
    let mark = format!("synfin-daemon-{}", std::process::id());
    let env = format!("env = {{ MARK = {mark:?} }}\nlisten =");
    let graded = Submission::sound()
        .replace("target.toml", "listen =", &env)
        .server("daemons")
        .graded();
    assert_eq!(graded.told_by(Role::Server), ["daemons: 200"]);
    assert_eq!(processes_called(&mark), 0);
    // They held out against SIGTERM.
    graded.assert_fails_only("stops-on-sigterm");
}

#[test]
fn a_fork_bomb_ends_by_its_limit_and_is_named() {
    let begun = Instant::now();
    let graded = Submission::sound()
        .limited("processes = 40")
        .server("fork_bomb")
        .graded();
    let recorded = graded.recorded();
    let server = recorded.processes.iter().find(|it| it.role == Role::Server);
    let hit = server.unwrap().limit_hit.map(|hit| hit.limit);
    assert_eq!(hit, Some(Limit::Processes), "{server:?}");
    graded.assert_result("server-listens", Fail);
    assert!(begun.elapsed() < HELD_UP, "{:?}", begun.elapsed());
}

#[test]
fn a_daemon_that_holds_the_terminal_and_hears_no_signal_holds_nothing_up() {
    let begun = Instant::now();
    let graded = Submission::sound()
        .server("deaf_daemon")
        .client("deaf_daemon")
        .graded();
    for role in [Role::Server, Role::Client(1)] {
        assert_eq!(graded.told_by(role), ["a deaf daemon: deaf"]);
    }
    graded.assert_result("transfer-intact", Pass);
    assert!(begun.elapsed() < HELD_UP, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_daemon_that_hears_no_signal_is_gone_when_its_role_is_killed() {
    let (sandbox, program) = alone("deaf_daemon").await;
    lines(&program, 1).await;
    assert_eq!(program.wait().await.unwrap().exit, Exit::Code { code: 0 });
    let left = sandbox.stat(Role::Server).await.unwrap().threads.len();
    assert_eq!(left, 1);
    let there = sandbox.signal(Role::Server, Signal::Kill, Scope::Role);
    assert!(there.await.unwrap());
    let gone = tokio::time::timeout(PATIENCE, program.wait_until_role_gone());
    gone.await.unwrap();
}

#[tokio::test]
async fn nobody_takes_hold_of_his_keeper() {
    let (_sandbox, program) = alone("ptrace").await;
    let (exit, printed) = end_of(program).await;
    assert_eq!(exit, Exit::Code { code: 0 }, "{printed}");
    let told = attempts(&printed);
    assert_eq!(told.len(), 7, "{printed}");
    let denied = |line: &&String| line.ends_with(": EPERM") || line.ends_with(": EACCES");
    assert_eq!(told.iter().filter(denied).count(), 7, "{printed}");
}

/// How many processes of this machine go by this name.
fn processes_called(name: &str) -> usize {
    let begins = format!("{name}\0");
    let named = |entry: &fs::DirEntry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line.starts_with(begins.as_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap().map(Result::unwrap);
    processes.filter(named).count()
}
