//! A scenario to test in: shell and Python programs, each in its role.

use std::path::PathBuf;
use std::time::Duration;

use synfin::launch::{Launch, Program};
use synfin::sandbox::{Sandbox, Setup, Spawn};
use synfin_core::manifest::{Exit, Role};
use synfin_core::spec::Stdin;

/// Far more than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The usual set-up, with the binary under test as init.
pub(crate) fn setup() -> Setup {
    Setup {
        executable: PathBuf::from(env!("CARGO_BIN_EXE_synfin")),
        ..Setup::new().unwrap()
    }
}

/// A scenario in which the server and the first client have empty folders.
pub(crate) async fn start() -> Sandbox {
    start_with(&setup()).await
}

pub(crate) async fn start_with(setup: &Setup) -> Sandbox {
    let sandbox = Sandbox::start(setup).await.unwrap();
    for role in [Role::Server, Role::Client(1)] {
        sandbox.prepare(role, None).await.unwrap();
    }
    sandbox
}

pub(crate) fn launch(role: Role, argv: &[&str], stdin: Stdin) -> Launch {
    Launch {
        spawn: Spawn {
            role,
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            env: Vec::new(),
        },
        stdin,
    }
}

pub(crate) async fn shell(sandbox: &Sandbox, role: Role, script: &str) -> Program {
    let launch = launch(role, &["sh", "-c", script], Stdin::Pipe);
    Program::start(sandbox, &launch).await.unwrap()
}

/// `-u`: what is printed is printed at once.
pub(crate) async fn python(sandbox: &Sandbox, role: Role, script: &str) -> Program {
    let launch = launch(role, &["python3", "-u", "-c", script], Stdin::Pipe);
    Program::start(sandbox, &launch)
        .await
        .expect("python3 is needed: apt-get install python3")
}

/// Waits for the program's end and gives it with all that was printed.
pub(crate) async fn end_of(program: Program) -> (Exit, String) {
    let ended = tokio::time::timeout(PATIENCE, program.wait())
        .await
        .expect("the program ends");
    let output = program.output().clone();
    let log = tempfile::NamedTempFile::new().unwrap();
    program.finish(log.path(), PATIENCE).await.unwrap();
    let printed = String::from_utf8(output.since(0)).unwrap();
    (ended.expect("its keeper reports the end").exit, printed)
}

/// Runs a script as the server, to its end, and gives what it printed.
pub(crate) async fn printed_by(sandbox: &Sandbox, script: &str) -> String {
    end_of(shell(sandbox, Role::Server, script).await).await.1
}

/// Waits until the program has printed so many lines.
pub(crate) async fn lines(program: &Program, count: usize) -> Vec<String> {
    let printed = || String::from_utf8(program.output().since(0)).unwrap();
    let enough = |_: &u64| printed().matches('\n').count() >= count;
    let mut changes = program.output().changes();
    let waited = tokio::time::timeout(PATIENCE, changes.wait_for(enough)).await;
    assert!(waited.is_ok(), "printed only {:?}", printed());
    printed().lines().map(str::to_owned).collect()
}
