//! The same without namespaces, as root in a container has it: a user for each role, a fence around each program, and the
//! host's own wire.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use synfin::launch::Program;
use synfin::ring::{Capture, Config};
use synfin::sandbox::{Isolation, Sandbox, Scope, Setup, Signal};
use synfin_core::manifest::{Exit, Role};
use synfin_core::pcap::Reader;
use synfin_core::spec::Stdin;
use synfin_core::wire::{self, Packet};

use super::isolation::{
    FORK_BOMB, everything_dies_with, pauses_are_told_from_stops, readable_for_all, run_for_ever,
};
use super::scenario::*;
use super::socket_table::one_lost_connection_is_told;

/// Names what tests do without, separated by commas.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

/// Whether this is root. Fails the test if not, unless the environment says to do without.
#[track_caller]
pub(crate) fn is_root() -> bool {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    if without.split(',').any(|name| name == "root") {
        // The test runner keeps what the printing macros print of a passing test.
        let line = format!("LEFT OUT, because {WITHOUT} names root\n");
        std::io::stderr().lock().write_all(line.as_bytes()).unwrap();
        return false;
    }
    assert!(
        rustix::process::geteuid().is_root(),
        "programs can be other users only by root's leave: run this as root, or do without it: {WITHOUT}=root"
    );
    true
}

fn users() -> Setup {
    Setup {
        isolation: Isolation::Users,
        ..setup()
    }
}

#[tokio::test]
async fn a_socket_that_has_lost_its_connection_is_told_there_too() {
    if !is_root() {
        return;
    }
    one_lost_connection_is_told(start_with(&users()).await).await;
}

#[tokio::test]
async fn each_role_is_a_user_without_privilege() {
    if !is_root() {
        return;
    }
    let sandbox = start_with(&users()).await;
    let script = "id -u; id -G; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | cut -f2";
    let server = printed_by(&sandbox, script).await;
    let client = end_of(shell(&sandbox, Role::Client(1), script).await)
        .await
        .1;
    let nothing = "0000000000000000";
    let ids = |printed: &str| -> Vec<String> {
        let (ids, rest) = printed.split_at(printed.find(nothing).unwrap());
        assert_eq!(rest, format!("{nothing}\n{nothing}\n1\n"));
        ids.lines().map(str::to_owned).collect()
    };
    let (server, client) = (ids(&server), ids(&client));
    assert_eq!(
        server[0], server[1],
        "its group is its own, and the only one"
    );
    assert_ne!(server[0], client[0]);
    assert!(server[0].parse::<u32>().unwrap() > 60_000);
}

#[tokio::test]
async fn a_program_writes_in_its_scratch_alone_and_finds_it_in_its_environment() {
    if !is_root() {
        return;
    }
    let sandbox = start_with(&users()).await;
    let script = format!(
        "for dir in {} / /etc /tmp /var/tmp /dev/shm /dev; do (: > $dir/synfin-was-here) 2> /dev/null && echo wrote to $dir; done
         echo x > a && cat a; [ $HOME/server = $(pwd) ] && echo home; : > $TMPDIR/b && echo temporary; echo > /dev/null && echo null",
        env!("CARGO_MANIFEST_DIR")
    );
    let printed = printed_by(&sandbox, &script).await;
    assert_eq!(printed, "x\nhome\ntemporary\nnull\n");
}

#[tokio::test]
async fn what_is_hidden_cannot_be_read_although_it_is_readable_for_all() {
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    readable_for_all(folder.path());
    for name in ["captures", "reports", "submissions/other"] {
        std::fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    for name in [
        "rubric",
        "captures/seed",
        "submissions/other/server.py",
        "beside",
    ] {
        std::fs::write(folder.path().join(name), "seen\n").unwrap();
    }
    let hidden = ["rubric", "captures", "reports", "submissions/other"];
    let sandbox = start_with(&Setup {
        hidden: hidden.map(|name| folder.path().join(name)).to_vec(),
        exposed: vec![folder.path().to_owned()],
        ..users()
    })
    .await;
    let script = format!(
        "cd {}; cat beside; for path in rubric captures/seed submissions/other/server.py; do cat $path; done
         ls captures submissions; cat /proc/self/root/{}/rubric",
        folder.path().display(),
        folder.path().display()
    );
    let printed = printed_by(&sandbox, &format!("({script}) 2> /dev/null")).await;
    assert_eq!(printed, "seen\n");
}

#[tokio::test]
async fn roles_neither_signal_nor_read_each_other_nor_the_harness() {
    if !is_root() {
        return;
    }
    let sandbox = start_with(&users()).await;
    let server = shell(
        &sandbox,
        Role::Server,
        "echo secret > file; pwd; exec sleep 1000",
    )
    .await;
    let folder = lines(&server, 1).await.remove(0);
    let harness = std::process::id();
    let script = format!(
        "cat {folder}/file; ls {folder} {folder}/../..; cat /proc/{harness}/environ; kill -STOP {harness} && echo stopped;
         kill -KILL -1; echo alive"
    );
    let client = shell(
        &sandbox,
        Role::Client(1),
        &format!("({script}) 2> /dev/null"),
    )
    .await;
    let (exit, printed) = end_of(client).await;
    // dash's own `kill` reaches the rest of its role, itself left out.
    assert!(matches!(
        exit,
        Exit::Code { code: 0 } | Exit::Signal { signal: 9 }
    ));
    assert!(matches!(printed.as_str(), "" | "alive\n"), "{printed}");
    assert_eq!(server.ended(), None);
    assert!(sandbox.stat(Role::Server).await.unwrap().threads.len() == 1);
}

/// Starts two hundred daemons, each of a session of its own, and tells their numbers.
const DAEMONS: &str = "import os, signal
numbers, told = os.pipe()
for _ in range(200):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(told, b'%d ' % os.getpid())
            signal.pause()
        os._exit(0)
    os.wait()
found = b''
while found.count(b' ') < 200: found += os.read(numbers, 65536)
print(found.decode())";

#[tokio::test]
async fn two_hundred_daemons_end_with_their_role() {
    if is_root() {
        daemons_end_with_their_role(&users()).await;
    }
}

/// Starts the daemons, kills their role, and looks for what is left.
pub(crate) async fn daemons_end_with_their_role(setup: &Setup) {
    let sandbox = start_with(setup).await;
    let server = python(&sandbox, Role::Server, DAEMONS).await;
    assert_eq!(server.wait().await.unwrap().exit, Exit::Code { code: 0 });
    let daemons = sandbox.stat(Role::Server).await.unwrap().threads;
    assert_eq!(daemons.len(), 200);
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

/// kill(2) reaches whoever has the sender's real id: init must not have a keeper's, nor a keeper another's, in the moments in
/// which they act as the role's user.
#[tokio::test]
async fn keepers_that_end_their_roles_reach_neither_init_at_work_nor_each_other() {
    if !is_root() {
        return;
    }
    let sandbox = start_with(&users()).await;
    let brake = sandbox.brake().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let at_work = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            // What init has not read yet keeps it at work.
            let _ = brake.resume();
        }
    });
    for _ in 0..20 {
        let roles = [Role::Server, Role::Client(1)];
        let mut programs = Vec::new();
        for role in roles {
            programs.push(shell(&sandbox, role, "sleep 1000").await);
        }
        for role in roles {
            let there = sandbox.signal(role, Signal::Kill, Scope::Role).await;
            assert!(there.unwrap());
        }
        for program in &programs {
            let ended = tokio::time::timeout(PATIENCE, program.wait()).await;
            assert!(ended.unwrap().is_some(), "its keeper reports the end");
        }
    }
    stop.store(true, Ordering::Relaxed);
    at_work.join().unwrap();
}

#[tokio::test]
async fn shutting_down_ends_two_hundred_daemons_and_removes_scratch() {
    if is_root() {
        shutting_down_leaves_nothing(&users()).await;
    }
}

/// Starts the daemons, shuts down, and looks for what is left.
pub(crate) async fn shutting_down_leaves_nothing(setup: &Setup) {
    let sandbox = start_with(setup).await;
    let script = format!("import os; print(os.environ['HOME'])\n{DAEMONS}");
    let server = python(&sandbox, Role::Server, &script).await;
    let told = lines(&server, 2).await;
    let daemons: Vec<&str> = told[1].split_whitespace().collect();
    assert_eq!(daemons.len(), 200);
    assert!(Path::new(&told[0]).exists());
    sandbox.shut_down().await.unwrap();
    let exists = |pid: &&str| Path::new("/proc").join(pid).exists();
    assert!(!daemons.iter().any(exists));
    assert!(!Path::new(&told[0]).parent().unwrap().exists());
}

/// Makes a folder in a folder in a folder, deeper than any path is long, and a file at the bottom.
const DEEP: &str = "import os
print(os.environ['HOME'])
for _ in range(3000):
    os.mkdir('deep'); os.chdir('deep')
open('file', 'w').write('x'); print('deep')";

#[tokio::test]
async fn folders_deeper_than_a_path_are_no_place_to_hide_and_are_removed() {
    if is_root() {
        deep_folders_are_removed(&users()).await;
    }
}

/// Hides a file deeper than a path is long.
pub(crate) async fn deep_folders_are_removed(setup: &Setup) {
    let sandbox = start_with(setup).await;
    let server = python(&sandbox, Role::Server, DEEP).await;
    let told = lines(&server, 2).await;
    assert_eq!(sandbox.usage().await.unwrap()[0].1.disk_free_bytes, 0);
    sandbox.shut_down().await.unwrap();
    assert!(!Path::new(&told[0]).parent().unwrap().exists());
}

#[tokio::test]
async fn a_fork_bomb_meets_the_limit_of_its_user() {
    if is_root() {
        a_fork_bomb_is_bounded(&users()).await;
    }
}

/// Has a program fork as often as it can.
pub(crate) async fn a_fork_bomb_is_bounded(setup: &Setup) {
    let sandbox = start_with(&Setup {
        processes_max: 40,
        ..setup.clone()
    })
    .await;
    let server = python(&sandbox, Role::Server, FORK_BOMB).await;
    assert_eq!(end_of(server).await.1, "True\n");
}

#[tokio::test]
async fn a_program_that_kills_all_it_can_neither_escapes_nor_stays() {
    if is_root() {
        a_killer_is_killed(&users()).await;
    }
}

/// Has a program fork and kill without end, and kills it.
pub(crate) async fn a_killer_is_killed(setup: &Setup) {
    let killer = "import os, signal
print('begun')
while True:
    if os.fork() == 0:
        while True:
            try: os.kill(-1, signal.SIGKILL)
            except ProcessLookupError: pass";
    a_role_is_killed(setup, killer).await;
}

/// Runs a program that says when it has begun, and kills its role.
pub(crate) async fn a_role_is_killed(setup: &Setup, script: &str) {
    let sandbox = start_with(setup).await;
    let server = python(&sandbox, Role::Server, script).await;
    lines(&server, 1).await;
    assert!(
        sandbox
            .signal(Role::Server, Signal::Kill, Scope::Role)
            .await
            .is_ok()
    );
    tokio::time::timeout(PATIENCE, server.wait_until_role_gone())
        .await
        .unwrap();
    assert_eq!(sandbox.stat(Role::Server).await.unwrap().threads, []);
}

#[tokio::test]
async fn links_of_a_role_lead_nobody_out_of_its_folder() {
    if !is_root() {
        return;
    }
    let sandbox = start_with(&users()).await;
    let script =
        "ln -s /etc/shadow notes.bin; mkdir in; ln -s /etc in/link; mkfifo pipe; echo done";
    assert_eq!(printed_by(&sandbox, script).await, "done\n");
    for path in ["notes.bin", "in/link/shadow", "pipe", "../client-1"] {
        assert!(sandbox.open(Role::Server, path).await.is_err(), "{path}");
    }
    assert!(sandbox.put(Role::Server, "notes.bin", b"x").await.is_err());
    assert!(sandbox.put(Role::Server, "in/link/x", b"x").await.is_err());
}

#[tokio::test]
async fn scratch_that_grows_too_large_ends_its_role() {
    if is_root() {
        scratch_is_looked_after(&users()).await;
    }
}

/// Fills the scratch of a role.
pub(crate) async fn scratch_is_looked_after(setup: &Setup) {
    let sandbox = start_with(&Setup {
        scratch_bytes: 1 << 20,
        ..setup.clone()
    })
    .await;
    let script =
        "for name in a b c; do head -c 900000 /dev/zero > $name; done; echo full; exec sleep 1000";
    let server = shell(&sandbox, Role::Server, script).await;
    lines(&server, 1).await;
    let used = sandbox.usage().await.unwrap();
    assert_eq!(used[0].1.disk_free_bytes, 0);
    assert_eq!(
        server.wait().await.unwrap().exit,
        Exit::Signal { signal: 9 }
    );
}

/// A server on this port that takes one connection and closes it, and a client of it; each prints what it read.
fn pair(port: u16) -> [String; 2] {
    let server = format!(
        "import socket; listener = socket.create_server(('127.0.0.1', {port})); print('listening')
peer, _ = listener.accept(); peer.sendall(b'hello'); peer.recv(1)"
    );
    let client = format!(
        "import socket; print(socket.create_connection(('127.0.0.1', {port})).recv(5).decode())"
    );
    [server, client]
}

#[tokio::test]
async fn the_capture_of_the_hosts_wire_holds_the_servers_port_and_no_other() {
    if is_root() {
        the_capture_holds_one_port(&users(), 28_301).await;
    }
}

/// Has two pairs talk, one at the port that is captured.
pub(crate) async fn the_capture_holds_one_port(setup: &Setup, its: u16) {
    let sandbox = start_with(&Setup {
        port: Some(its),
        ..setup.clone()
    })
    .await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let armed = Capture::arm(&sandbox, file.reopen().unwrap(), Config::default()).await;
    let (capture, _live) = armed.unwrap();
    for port in [its + 1, its] {
        let [server, client] = pair(port);
        let server = python(&sandbox, Role::Server, &server).await;
        lines(&server, 1).await;
        let client = python(&sandbox, Role::Client(1), &client).await;
        assert_eq!(end_of(client).await.1, "hello\n");
        assert_eq!(end_of(server).await.0, Exit::Code { code: 0 });
    }
    let captured = capture.close().await.unwrap();
    assert_eq!((captured.dropped, captured.cut), (0, 0));
    let mut reader = Reader::new(file.reopen().unwrap()).unwrap();
    let (mut segments, mut sentinels) = (0, 0);
    while let Some(frame) = reader.next_frame() {
        match wire::parse(frame.link_type, frame.original_len, frame.data) {
            Packet::Tcp(segment) => {
                let ports = [segment.source.port(), segment.destination.port()];
                assert!(ports.contains(&its), "{ports:?}");
                segments += 1;
            }
            Packet::Udp { .. } => sentinels += 1,
            other => panic!("frame {}: {other:?}", frame.number),
        }
    }
    assert_eq!(sentinels, captured.sentinels.len());
    // Three to set up, data and its acknowledgment, two FINs at least.
    assert!(segments >= 7, "{segments}");
}

#[tokio::test]
async fn scenarios_that_capture_take_turns() {
    if !is_root() {
        return;
    }
    let setup = Setup {
        port: Some(28_303),
        ..users()
    };
    let first = start_with(&setup).await;
    let other = {
        let setup = setup.clone();
        tokio::spawn(async move { Sandbox::start(&setup).await })
    };
    let early = tokio::time::timeout(Duration::from_millis(300), async {
        while !other.is_finished() {
            tokio::task::yield_now().await;
        }
    });
    assert!(early.await.is_err(), "the turn is taken");
    first.shut_down().await.unwrap();
    let second = tokio::time::timeout(PATIENCE, other).await.unwrap();
    second.unwrap().unwrap();
}

#[tokio::test]
async fn the_end_of_a_pause_does_not_wake_who_was_stopped() {
    if is_root() {
        pauses_are_told_from_stops(&users()).await;
    }
}

#[tokio::test]
async fn a_program_on_a_terminal_is_stopped_and_goes_on() {
    if !is_root() {
        return;
    }
    let sandbox = start_with(&users()).await;
    let launch = launch(
        Role::Server,
        &["sh", "-c", "tty; read line; echo $line"],
        Stdin::Pty,
    );
    let server = Program::start(&sandbox, &launch).await.unwrap();
    assert!(lines(&server, 1).await[0].starts_with("/dev/"));
    let stop = |signal| sandbox.signal(Role::Server, signal, Scope::Program);
    assert!(stop(Signal::Stop).await.unwrap());
    server.send_line("read", PATIENCE).await.unwrap();
    assert!(stop(Signal::Cont).await.unwrap());
    assert_eq!(lines(&server, 2).await[1], "read");
}

#[tokio::test]
async fn nothing_survives_the_harness() {
    if is_root() {
        everything_dies_with("users::a_harness_that_never_ends").await;
    }
}

#[tokio::test]
#[ignore = "a part of `nothing_survives_the_harness`, which kills it"]
async fn a_harness_that_never_ends() {
    run_for_ever(&users()).await;
}

#[tokio::test]
async fn nothing_survives_init() {
    if is_root() {
        a_role_dies_with_init(&users()).await;
    }
}

/// Kills init, and waits for what it had started.
pub(crate) async fn a_role_dies_with_init(setup: &Setup) {
    let sandbox = start_with(setup).await;
    let script =
        "setsid -f sleep 1000; cut -d ' ' -f 4 /proc/$PPID/stat; echo $HOME; exec sleep 1000";
    let server = shell(&sandbox, Role::Server, script).await;
    let told = lines(&server, 2).await;
    let init = told[0].parse().unwrap();
    let init = rustix::process::Pid::from_raw(init).unwrap();
    rustix::process::kill_process(init, rustix::process::Signal::KILL).unwrap();
    tokio::time::timeout(PATIENCE, server.wait_until_role_gone())
        .await
        .expect("its keeper ends it");
    // What init could not remove.
    std::fs::remove_dir_all(Path::new(&told[1]).parent().unwrap()).unwrap();
}
