//! Running the binary and reading what it wrote.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use synfin_core::report::{ItemReport, Report, ResultName};
use tempfile::TempDir;

/// Names of tools that tests do without, separated by commas: what is left out is printed.
const WITHOUT: &str = "SYNFIN_TESTS_WITHOUT";

/// Whether the tool is there. Fails the test if it is not, unless the environment says to do without it.
#[track_caller]
pub(crate) fn has(tool: &str, version: &str, package: &str) -> bool {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    if without.split(',').any(|name| name == tool) {
        tell(&format!("LEFT OUT, because {WITHOUT} names {tool}"));
        return false;
    }
    let asked = Command::new(tool)
        .arg(version)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        asked.is_ok_and(|status| status.success()),
        "{tool} is missing: apt-get install {package}, or do without it: {WITHOUT}={tool}"
    );
    true
}

/// Whether this is root, who alone may be other users. Fails the test if not, unless the environment says to do without.
#[track_caller]
pub(crate) fn is_root() -> bool {
    let without = std::env::var(WITHOUT).unwrap_or_default();
    if without.split(',').any(|name| name == "root") {
        tell(&format!("LEFT OUT, because {WITHOUT} names root"));
        return false;
    }
    assert!(
        rustix::process::geteuid().is_root(),
        "this needs root: run it by sudo, or do without it: {WITHOUT}=root"
    );
    true
}

/// Says something that is to be seen of a passing test, too: the test runner keeps what the printing macros print.
pub(crate) fn tell(text: &str) {
    let line = format!("{text}\n");
    std::io::stderr().lock().write_all(line.as_bytes()).unwrap();
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// `synfin run` that has ended.
pub(crate) struct Run {
    /// What it said, and its exit status.
    pub(crate) output: Output,
    /// Its report.
    pub(crate) report: Report,
    /// Where captures and reports are.
    pub(crate) out: TempDir,
}

/// The binary, about to be run.
pub(crate) fn synfin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_synfin"));
    command.stdin(Stdio::null());
    command
}

/// Runs `synfin run` with these arguments and reads its report.
#[track_caller]
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    run_by(synfin(), arguments)
}

/// The same by a command that ends with the binary.
#[track_caller]
pub(crate) fn run_by<A: AsRef<OsStr>>(
    mut synfin: Command,
    arguments: impl IntoIterator<Item = A>,
) -> Run {
    let out = tempfile::tempdir().unwrap();
    // Whoever the command runs as.
    fs::set_permissions(out.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let output = synfin
        .arg("run")
        .args(arguments)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    let path = out.path().join("reports/latest/report.json");
    let text = fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", path.display(), said(&output)));
    Run {
        report: serde_json::from_slice(&text).unwrap(),
        output,
        out,
    }
}

/// The text of `report.json` that grading a run's folder anew gives.
#[track_caller]
pub(crate) fn regraded(captures: &Path) -> String {
    let out = tempfile::tempdir().unwrap();
    let output = synfin()
        .arg("grade")
        .arg(captures)
        .arg("--out")
        .arg(out.path())
        .output()
        .unwrap();
    let path = out.path().join("reports/latest/report.json");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}\n{}", said(&output)))
}

/// Both streams of an ended program, for a failing test's message.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}\n{}\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}

impl Run {
    /// The folder of the recordings.
    pub(crate) fn captures(&self) -> PathBuf {
        self.out
            .path()
            .join("captures/latest")
            .canonicalize()
            .unwrap()
    }

    /// The text of `report.json`.
    pub(crate) fn report_text(&self) -> String {
        fs::read_to_string(self.out.path().join("reports/latest/report.json")).unwrap()
    }

    /// The item of this id.
    #[track_caller]
    pub(crate) fn item(&self, id: &str) -> &ItemReport {
        self.report
            .items
            .iter()
            .find(|item| item.id == id)
            .unwrap_or_else(|| panic!("no item {id:?}"))
    }

    /// Each item's id and result.
    pub(crate) fn results(&self) -> Vec<(&str, ResultName)> {
        self.report
            .items
            .iter()
            .map(|item| (item.id.as_str(), item.result))
            .collect()
    }

    /// Every capture.
    pub(crate) fn pcaps(&self) -> Vec<PathBuf> {
        let mut pcaps: Vec<PathBuf> = fs::read_dir(self.captures())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "pcap")
            })
            .collect();
        pcaps.sort();
        pcaps
    }
}
