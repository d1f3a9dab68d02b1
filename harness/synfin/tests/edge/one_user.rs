//! The same as an ordinary user without namespaces: one user for all, Landlock domains, and a packet socket that is lent.

use synfin::launch::Program;
use synfin::sandbox::{Isolation, Scope, Setup, Signal};
use synfin_core::manifest::{Exit, Role};
use synfin_core::spec::Stdin;

use super::isolation::{everything_dies_with, pauses_are_told_from_stops, run_for_ever};
use super::ordinary::{as_ordinary_user, program};
use super::scenario::*;
use super::users;

fn one_user() -> Setup {
    Setup {
        executable: program("synfin"),
        isolation: Isolation::OneUser,
        ..Setup::new().unwrap()
    }
}

#[test]
fn a_program_is_its_user_without_privilege() {
    as_ordinary_user("one_user::a_program_is_its_user_without_privilege", async {
        let sandbox = start_with(&one_user()).await;
        let script = "id -u; grep -E '^(CapPrm|CapEff|NoNewPrivs)' /proc/self/status | cut -f2";
        let own = rustix::process::geteuid().as_raw();
        let expected = format!("{own}\n0000000000000000\n0000000000000000\n1\n");
        assert_eq!(printed_by(&sandbox, script).await, expected);
    });
}

#[test]
fn a_program_that_kills_everybody_harms_nobody() {
    as_ordinary_user(
        "one_user::a_program_that_kills_everybody_harms_nobody",
        async {
            let sandbox = start_with(&one_user()).await;
            let mut bystander = tokio::process::Command::new("sleep")
                .arg("1000")
                .kill_on_drop(true)
                .spawn()
                .unwrap();
            let server = shell(&sandbox, Role::Server, "echo ready; exec sleep 1000").await;
            lines(&server, 1).await;
            let killer = "import os, signal
child = os.fork()
if child == 0: signal.pause()
os.kill(-1, signal.SIGKILL)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))";
            let client = python(&sandbox, Role::Client(1), killer).await;
            assert_eq!(
                end_of(client).await,
                (Exit::Code { code: 0 }, "-9\n".to_owned())
            );
            assert_eq!(server.ended(), None);
            assert_eq!(bystander.try_wait().unwrap(), None);
            assert_eq!(sandbox.stat(Role::Server).await.unwrap().threads.len(), 1);
        },
    );
}

/// Tries each way to take hold of the processes whose numbers it is given, and tells what it managed.
const TAKE_HOLD: &str = "import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
word = ctypes.create_string_buffer(8)
class Part(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
part = Part(ctypes.addressof(word), 8)
def called(result):
    if result < 0: raise OSError(ctypes.get_errno(), '')
def way(name, attempt):
    try: attempt()
    except OSError as error: return
    print('managed', name, pid)
for pid in map(int, sys.argv[1:]):
    way('exists', lambda: os.stat(f'/proc/{pid}'))
    for number in (0, signal.SIGSTOP, signal.SIGTERM):
        way(f'signal {int(number)}', lambda: os.kill(pid, number))
        way(f'pidfd {int(number)}', lambda: signal.pidfd_send_signal(os.pidfd_open(pid), number))
    way('ptrace', lambda: called(libc.ptrace(0x4206, pid, 0, 0)))
    way('memory', lambda: called(libc.process_vm_readv(pid, ctypes.byref(part), 1, ctypes.byref(part), 1, 0)))
    way('descriptor', lambda: called(libc.syscall(438, os.pidfd_open(pid), 0, 0)))
    for name in ('environ', 'mem', 'maps', 'fd/0', 'cwd', 'root', 'exe'):
        way(name, lambda: os.close(os.open(f'/proc/{pid}/{name}', os.O_RDONLY)))
    way('oom', lambda: os.close(os.open(f'/proc/{pid}/oom_score_adj', os.O_WRONLY)))
print('tried')";

#[test]
fn nobody_takes_hold_of_harness_init_keeper_or_another_role() {
    as_ordinary_user(
        "one_user::nobody_takes_hold_of_harness_init_keeper_or_another_role",
        async {
            let sandbox = start_with(&one_user()).await;
            let told = "cut -d ' ' -f 4 /proc/$PPID/stat; echo $PPID; echo $$; exec sleep 1000";
            let server = shell(&sandbox, Role::Server, told).await;
            let mut others = lines(&server, 3).await;
            others.insert(0, std::process::id().to_string());
            let mut argv = vec!["python3", "-u", "-c", TAKE_HOLD];
            argv.extend(others.iter().map(String::as_str));
            let launch = launch(Role::Client(1), &argv, Stdin::Pipe);
            let client = Program::start(&sandbox, &launch).await.unwrap();
            let existing = others.iter().map(|pid| format!("managed exists {pid}\n"));
            let expected = existing.collect::<String>() + "tried\n";
            assert_eq!(end_of(client).await.1, expected);
            assert_eq!(server.ended(), None);
        },
    );
}

/// Tries each call by which a process acts upon others of its user without a signal, or leaves something behind, and then
/// what ordinary programs do beside it; tells what was refused.
const REACH_OUT: &str = "import ctypes, errno, os, resource, socket, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
def called(result):
    if result < 0: raise OSError(ctypes.get_errno(), '')
def way(name, attempt):
    try: attempt(); print(f'{name}: done')
    except OSError as error: print(f'{name}: {errno.errorcode[error.errno]}')
harness = int(sys.argv[1])
way('limit', lambda: resource.prlimit(harness, resource.RLIMIT_CPU, (1, 1)))
way('renice', lambda: os.setpriority(os.PRIO_PROCESS, harness, 19))
way('renice all', lambda: os.setpriority(os.PRIO_USER, 0, 19))
way('idle', lambda: os.sched_setscheduler(harness, os.SCHED_IDLE, os.sched_param(0)))
way('pin', lambda: os.sched_setaffinity(harness, {0}))
way('unix', lambda: socket.socket(socket.AF_UNIX))
way('shared memory', lambda: called(libc.shmget(0, 4096, 0o1600)))
way('semaphore', lambda: called(libc.semget(0, 1, 0o1600)))
way('queue', lambda: called(libc.msgget(0, 0o1600)))
way('io_uring', lambda: called(libc.syscall(425, 1, ctypes.create_string_buffer(120))))
way('keys', lambda: called(libc.syscall({'x86_64': 250}.get(os.uname().machine, 219), 0, -4, 0, 0, 0)))
way('own limit', lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
way('own scheduler', lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)))
way('own processors', lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)))
way('pair', lambda: socket.socketpair())
way('network', lambda: socket.create_server(('127.0.0.1', 0)))
way('thread', lambda: threading.Thread(target=int).start())";

#[test]
fn nobody_reaches_others_of_its_user_by_what_is_no_signal() {
    as_ordinary_user(
        "one_user::nobody_reaches_others_of_its_user_by_what_is_no_signal",
        async {
            let sandbox = start_with(&one_user()).await;
            let harness = std::process::id().to_string();
            let argv = ["python3", "-u", "-c", REACH_OUT, &harness];
            let launch = launch(Role::Server, &argv, Stdin::Pipe);
            let server = Program::start(&sandbox, &launch).await.unwrap();
            let expected = "limit: EPERM, renice: EPERM, renice all: EPERM, idle: EPERM, pin: EPERM, unix: EPERM, \
                shared memory: EPERM, semaphore: EPERM, queue: EPERM, io_uring: EPERM, keys: EPERM, own limit: done, \
                own scheduler: done, own processors: done, pair: done, network: done, thread: done";
            let printed = end_of(server).await.1;
            assert_eq!(printed.lines().collect::<Vec<_>>().join(", "), expected);
        },
    );
}

#[test]
fn what_is_hidden_and_what_is_anothers_can_be_neither_read_nor_written() {
    as_ordinary_user(
        "one_user::what_is_hidden_and_what_is_anothers_can_be_neither_read_nor_written",
        async {
            // Where programs see: what lies in /tmp would be hidden in any case.
            let folder = tempfile::tempdir().unwrap();
            for name in ["captures", "reports"] {
                std::fs::create_dir(folder.path().join(name)).unwrap();
            }
            for name in ["rubric", "captures/seed", "reports/report", "beside"] {
                std::fs::write(folder.path().join(name), "seen\n").unwrap();
            }
            let hidden = ["rubric", "captures", "reports"].map(|name| folder.path().join(name));
            let sandbox = start_with(&Setup {
                hidden: hidden.to_vec(),
                exposed: vec![folder.path().to_owned()],
                ..one_user()
            })
            .await;
            let script = "echo secret > file; pwd; exec sleep 1000";
            let server = shell(&sandbox, Role::Server, script).await;
            let others = lines(&server, 1).await.remove(0);
            let script = format!(
                "cd {}; cat beside rubric captures/seed reports/report {others}/file; ls captures reports {others} {others}/../..
                 for path in beside rubric captures/seed captures/new {others}/file /tmp/new /dev/shm/new $OLDPWD/new; do
                 (echo > $path) && echo wrote $path; done; cat /proc/self/root/{}/rubric",
                folder.path().display(),
                folder.path().display()
            );
            let script = format!("({script}) 2> /dev/null");
            let client = shell(&sandbox, Role::Client(1), &script).await;
            let own = sandbox_of(&others);
            let expected = format!("seen\nwrote {own}/new\n");
            assert_eq!(end_of(client).await.1, expected);
        },
    );
}

/// The folder of the first client, beside the server's.
fn sandbox_of(server: &str) -> String {
    server.replace("/server/server", "/client-1/client-1")
}

#[test]
fn a_program_has_its_own_terminal_and_none_of_its_users() {
    as_ordinary_user(
        "one_user::a_program_has_its_own_terminal_and_none_of_its_users",
        async {
            let sandbox = start_with(&one_user()).await;
            let start = |role, script: String| {
                let launch = launch(role, &["sh", "-c", &script], Stdin::Pty);
                let sandbox = sandbox.clone();
                async move { Program::start(&sandbox, &launch).await.unwrap() }
            };
            let server = start(Role::Server, "tty; exec sleep 1000".to_owned()).await;
            let others = lines(&server, 1).await.remove(0);
            let others = others.trim();
            let script = format!(
                "(: < {others}) 2> /dev/null && echo read; (: > {others}) 2> /dev/null && echo wrote
                 : < $(tty) && : > $(tty) && : > /dev/tty && echo own"
            );
            let client = start(Role::Client(1), script).await;
            assert_eq!(end_of(client).await.1, "own\n");
        },
    );
}

#[test]
fn two_hundred_daemons_end_with_their_role() {
    as_ordinary_user("one_user::two_hundred_daemons_end_with_their_role", async {
        users::daemons_end_with_their_role(&one_user()).await;
    });
}

#[test]
fn shutting_down_ends_two_hundred_daemons_and_removes_scratch() {
    as_ordinary_user(
        "one_user::shutting_down_ends_two_hundred_daemons_and_removes_scratch",
        async { users::shutting_down_leaves_nothing(&one_user()).await },
    );
}

#[test]
fn folders_deeper_than_a_path_are_removed() {
    as_ordinary_user("one_user::folders_deeper_than_a_path_are_removed", async {
        users::deep_folders_are_removed(&one_user()).await;
    });
}

#[test]
fn a_fork_bomb_meets_the_limit() {
    as_ordinary_user("one_user::a_fork_bomb_meets_the_limit", async {
        users::a_fork_bomb_is_bounded(&one_user()).await;
    });
}

#[test]
fn a_program_that_forks_and_kills_without_end_neither_escapes_nor_stays() {
    as_ordinary_user(
        "one_user::a_program_that_forks_and_kills_without_end_neither_escapes_nor_stays",
        async { users::a_killer_is_killed(&one_user()).await },
    );
}

#[test]
fn a_role_ends_alone() {
    as_ordinary_user("one_user::a_role_ends_alone", async {
        let sandbox = start_with(&one_user()).await;
        let script = "setsid -f sleep 1000; echo ready; exec sleep 1000";
        let server = shell(&sandbox, Role::Server, script).await;
        let client = shell(&sandbox, Role::Client(1), script).await;
        for program in [&server, &client] {
            lines(program, 1).await;
        }
        let killed = sandbox.signal(Role::Client(1), Signal::Kill, Scope::Role);
        assert!(killed.await.unwrap());
        tokio::time::timeout(PATIENCE, client.wait_until_role_gone())
            .await
            .unwrap();
        assert_eq!(server.ended(), None);
        assert_eq!(sandbox.stat(Role::Server).await.unwrap().threads.len(), 2);
        assert_eq!(sandbox.stat(Role::Client(1)).await.unwrap().threads, []);
    });
}

/// Is never the same process for longer than it takes to fork, and never of the same session.
const COMET: &str = "import os
print('begun')
while True:
    if os.fork(): os._exit(0)
    os.setsid()";

#[test]
fn a_program_that_is_ever_another_process_ends_with_its_role() {
    as_ordinary_user(
        "one_user::a_program_that_is_ever_another_process_ends_with_its_role",
        async { users::a_role_is_killed(&one_user(), COMET).await },
    );
}

#[test]
fn scratch_that_grows_too_large_ends_its_role() {
    as_ordinary_user(
        "one_user::scratch_that_grows_too_large_ends_its_role",
        async {
            users::scratch_is_looked_after(&one_user()).await;
        },
    );
}

#[test]
fn the_end_of_a_pause_does_not_wake_who_was_stopped() {
    as_ordinary_user(
        "one_user::the_end_of_a_pause_does_not_wake_who_was_stopped",
        async { pauses_are_told_from_stops(&one_user()).await },
    );
}

#[test]
fn the_capture_of_the_hosts_wire_holds_the_servers_port_and_no_other() {
    as_ordinary_user(
        "one_user::the_capture_of_the_hosts_wire_holds_the_servers_port_and_no_other",
        async { users::the_capture_holds_one_port(&one_user(), 28_305).await },
    );
}

#[test]
fn nothing_survives_the_harness() {
    as_ordinary_user("one_user::nothing_survives_the_harness", async {
        everything_dies_with("one_user::a_harness_that_never_ends").await;
    });
}

#[tokio::test]
#[ignore = "a part of `nothing_survives_the_harness`, which kills it"]
async fn a_harness_that_never_ends() {
    run_for_ever(&one_user()).await;
}

#[test]
fn nothing_survives_init() {
    as_ordinary_user("one_user::nothing_survives_init", async {
        users::a_role_dies_with_init(&one_user()).await;
    });
}
