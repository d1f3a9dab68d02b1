//! Tests as an ordinary user, by root, who alone can be somebody else: each runs once more, in a process of that user's.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::isolation::readable_for_all;
use super::users::is_root;

/// In the process of the ordinary user: the folder with programs that are its own to execute.
const FOLDER: &str = "SYNFIN_TEST_ORDINARY";

/// `cap_net_raw+ep` as a file has it (linux/capability.h, `vfs_cap_data`, version 2): a word that says *effective*, then
/// permitted and inheritable for either half of all capabilities.
const CAP_NET_RAW: [u32; 5] = [0x0200_0001, 1 << 13, 0, 0, 0];

/// Runs the body as an ordinary user whom nobody else is; `test` is the name of the test that this is in.
#[track_caller]
pub(crate) fn as_ordinary_user(test: &str, body: impl Future<Output = ()>) {
    if std::env::var_os(FOLDER).is_some() {
        return tokio::runtime::Runtime::new().unwrap().block_on(body);
    }
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    readable_for_all(folder.path());
    let copy = |from: &Path, name: &str| {
        fs::copy(from, folder.path().join(name)).unwrap();
    };
    copy(&std::env::current_exe().unwrap(), "test");
    copy(Path::new(env!("CARGO_BIN_EXE_synfin")), "synfin");
    copy(
        Path::new(env!("CARGO_BIN_EXE_synfin-capture")),
        "synfin-capture",
    );
    give_capability(&folder.path().join("synfin-capture"));
    let ended = Command::new(folder.path().join("test"))
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder.path())
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/")
        .uid(fresh_id())
        .gid(fresh_id())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(
        ended.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&ended.stderr)
    );
}

/// The program of this name, where an ordinary user may execute it.
pub(crate) fn program(name: &str) -> PathBuf {
    PathBuf::from(std::env::var_os(FOLDER).unwrap()).join(name)
}

/// The same without any capability, in a folder of its own.
pub(crate) fn without_capability(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let copied = folder.path().join(name);
    fs::copy(program(name), &copied).unwrap();
    fs::set_permissions(&copied, fs::Permissions::from_mode(0o755)).unwrap();
    (folder, copied)
}

fn give_capability(program: &Path) {
    let value = CAP_NET_RAW.map(u32::to_le_bytes).concat();
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::setxattr(program, "security.capability", &value, flags)
        .expect("root may set file capabilities (CAP_SETFCAP)");
}

/// One of the ids that systemd gives services for a while (its document UIDS-GIDS), and no other test at this moment: the
/// kernel counts processes by user.
fn fresh_id() -> u32 {
    static USED: AtomicU32 = AtomicU32::new(0);
    let used = USED.fetch_add(1, Ordering::Relaxed);
    61_184 + (std::process::id().wrapping_mul(64) + used) % 4_000
}
