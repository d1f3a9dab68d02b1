//! The binary, run.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary with these arguments, in a folder.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_synfin"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR");
    command
}

/// What it said.
pub(crate) fn synfin(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// What it said with these bytes on standard input.
pub(crate) fn synfin_fed(bytes: &[u8], arguments: &[&str]) -> Output {
    let mut child = command(Path::new("."), arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(bytes).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

/// Standard output of a command that succeeded and had nothing to say.
#[track_caller]
pub(crate) fn told(output: &Output) -> &str {
    assert_eq!((code(output), stderr(output)), (0, ""));
    stdout(output)
}
