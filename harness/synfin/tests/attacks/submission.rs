//! The threaded example with a hostile program in it: what a student might hand in.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use synfin::launch::Program;
use synfin::sandbox::Sandbox;
use synfin_core::manifest::{Recorded, Role};
use synfin_core::report::ResultName;
use tempfile::TempDir;

use crate::level_2::LEVEL;
use crate::scenario::{launch, start};
use crate::support::{Run, run_by, said, synfin, workspace};

/// What every submission here is recorded in.
const SCENARIO: &str = "lifecycle";

/// What it is graded by, each check an item of its own.
const CHECKS: [&str; 6] = [
    "server-listens",
    "connection-accepted",
    "lifecycle-in-order",
    "transfer-intact",
    "orderly-close",
    "stops-on-sigterm",
];

/// A folder that was handed in.
pub(crate) struct Submission {
    pub(crate) place: TempDir,
}

impl Submission {
    /// The sound pair.
    pub(crate) fn sound() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// The sound pair, in a folder of its own in this one.
    pub(crate) fn below(folder: &Path) -> Self {
        let place = tempfile::tempdir_in(folder).unwrap();
        readable_for_all(place.path());
        for entry in fs::read_dir(workspace().join("harness/examples/threaded")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
        }
        fs::copy(
            programs().join("attempt.py"),
            place.path().join("attempt.py"),
        )
        .unwrap();
        Self { place }
    }

    /// The pair whose server first does what this program does.
    pub(crate) fn server(self, program: &str) -> Self {
        self.doing("server.py", "def main():\n", program)
    }

    /// The pair whose client first does what this program does.
    pub(crate) fn client(self, program: &str) -> Self {
        self.doing("client.py", "def main():\n", program)
    }

    /// The pair whose client does it as soon as it is connected.
    pub(crate) fn connected_client(self, program: &str) -> Self {
        self.doing("client.py", "    with connection:\n", program)
    }

    #[track_caller]
    fn doing(self, file: &str, place: &str, program: &str) -> Self {
        let source = format!("{program}.py");
        fs::copy(programs().join(&source), self.place.path().join(&source)).unwrap();
        let indent = if place.starts_with(' ') {
            "        "
        } else {
            "    "
        };
        self.replace(file, place, &format!("{place}{indent}import {program}\n"))
    }

    #[track_caller]
    pub(crate) fn replace(self, file: &str, old: &str, new: &str) -> Self {
        let path = self.place.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old} in {file}");
        fs::write(path, text.replace(old, new)).unwrap();
        self
    }

    /// Adds a table to its target.
    pub(crate) fn limited(self, limits: &str) -> Self {
        self.replace(
            "target.toml",
            "[files]",
            &format!("[limits]\n{limits}\n[files]"),
        )
    }

    /// Grades it.
    pub(crate) fn graded(&self) -> Graded {
        self.graded_by(self.rubric(), synfin())
    }

    /// The same by a command that ends with the binary.
    pub(crate) fn graded_with(&self, command: Command) -> Graded {
        self.graded_by(self.rubric(), command)
    }

    /// Grades how its server is started again while its first client is connected.
    pub(crate) fn restarted(&self) -> Graded {
        let steps = r#"["connect@1", "list@1", "restart", "connect@2", "list@2", "quit@2"]"#;
        let scenario = format!("clients = 2\nsteps = {steps}");
        self.graded_by(
            self.rubric_of(&scenario, &["rebinds", "survives"]),
            synfin(),
        )
    }

    fn graded_by(&self, rubric: PathBuf, synfin: Command) -> Graded {
        let mut arguments: Vec<OsString> = vec![self.place.path().into(), "--rubric".into()];
        arguments.push(rubric.into());
        if let Some(level) = std::env::var_os(LEVEL) {
            arguments.extend(["--level".into(), level]);
        }
        Graded(run_by(synfin, arguments))
    }

    /// Where the rubric is that it is graded by: in its own folder, of all places.
    pub(crate) fn rubric(&self) -> PathBuf {
        let steps =
            r#"["connect", "list", "upload notes.bin 64KiB", "download notes.bin", "quit"]"#;
        self.rubric_of(&format!("clients = 1\nsteps = {steps}"), &CHECKS)
    }

    /// The same of another scenario and other checks.
    fn rubric_of(&self, scenario: &str, checks: &[&str]) -> PathBuf {
        let item = |check: &&str| {
            format!(
                "[[item]]\nid = \"{check}\"\nchecks = [{{ in = \"{SCENARIO}\", check = \"{check}\" }}]\n"
            )
        };
        let items = checks.iter().map(item).collect::<Vec<_>>().concat();
        let path = self.place.path().join("rubric.toml");
        let text = format!(
            "schema = 1\ntitle = \"Attacks\"\n[[scenario]]\nname = \"{SCENARIO}\"\n{scenario}\n{items}"
        );
        fs::write(&path, text).unwrap();
        path
    }
}

/// What came of a submission.
pub(crate) struct Graded(pub(crate) Run);

impl Graded {
    /// What the program said of its attempts, `what: outcome` a line.
    pub(crate) fn told_by(&self, role: Role) -> Vec<String> {
        attempts(&self.log(role))
    }

    /// All that a program printed.
    pub(crate) fn log(&self, role: Role) -> String {
        let log = self.0.captures().join(SCENARIO).join(format!("{role}.log"));
        String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned()
    }

    pub(crate) fn recorded(&self) -> Recorded {
        let manifest = self.0.captures().join(format!("{SCENARIO}.json"));
        Recorded::from_json(&fs::read(manifest).unwrap()).unwrap()
    }

    #[track_caller]
    pub(crate) fn assert_result(&self, item: &str, expected: ResultName) {
        let found = self.0.item(item);
        assert_eq!(found.result, expected, "{found:?}\n{}", self.said());
    }

    /// That nothing it tried did any harm: the grade is that of the sound pair.
    #[track_caller]
    pub(crate) fn assert_passes(&self) {
        assert_eq!(self.0.output.status.code(), Some(0), "{}", self.said());
        let passed = CHECKS.map(|check| (check, ResultName::Pass));
        assert_eq!(self.0.results(), passed);
    }

    /// That what it tried cost it this item, and no other.
    #[track_caller]
    pub(crate) fn assert_fails_only(&self, item: &str) {
        assert_eq!(self.0.output.status.code(), Some(1), "{}", self.said());
        for check in CHECKS {
            let expected = if check == item {
                ResultName::Fail
            } else {
                ResultName::Pass
            };
            self.assert_result(check, expected);
        }
    }

    pub(crate) fn said(&self) -> String {
        said(&self.0.output)
    }
}

/// The lines in which a program tells of its attempts.
pub(crate) fn attempts(printed: &str) -> Vec<String> {
    let told = printed
        .lines()
        .filter_map(|line| line.strip_prefix("tried "));
    told.map(|line| line.trim_end().to_owned()).collect()
}

/// Runs a hostile program as the server of an otherwise empty scenario.
pub(crate) async fn alone(program: &str) -> (Sandbox, Program) {
    let sandbox = start().await;
    let program = start_in(&sandbox, Role::Server, program).await;
    (sandbox, program)
}

/// Starts a hostile program in a role.
pub(crate) async fn start_in(sandbox: &Sandbox, role: Role, program: &str) -> Program {
    let source = format!("{program}.py");
    for name in ["attempt.py", &source] {
        let text = fs::read(programs().join(name)).unwrap();
        sandbox.put(role, name, &text).await.unwrap();
    }
    let launch = launch(
        role,
        &["python3", "-u", &source],
        synfin_core::spec::Stdin::Pipe,
    );
    Program::start(sandbox, &launch)
        .await
        .expect("python3 is needed: apt-get install python3")
}

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/programs")
}

/// As root, programs run as somebody else.
pub(crate) fn readable_for_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Every path below a folder, links not followed.
pub(crate) fn every_name(folder: &Path) -> Vec<PathBuf> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        names.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            names.extend(every_name(&entry.path()));
        }
    }
    names.sort();
    names
}

/// What all files below a folder hold, one after the other.
pub(crate) fn every_text(folder: &Path) -> String {
    let files = every_name(folder).into_iter().filter(|path| path.is_file());
    let texts = files.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
    texts.collect()
}
