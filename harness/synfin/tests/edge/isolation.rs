//! What a program can see and do, and that nothing of it is left.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use synfin::launch::Program;
use synfin::sandbox::{Sandbox, SandboxError, Scope, Setup, Signal};
use synfin_core::manifest::{Exit, Role};
use synfin_core::spec::Stdin;

use super::scenario::*;

#[tokio::test]
async fn a_program_has_no_privilege_and_cannot_get_one() {
    let sandbox = start().await;
    let status = printed_by(&sandbox, "grep -E '^(Cap|NoNewPrivs)' /proc/self/status").await;
    let nothing = "0000000000000000";
    let expected = ["Inh", "Prm", "Eff", "Bnd", "Amb"].map(|set| format!("Cap{set}:\t{nothing}\n"));
    assert_eq!(status, format!("{}NoNewPrivs:\t1\n", expected.concat()));
}

#[tokio::test]
async fn a_program_runs_as_an_ordinary_user() {
    let sandbox = start().await;
    let uid = match rustix::process::geteuid().as_raw() {
        0 => 65534,
        ordinary => ordinary,
    };
    assert_eq!(printed_by(&sandbox, "id -u").await, format!("{uid}\n"));
}

#[tokio::test]
async fn a_program_cannot_write_outside_its_scratch() {
    let sandbox = start().await;
    let outside = [
        env!("CARGO_MANIFEST_DIR"),
        "/",
        "/etc",
        "/var/tmp",
        "/home",
        "/dev",
        "/sys/fs/cgroup",
    ];
    let script = format!(
        "for dir in {}; do (: > $dir/synfin-was-here) 2> /dev/null && echo wrote to $dir; done; echo x > a && cat a",
        outside.join(" ")
    );
    assert_eq!(printed_by(&sandbox, &script).await, "x\n");
}

#[tokio::test]
async fn a_program_cannot_make_a_network_of_its_own() {
    let sandbox = start().await;
    let (exit, printed) =
        end_of(shell(&sandbox, Role::Server, "unshare --user --net true").await).await;
    assert_eq!(exit, Exit::Code { code: 1 }, "{printed}");
}

#[tokio::test]
async fn a_program_may_listen_on_any_port_and_knows_its_host_by_name() {
    let sandbox = start().await;
    let script = "import socket; socket.create_server(('localhost', 80)); print(socket.gethostbyname(socket.gethostname()))";
    let (_, printed) = end_of(python(&sandbox, Role::Server, script).await).await;
    assert_eq!(printed, "127.0.0.1\n");
}

#[tokio::test]
async fn the_world_cannot_be_reached() {
    let sandbox = start().await;
    let script = "import socket, errno; print(errno.errorcode[socket.socket().connect_ex(('192.0.2.1', 80))])";
    let (_, printed) = end_of(python(&sandbox, Role::Server, script).await).await;
    assert_eq!(printed, "ENETUNREACH\n");
}

#[tokio::test]
async fn what_is_hidden_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    readable_for_all(folder.path());
    let (directory, file) = (folder.path().join("captures"), folder.path().join("rubric"));
    std::fs::create_dir(&directory).unwrap();
    for path in [directory.join("secret"), file.clone()] {
        write(&path, "secret");
    }
    let sandbox = start_with(&Setup {
        hidden: vec![
            directory.clone(),
            file.clone(),
            folder.path().join("absent"),
        ],
        exposed: vec![folder.path().to_owned()],
        ..setup()
    })
    .await;
    let script = format!(
        "ls {0} | wc -l; cat {1} | wc -c",
        directory.display(),
        file.display()
    );
    assert_eq!(printed_by(&sandbox, &script).await, "0\n0\n");
}

#[tokio::test]
async fn a_socket_of_the_hosts_is_not_there_whoever_may_connect_to_it() {
    let folder = tempfile::tempdir().unwrap();
    readable_for_all(folder.path());
    let path = folder.path().join("bus");
    let _listening = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&path, everybody).unwrap();
    let sandbox = start_with(&Setup {
        exposed: vec![folder.path().to_owned()],
        ..setup()
    })
    .await;
    let script = format!(
        "import socket, errno; print(errno.errorcode[socket.socket(socket.AF_UNIX).connect_ex({path:?})])"
    );
    let (_, printed) = end_of(python(&sandbox, Role::Server, &script).await).await;
    assert_eq!(printed, "ECONNREFUSED\n");
}

#[tokio::test]
async fn what_is_exposed_below_tmp_is_seen_and_the_rest_of_tmp_is_not() {
    let exposed = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    readable_for_all(exposed.path());
    write(&exposed.path().join("file"), "seen\n");
    let sandbox = start_with(&Setup {
        exposed: vec![exposed.path().to_owned()],
        ..setup()
    })
    .await;
    let script = format!(
        "cat {0}/file; (: > {0}/new) 2> /dev/null || echo read-only; ls -d {1} 2> /dev/null || echo unseen",
        exposed.path().display(),
        other.path().display()
    );
    assert_eq!(
        printed_by(&sandbox, &script).await,
        "seen\nread-only\nunseen\n"
    );
}

#[tokio::test]
async fn roles_neither_see_nor_signal_nor_read_each_other() {
    let sandbox = start().await;
    let server = shell(
        &sandbox,
        Role::Server,
        "echo secret > file; echo ready; exec sleep 1000",
    )
    .await;
    lines(&server, 1).await;
    let script =
        "ls /tmp; cat /proc/[0-9]*/comm | grep -c sleep; kill -KILL -1; cat /tmp/server/file";
    let (_, printed) = end_of(
        shell(
            &sandbox,
            Role::Client(1),
            &format!("({script}) 2> /dev/null"),
        )
        .await,
    )
    .await;
    assert_eq!(printed, "client-1\n0\n");
    assert_eq!(server.ended(), None);
}

#[tokio::test]
async fn a_daemon_stays_in_its_role_and_is_killed_with_it() {
    let sandbox = start().await;
    let server = shell(&sandbox, Role::Server, "setsid -f sleep 1000").await;
    assert_eq!(server.wait().await.unwrap().exit, Exit::Code { code: 0 });
    let threads = sandbox.stat(Role::Server).await.unwrap().threads;
    assert_eq!(threads.len(), 1, "{threads:?}");
    assert!(
        sandbox
            .signal(Role::Server, Signal::Kill, Scope::Role)
            .await
            .unwrap()
    );
    tokio::time::timeout(PATIENCE, server.wait_until_role_gone())
        .await
        .unwrap();
    assert_eq!(sandbox.stat(Role::Server).await.unwrap().threads, []);
}

#[tokio::test]
async fn a_role_that_is_killed_still_tells_how_its_program_ended() {
    let sandbox = start().await;
    let script = "trap '' TERM; echo ready; while :; do sleep 1000; done";
    let server = shell(&sandbox, Role::Server, script).await;
    lines(&server, 1).await;
    assert!(
        sandbox
            .signal(Role::Server, Signal::Term, Scope::Program)
            .await
            .unwrap()
    );
    assert!(
        sandbox
            .signal(Role::Server, Signal::Kill, Scope::Role)
            .await
            .unwrap()
    );
    assert_eq!(
        server.wait().await.unwrap().exit,
        Exit::Signal { signal: 9 }
    );
}

#[tokio::test]
async fn a_signal_reaches_the_program_that_was_started() {
    let sandbox = start().await;
    let server = shell(
        &sandbox,
        Role::Server,
        "trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done",
    )
    .await;
    lines(&server, 1).await;
    sandbox
        .signal(Role::Server, Signal::Term, Scope::Program)
        .await
        .unwrap();
    assert_eq!(server.wait().await.unwrap().exit, Exit::Code { code: 3 });
}

/// Waits until the role's threads are all stopped, or none is.
async fn until_stopped(sandbox: &Sandbox, role: Role, stopped: bool) {
    let all_so = async {
        let is_so = |state: char| (state == 'T') == stopped;
        while !sandbox
            .stat(role)
            .await
            .unwrap()
            .threads
            .iter()
            .all(|thread| is_so(thread.state))
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all_so).await.unwrap();
}

#[tokio::test]
async fn the_end_of_a_pause_does_not_wake_who_was_stopped() {
    pauses_are_told_from_stops(&setup()).await;
}

/// Stops the client, pauses everybody, and lets go: the server goes on, the client does not.
pub(crate) async fn pauses_are_told_from_stops(setup: &Setup) {
    let sandbox = start_with(setup).await;
    let (server, client) = (Role::Server, Role::Client(1));
    let programs = [
        shell(&sandbox, server, "echo ready; exec sleep 1000").await,
        shell(&sandbox, client, "echo ready; exec sleep 1000").await,
    ];
    for program in &programs {
        lines(program, 1).await;
    }
    let stopped = sandbox.signal(client, Signal::Stop, Scope::Role).await;
    assert!(stopped.unwrap());
    until_stopped(&sandbox, client, true).await;

    let brake = sandbox.brake().unwrap();
    brake.pause().unwrap();
    until_stopped(&sandbox, server, true).await;
    brake.resume().unwrap();
    until_stopped(&sandbox, server, false).await;
    until_stopped(&sandbox, client, true).await;
}

/// Forks until it may not, tells whether that was soon, and kills what it made.
pub(crate) const FORK_BOMB: &str = "import os
for count in range(1000):
    try:
        if os.fork() == 0:
            import signal; signal.pause()
    except BlockingIOError:
        break
print(count < 41)
import signal; os.kill(-1, signal.SIGKILL)";

#[tokio::test]
async fn a_fork_bomb_meets_the_limit() {
    let sandbox = start_with(&Setup {
        processes_max: 40,
        ..setup()
    })
    .await;
    let (_, printed) = end_of(python(&sandbox, Role::Server, FORK_BOMB).await).await;
    assert_eq!(printed, "True\n");
}

#[tokio::test]
async fn scratch_is_bounded() {
    let sandbox = start_with(&Setup {
        scratch_bytes: 1 << 20,
        ..setup()
    })
    .await;
    let script = "head -c 3000000 /dev/zero > a 2> /dev/null; head -c 3000000 /dev/zero > b 2> /dev/null; cat a b | wc -c";
    let printed = printed_by(&sandbox, script).await;
    assert!(
        printed.trim().parse::<u64>().unwrap() <= 1 << 20,
        "{printed}"
    );
}

#[tokio::test]
async fn a_submission_is_copied_and_never_modified() {
    let source = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(source.path().join("deep/er")).unwrap();
    std::fs::create_dir(source.path().join("target")).unwrap();
    write(&source.path().join("deep/er/file"), "original\n");
    std::os::unix::fs::symlink("deep/er/file", source.path().join("link")).unwrap();
    let sandbox = Sandbox::start(&setup()).await.unwrap();
    sandbox
        .prepare(Role::Server, Some(source.path()))
        .await
        .unwrap();
    let script = "ls; cat link; echo changed > link; cat deep/er/file";
    assert_eq!(
        printed_by(&sandbox, script).await,
        "deep\nlink\noriginal\nchanged\n"
    );
    let kept = std::fs::read_to_string(source.path().join("link")).unwrap();
    assert_eq!(kept, "original\n");
}

#[tokio::test]
async fn a_link_of_a_submission_is_copied_as_a_link() {
    let source = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/usr/bin/env", source.path().join("link")).unwrap();
    let sandbox = Sandbox::start(&setup()).await.unwrap();
    sandbox
        .prepare(Role::Server, Some(source.path()))
        .await
        .unwrap();
    assert_eq!(
        printed_by(&sandbox, "readlink link").await,
        "/usr/bin/env\n"
    );
    assert!(sandbox.open(Role::Server, "link").await.is_err());
}

#[tokio::test]
async fn files_are_put_and_read_back_and_links_are_never_followed() {
    files_are_put_and_read_back(&setup()).await;
}

/// Puts a file, has it copied to one that its own user may not read, and reads that; tries links, a pipe and a folder.
pub(crate) async fn files_are_put_and_read_back(setup: &Setup) {
    let sandbox = start_with(setup).await;
    sandbox
        .put(Role::Server, "in/notes.bin", b"contents")
        .await
        .unwrap();
    let script = "cp in/notes.bin out; ln -s out link; mkfifo pipe; chmod 000 out; ls -l in/notes.bin | wc -l";
    assert_eq!(printed_by(&sandbox, script).await, "1\n");
    let read = |path: &'static str| sandbox.open(Role::Server, path);
    let mut file = read("out").await.unwrap().unwrap();
    assert_eq!(std::io::read_to_string(&mut file).unwrap(), "contents");
    assert!(read("absent").await.unwrap().is_none());
    for forbidden in ["link", "pipe", "in", "../server/out", "/etc/passwd"] {
        assert!(
            matches!(read(forbidden).await, Err(SandboxError::Refused(_))),
            "{forbidden}"
        );
    }
    let names = sandbox.list(Role::Server, "").await.unwrap();
    let names = names
        .iter()
        .map(|listed| listed.name.as_str())
        .collect::<Vec<_>>();
    assert_eq!(names, ["in", "link", "out", "pipe"]);
}

#[tokio::test]
async fn a_program_that_cannot_be_executed_is_told_in_words() {
    let sandbox = start().await;
    sandbox
        .put(Role::Server, "text", b"no program")
        .await
        .unwrap();
    let error = |argv: &'static str| {
        let launch = launch(Role::Server, &[argv], Stdin::Pipe);
        let sandbox = sandbox.clone();
        async move {
            Program::start(&sandbox, &launch)
                .await
                .unwrap_err()
                .to_string()
        }
    };
    assert_eq!(
        error("no-such-program").await,
        "no program called \"no-such-program\" in PATH"
    );
    assert_eq!(
        error("./absent").await,
        "/tmp/server/./absent: no such file"
    );
    assert_eq!(
        error("./text").await,
        "/tmp/server/./text: permission denied (is it executable, and readable for others?)"
    );
}

/// As root, a program runs as somebody who may not enter root's own folders.
#[tokio::test]
async fn a_program_in_a_folder_closed_to_others_is_executed_all_the_same() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (binary, script) = (folder.path().join("binary"), folder.path().join("script"));
    std::fs::copy("/bin/echo", &binary).unwrap();
    write(&script, "#!/bin/sh\necho script $1\n");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let sandbox = start_with(&Setup {
        exposed: vec![folder.path().to_owned()],
        ..setup()
    })
    .await;
    for (program, expected) in [(binary, "x\n"), (script, "script x\n")] {
        let argv = [program.to_str().unwrap(), "x"];
        let program = Program::start(&sandbox, &launch(Role::Server, &argv, Stdin::Pipe))
            .await
            .unwrap();
        assert_eq!(end_of(program).await.1, expected);
    }
}

#[tokio::test]
async fn nothing_survives_the_harness() {
    everything_dies_with("isolation::a_harness_that_never_ends").await;
}

/// A harness of its own, whose death is SIGKILL: this very test binary, running the test of this name, which starts a program
/// and a daemon by [`run_for_ever`].
pub(crate) async fn everything_dies_with(harness: &str) {
    let mark = format!("synfin-mark-{harness}-{}", std::process::id());
    let mut harness = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", harness, "--ignored", "--nocapture"])
        .env("SYNFIN_TEST_MARK", &mark)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = tokio::io::BufReader::new(harness.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("running for ever") {
        line.clear();
        let read = tokio::io::AsyncBufReadExt::read_line(&mut printed, &mut line)
            .await
            .unwrap();
        assert!(read > 0, "the harness ended");
    }
    // A process that is just executing a program shows no arguments.
    tokio::time::timeout(PATIENCE, async {
        while processes_with(&mark).len() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("there are program and daemon");
    harness.kill().await.unwrap();
    tokio::time::timeout(PATIENCE, async {
        while !processes_with(&mark).is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("everything dies with the harness");
}

#[tokio::test]
#[ignore = "a part of `nothing_survives_the_harness`, which kills it"]
async fn a_harness_that_never_ends() {
    run_for_ever(&setup()).await;
}

/// Starts a program and a daemon with the mark among their arguments, stops the program, and waits for its end.
pub(crate) async fn run_for_ever(setup: &Setup) {
    let mark = std::env::var("SYNFIN_TEST_MARK").unwrap();
    let sandbox = start_with(setup).await;
    let script = format!(
        "setsid -f sh -c 'while :; do sleep 1; done' {mark}; echo; while :; do sleep 1; done"
    );
    let argv = ["sh", "-c", &script, &mark];
    let server = Program::start(&sandbox, &launch(Role::Server, &argv, Stdin::Pipe))
        .await
        .unwrap();
    lines(&server, 1).await;
    sandbox
        .signal(Role::Server, Signal::Stop, Scope::Program)
        .await
        .unwrap();
    let mut told = std::io::stdout().lock();
    told.write_all(b"running for ever\n").unwrap();
    drop(told);
    server.wait().await;
}

/// The processes of this machine that have the mark among their arguments, test harnesses left out.
fn processes_with(mark: &str) -> Vec<PathBuf> {
    let arguments = |process: &Path| std::fs::read(process.join("cmdline")).unwrap_or_default();
    std::fs::read_dir("/proc")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|process| {
            let arguments = arguments(process);
            arguments
                .split(|byte| *byte == 0)
                .any(|argument| argument == mark.as_bytes())
        })
        .collect()
}

#[tokio::test]
async fn shutting_down_ends_everything_and_waits_for_it() {
    let sandbox = start().await;
    let server = shell(&sandbox, Role::Server, "sleep 1000 & sleep 1000").await;
    sandbox.shut_down().await.unwrap();
    tokio::time::timeout(PATIENCE, server.wait_until_role_gone())
        .await
        .unwrap();
}

pub(crate) fn readable_for_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
