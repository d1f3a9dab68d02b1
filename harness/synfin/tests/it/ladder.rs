//! The levels of isolation: which are found, and what a run does where none works.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use rustix::fs::XattrFlags;
use synfin_core::report::{CauseName, ResultName};
use tempfile::TempDir;

use crate::support::{Run, has, is_root, regraded, run, run_by, said, synfin, workspace};

/// Executes the rest of its arguments in a user namespace that allows no further one.
const WITHOUT_NAMESPACES: [&str; 6] = [
    "unshare",
    "--user",
    "--map-root-user",
    "sh",
    "-c",
    "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" \"$@\"",
];

/// The binary where no namespaces can be made, about to be run.
fn without_namespaces() -> Command {
    let [program, arguments @ ..] = WITHOUT_NAMESPACES;
    let mut command = Command::new(program);
    command.args(arguments).arg(env!("CARGO_BIN_EXE_synfin"));
    command
}

/// The exit code and the words of `synfin doctor`: its lines are broken wherever the width wants it.
fn doctor(mut synfin: Command) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = synfin.arg("doctor").output().unwrap();
    let text = String::from_utf8(stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    (status.code(), words.join(" "))
}

#[test]
fn doctor_tells_every_level_and_uses_the_best_that_works() {
    let (code, told) = doctor(synfin());
    let own = if rustix::process::geteuid().is_root() {
        "level 1 namespaces made by root: works"
    } else {
        "level 0 rootless namespaces: works"
    };
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains(own), "{told}");
    for level in 0..=4 {
        assert!(told.contains(&format!(" level {level} ")), "{told}");
    }
    let costs = told.split(" level 2 ").nth(1).unwrap();
    assert!(costs.contains("no runs-on-windows"), "{told}");
}

#[test]
fn where_nothing_works_doctor_tells_the_refusal_and_what_helps() {
    if !has("unshare", "--version", "util-linux") {
        return;
    }
    let (code, told) = doctor(without_namespaces());
    assert_eq!(code, Some(1), "{told}");
    for words in [
        "make user, network, mount, pid, ipc and uts namespaces: No space left on device",
        "sudo sysctl -w user.max_user_namespaces=10000",
        "used level 4",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
}

#[test]
fn where_nothing_works_a_run_is_reported_undecided_and_says_who_knows_more() {
    if !has("unshare", "--version", "util-linux") {
        return;
    }
    let nothing: [&OsStr; 0] = [];
    let run = run_by(without_namespaces(), nothing);
    assert_eq!(run.output.status.code(), Some(3), "{}", said(&run.output));
    assert_eq!(run.report.level, "nothing recorded from the wire");
    for check in run.report.items.iter().flat_map(|item| &item.checks) {
        match check.result {
            ResultName::Skipped => {}
            ResultName::Inconclusive => {
                assert_eq!(check.cause, Some(CauseName::Harness));
                let saw = &check.saw;
                assert!(saw.ends_with("synfin doctor tells what helps"), "{saw}");
            }
            other => panic!("{} is {other:?}", check.check),
        }
    }
    assert_eq!(regraded(&run.captures()), run.report_text());
}

/// The binary in a container, about to be run by its root; none where the tests do without root.
fn in_container() -> Option<Command> {
    has_containers().then(|| container_for(0, Path::new(env!("CARGO_BIN_EXE_synfin"))))
}

fn has_containers() -> bool {
    has("python3", "--version", "python3") && is_root()
}

/// This synfin, about to be run in a container by this user.
fn container_for(user: u32, synfin: &Path) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/container.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(user.to_string()).arg(synfin);
    command
}

/// What was concluded of each check of each item.
fn conclusions(run: &Run) -> Vec<(&str, &str, &str, ResultName)> {
    let items = run.report.items.iter();
    items
        .flat_map(|item| {
            let of_item = item.checks.iter();
            of_item.map(|check| {
                let names = (item.id.as_str(), check.check.as_str());
                (names.0, names.1, check.scenario.as_str(), check.result)
            })
        })
        .collect()
}

/// How many connections each recording has.
fn shapes(run: &Run) -> Vec<(String, usize)> {
    let recordings = run.report.recordings.iter();
    recordings
        .map(|recording| (recording.scenario.clone(), recording.connections.len()))
        .collect()
}

#[test]
fn a_container_grades_the_reference_pair_as_namespaces_do() {
    let Some(container) = in_container() else {
        return;
    };
    let nothing: [&OsStr; 0] = [];
    let (apart, together) = (run(nothing), run_by(container, nothing));
    assert_eq!(apart.report.level, "namespaces made by root");
    assert_eq!(
        together.report.level,
        "raw socket only, no namespaces",
        "{}",
        said(&together.output)
    );
    assert_eq!(
        apart.output.status.code(),
        Some(0),
        "{}",
        said(&apart.output)
    );
    assert_eq!(conclusions(&apart), conclusions(&together));
    assert_eq!(apart.output.status, together.output.status);
    assert_eq!(shapes(&apart), shapes(&together));
    assert_eq!(regraded(&together.captures()), together.report_text());
}

#[test]
fn a_container_fails_a_server_that_listens_elsewhere() {
    let Some(container) = in_container() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["target.toml", "client.py", "server.py"] {
        let text = fs::read_to_string(workspace().join("harness/examples/threaded").join(name));
        let text = match name {
            "server.py" => text.unwrap().replace("5001", "5002"),
            _ => text.unwrap(),
        };
        fs::write(folder.path().join(name), text).unwrap();
    }
    let only = ["--only", "server-runs"].map(OsStr::new);
    let run = run_by(
        container,
        [folder.path().as_os_str()].into_iter().chain(only),
    );
    assert_eq!(run.report.level, "raw socket only, no namespaces");
    let check = &run.item("server-runs").checks[0];
    assert_eq!(check.result, ResultName::Fail, "{}", said(&run.output));
    assert!(check.saw.contains("127.0.0.1:5002"), "{}", check.saw);
}

#[test]
fn in_a_container_a_command_is_recorded_at_the_port_that_is_given() {
    let Some(mut container) = in_container() else {
        return;
    };
    let refused = container.arg("record").args(["--", "true"]).output();
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("give --port"), "{}", said(&refused));

    let script = "import socket
listener = socket.create_server(('127.0.0.1', 5001))
client = socket.create_connection(listener.getsockname())
client.close(); listener.accept()[0].close()";
    let out = tempfile::tempdir().unwrap();
    let recorded = in_container()
        .unwrap()
        .args(["record", "--port", "5001", "--out"])
        .arg(out.path())
        .args(["--", "python3", "-c", script])
        .output()
        .unwrap();
    assert_eq!(recorded.status.code(), Some(0), "{}", said(&recorded));
    assert!(
        said(&recorded).contains("1 connection"),
        "{}",
        said(&recorded)
    );
}

#[test]
fn doctor_tells_a_container_which_namespaces_it_lacks_and_uses_level_2() {
    let Some(container) = in_container() else {
        return;
    };
    let (code, told) = doctor(container);
    assert_eq!(code, Some(0), "{told}");
    for words in [
        "level 1 namespaces made by root: does not work: start the sandbox: make user, network",
        "level 2 raw socket only, no namespaces: works",
        "used level 2",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
}

/// Whom tests run as where they have to be an ordinary user: one whom nobody is by agreement.
const ORDINARY: u32 = 61_183;

/// `cap_net_raw+ep` as a file has it (linux/capability.h, `vfs_cap_data`, version 2): a word that says *effective*, then
/// permitted and inheritable for either half of all capabilities.
const CAP_NET_RAW: [u32; 5] = [0x0200_0001, 1 << 13, 0, 0, 0];

/// The capture helper beside synfin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Helper {
    Capable,
    Incapable,
    Absent,
}

/// The binaries where an ordinary user without namespaces may execute them.
struct Installed(TempDir);

impl Installed {
    /// None where the tests do without root. The pair is there only if it was built.
    fn with(helper: Helper) -> Option<Self> {
        if !has_containers() {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let built = Path::new(env!("CARGO_BIN_EXE_synfin")).parent().unwrap();
        for name in ["synfin", "synfin-capture", "synfin-server", "synfin-client"] {
            if built.join(name).exists() && (name != "synfin-capture" || helper != Helper::Absent) {
                fs::copy(built.join(name), folder.path().join(name)).unwrap();
            }
        }
        if helper == Helper::Capable {
            let value = CAP_NET_RAW.map(u32::to_le_bytes).concat();
            let (file, flags) = (folder.path().join("synfin-capture"), XattrFlags::empty());
            rustix::fs::setxattr(file, "security.capability", &value, flags)
                .expect("root may set file capabilities (CAP_SETFCAP)");
        }
        Some(Self(folder))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// The binary about to be run.
    fn synfin(&self) -> Command {
        let mut command = container_for(ORDINARY, &self.0.path().join("synfin"));
        command
            .current_dir("/")
            .env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command
    }
}

#[test]
fn an_ordinary_user_with_the_helper_grades_the_reference_pair_as_namespaces_do() {
    let nothing: [&OsStr; 0] = [];
    // Builds the pair, too.
    let apart = run(nothing);
    let Some(installed) = Installed::with(Helper::Capable) else {
        return;
    };
    let together = run_by(installed.synfin(), nothing);
    assert_eq!(
        together.report.level,
        "capture helper",
        "{}",
        said(&together.output)
    );
    assert_eq!(conclusions(&apart), conclusions(&together));
    assert_eq!(apart.output.status, together.output.status);
    assert_eq!(shapes(&apart), shapes(&together));
    assert_eq!(regraded(&together.captures()), together.report_text());
}

#[test]
fn doctor_uses_level_3_where_the_helper_has_its_capability() {
    let Some(installed) = Installed::with(Helper::Capable) else {
        return;
    };
    let (code, told) = doctor(installed.synfin());
    assert_eq!(code, Some(0), "{told}");
    for words in [
        "level 0 rootless namespaces: does not work: start the sandbox: make user, network",
        "level 2 raw socket only, no namespaces: does not work: it needs root",
        "level 3 capture helper: works",
        "used level 3",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
}

#[test]
fn doctor_tells_what_a_helper_without_capability_lacks() {
    let Some(installed) = Installed::with(Helper::Incapable) else {
        return;
    };
    let (code, told) = doctor(installed.synfin());
    assert_eq!(code, Some(1), "{told}");
    let helper = installed.path("synfin-capture");
    for words in [
        &format!("{helper}: open a packet socket: Operation not permitted"),
        &format!("sudo setcap cap_net_raw+ep {helper}"),
        "used level 4",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
}

#[test]
fn doctor_tells_where_a_helper_was_looked_for_and_what_makes_one() {
    let Some(installed) = Installed::with(Helper::Absent) else {
        return;
    };
    let (code, told) = doctor(installed.synfin());
    assert_eq!(code, Some(1), "{told}");
    let beside = installed.0.path().display();
    for words in [
        &format!("synfin-capture is neither beside {beside} nor in PATH"),
        "cargo build --release -p synfin makes both",
        "used level 4",
    ] {
        assert!(told.contains(words), "{words:?} in {told}");
    }
}

#[test]
fn a_level_that_does_not_work_is_not_replaced_by_another() {
    let of_the_other_user = if rustix::process::geteuid().is_root() {
        "3"
    } else {
        "2"
    };
    let run = run_by(synfin(), ["--level", of_the_other_user]);
    assert_eq!(run.output.status.code(), Some(3), "{}", said(&run.output));
    assert_eq!(run.report.level, "nothing recorded from the wire");
}
