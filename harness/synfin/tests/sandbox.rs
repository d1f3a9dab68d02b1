//! Programs in the sandbox: what they can see, what they can do, and that nothing of them is left.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use synfin::launch::{Launch, Program};
use synfin::sandbox::{Sandbox, Setup, Spawn};
use synfin_core::manifest::{Exit, Role};
use synfin_core::spec::Stdin;

fn setup() -> Setup {
    Setup {
        executable: PathBuf::from(env!("CARGO_BIN_EXE_synfin")),
        ..Setup::new().unwrap()
    }
}

fn shell(role: Role, script: &str) -> Launch {
    Launch {
        spawn: Spawn {
            role,
            argv: ["sh", "-c", script].map(str::to_owned).to_vec(),
            env: Vec::new(),
        },
        stdin: Stdin::Pipe,
    }
}

/// Runs a script as the server and gives how it ended and what it printed.
async fn run(sandbox: &Sandbox, script: &str) -> (Exit, String) {
    let program = Program::start(sandbox, &shell(Role::Server, script))
        .await
        .unwrap();
    let ended = program.wait().await.unwrap();
    program.wait_until_role_gone().await;
    let output = program.output().clone();
    let log = tempfile::NamedTempFile::new().unwrap();
    program
        .finish(log.path(), Duration::from_secs(5))
        .await
        .unwrap();
    (ended.exit, String::from_utf8(output.since(0)).unwrap())
}

#[tokio::test]
async fn a_program_runs() {
    let sandbox = Sandbox::start(&setup()).await.unwrap();
    sandbox.prepare(Role::Server, None).await.unwrap();
    let out = run(&sandbox, "id; pwd; ls -la /tmp /dev/shm /proc/1/; ps ax; grep Cap /proc/self/status; cat /etc/hosts; hostname; echo x > /root/x; echo x > a; cat a; cat /proc/mounts; ip addr; ulimit -a; tty").await;
    println!("{} {:?}", out.1, out.0);
    sandbox.shut_down().await.unwrap();
}
