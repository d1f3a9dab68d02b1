//! Attempts by what is printed, replied and called: floods, commands to terminals and renderers, fake reports.

use std::fs;
use std::path::Path;
use std::process::Command;

use synfin_core::manifest::Role;
use synfin_core::report::Report;
use synfin_core::report::ResultName::Fail;

use crate::level_2::LEVEL;
use crate::submission::{Graded, Submission, every_name, readable_for_all};
use crate::support::{said, synfin};

/// What no output of the grader may hold: characters that act, and those that XML forbids.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

#[track_caller]
fn assert_harmless(what: &str, text: &str) {
    let acting: Vec<char> = text.chars().filter(|&c| acts(c)).collect();
    assert_eq!(acting, [], "{what}");
    let is_command = |line: &&str| line.trim_start().starts_with("::");
    assert_eq!(text.lines().find(is_command), None, "{what}");
    assert!(!text.contains("##[") && !text.contains("##vso["), "{what}");
}

/// Every file of the reports, and both streams.
fn rendered(graded: &Graded) -> Vec<(String, String)> {
    let mut all = texts(&graded.0.out.path().join("reports"));
    all.push(("both streams".to_owned(), graded.said()));
    all
}

/// Every file below a folder: its path and its text.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let files = every_name(folder).into_iter().filter(|path| path.is_file());
    files
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect()
}

/// That another reader of XML reads these files.
#[track_caller]
fn assert_well_formed(files: &[(String, String)]) {
    let paths: Vec<_> = files
        .iter()
        .map(|(path, _)| path)
        .filter(|path| path.ends_with("/junit.xml"))
        .collect();
    assert!(!paths.is_empty());
    let output = Command::new("python3")
        .args([
            "-c",
            "import sys, xml.dom.minidom as xml; [xml.parse(path) for path in sys.argv[1:]]",
        ])
        .args(paths)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// Says it all and then dies of it, so that its last lines stand in the report.
fn loud() -> Graded {
    Submission::sound()
        .server("hostile_text")
        .replace(
            "server.py",
            "import hostile_text\n",
            "import hostile_text, sys; sys.exit(' '.join(hostile_text.TEXTS))\n",
        )
        .graded()
}

#[test]
fn what_a_dying_server_prints_acts_nowhere() {
    let graded = loud();
    assert_eq!(graded.told_by(Role::Server), ["hostile texts: 12"]);
    graded.assert_result("server-listens", Fail);
    let rendered = rendered(&graded);
    assert!(rendered.len() >= 6, "{}", rendered.len());
    for (what, text) in &rendered {
        assert_harmless(what, text);
    }
    let quoting = rendered
        .iter()
        .filter(|(_, text)| text.contains("Autograding"));
    let quoting: Vec<_> = quoting.map(|(what, _)| what).collect();
    assert_well_formed(&rendered);
    assert!(quoting.len() >= 4, "its last words are told in {quoting:?}");
}

#[test]
fn its_last_words_end_no_table_row_no_test_case_and_no_script() {
    let graded = loud();
    let read = |name: &str| {
        let path = graded.0.out.path().join("reports/latest").join(name);
        fs::read_to_string(path).unwrap()
    };
    let junit = read("junit.xml");
    assert_eq!(junit.matches("<testcase ").count(), 6, "{junit}");
    assert!(
        !junit.contains("<script>") && !junit.contains("]]>"),
        "{junit}"
    );
    assert!(!read("report.md").contains("[x](javascript:y)"));
    let report: Report = serde_json::from_str(&read("report.json")).unwrap();
    assert_eq!(report, graded.0.report);
}

#[test]
fn hostile_replies_and_file_names_act_in_no_retelling() {
    let graded = Submission::sound()
        .server("hostile_text")
        .replace(
            "server.py",
            "    lines = [f\"FILES {len(names)}\"] + names",
            "    import hostile_text\n    open(os.path.join(FOLDER, \"=cmd|\\x1b[31m\\r\\n::error::<script>\"), \"w\").close()\n    \
             lines = [f\"FILES {len(hostile_text.TEXTS)}\"] + [text.replace(\"\\n\", \" \") for text in hostile_text.TEXTS]",
        )
        .graded();
    assert_eq!(graded.told_by(Role::Server), ["hostile texts: 12"]);
    for (what, text) in rendered(&graded) {
        assert_harmless(&what, &text);
    }
    let capture = &graded.0.pcaps()[0];
    for (form, more) in [("explain", None), ("follow", Some("0")), ("flows", None)] {
        let output = synfin().arg(form).arg(capture).args(more).output().unwrap();
        let told = said(&output);
        assert!(output.status.success(), "{told}");
        assert_harmless(form, &told);
    }
}

/// The server stores what it is sent, under another name.
#[test]
fn a_hostile_name_of_a_stored_file_acts_nowhere() {
    let graded = Submission::sound()
        .server("hostile_text")
        .replace(
            "server.py",
            "    with open(os.path.join(FOLDER, name), \"wb\") as file:",
            "    import hostile_text\n    with open(os.path.join(FOLDER, hostile_text.NAME), \"wb\") as file:",
        )
        .graded();
    graded.assert_result("transfer-intact", Fail);
    let rendered = rendered(&graded);
    for (what, text) in &rendered {
        assert_harmless(what, text);
    }
    let naming = rendered
        .iter()
        .filter(|(_, text)| text.contains("=cmd|") && text.contains("alert(1)"));
    assert!(naming.count() >= 4, "{}", graded.said());
    assert_well_formed(&rendered);
}

/// What the folder of a submission may be called.
const FOLDERS: [&str; 6] = [
    "=cmd|' calc'!A0,\"",
    "+1]]><script>alert(1)<!--",
    "-1\u{202e}\u{fffe}\u{ffff}\u{200b}",
    "@SUM(1)\u{1b}[31m\u{9b}2J\u{7}",
    "\t=1\n::error::x ##[error]y | `z`",
    "\r-1",
];

#[test]
fn hostile_names_of_submissions_act_in_no_file_of_the_class() {
    let place = tempfile::tempdir().unwrap();
    readable_for_all(place.path());
    let loud = Submission::sound().replace(
        "server.py",
        "def main():\n",
        "def main():\n    sys.exit('no')\n",
    );
    let loud = loud.replace("server.py", "import socket\n", "import socket, sys\n");
    let rubric = loud.rubric();
    for name in FOLDERS {
        let folder = place.path().join("class").join(name);
        fs::create_dir_all(&folder).unwrap();
        for file in ["server.py", "client.py", "target.toml"] {
            fs::copy(loud.place.path().join(file), folder.join(file)).unwrap();
        }
    }
    let mut batch = synfin();
    batch.arg("batch").arg(place.path().join("class"));
    batch
        .arg("--rubric")
        .arg(rubric)
        .arg("--out")
        .arg(place.path());
    if let Some(level) = std::env::var_os(LEVEL) {
        batch.arg("--level").arg(level);
    }
    let output = batch.output().unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert_harmless("both streams", &told);
    let csv = fs::read_to_string(place.path().join("batch/class.csv")).unwrap();
    assert_harmless("class.csv", &csv);
    assert_eq!(csv.lines().count(), 1 + FOLDERS.len(), "{csv}");
    let guarded = csv
        .lines()
        .filter(|line| line.trim_start_matches('"').starts_with('\''));
    // A CR is shown as an escape, and what begins with one is no formula.
    assert_eq!(guarded.count(), FOLDERS.len() - 1, "{csv}");
    let folders = fs::read_dir(place.path().join("batch")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path().join("reports"));
    let reports: Vec<_> = folders
        .filter(|reports| reports.is_dir())
        .flat_map(|reports| texts(&reports))
        .collect();
    assert!(reports.len() >= 5 * FOLDERS.len(), "{}", reports.len());
    for (what, text) in &reports {
        assert_harmless(what, text);
        assert!(!what.chars().any(acts), "{what}");
    }
    assert_well_formed(&reports);
}

#[test]
fn a_printed_report_is_talk() {
    let fake =
        "{\"schema\": 1, \"status\": \"passed\", \"points\": {\"reached\": 6, \"possible\": 6}}";
    let graded = Submission::sound()
        .replace(
            "server.py",
            "def main():\n",
            &format!("def main():\n    raise SystemExit('''{fake}''')\n"),
        )
        .graded();
    assert!(graded.log(Role::Server).contains(fake));
    graded.assert_result("server-listens", Fail);
    assert_eq!(graded.0.output.status.code(), Some(1));
    assert_eq!(graded.0.report.points.reached, 0);
}

/// The most memory that the grader, and what it starts, may have had at once: a ring of 64 MiB, and what it takes anyway.
const PEAK_KIB_MAX: u64 = 300 * 1024;

/// Runs a program, and says on its last line how much memory the largest process had of it and of those it waited for, KiB.
const WITH_PEAK: &str = "import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)";

/// Grades it, and tells the largest resident set of the grader and what it starts, KiB.
fn graded_with_peak(submission: &Submission) -> (Graded, u64) {
    let mut watched = Command::new("python3");
    watched.args(["-c", WITH_PEAK, env!("CARGO_BIN_EXE_synfin")]);
    let graded = submission.graded_with(watched);
    let told = String::from_utf8_lossy(&graded.0.output.stderr).into_owned();
    let peak = told.lines().last().and_then(|line| line.parse().ok());
    (graded, peak.unwrap())
}

#[test]
fn a_gigabyte_of_output_is_counted_and_not_kept() {
    let submission = Submission::sound()
        .limited("output = \"2GiB\"")
        // It is not asked how fast a busy machine reads a gigabyte.
        .replace("target.toml", "[server]\n", "[server]\nstart_within_ms = 120000\n")
        .replace(
            "server.py",
            "def main():\n",
            "def main():\n    import attempt\n    attempt.attempt('a flood', lambda: sum(os.write(1, b'x' * 65536) for _ in range(16384)))\n",
        );
    let (graded, peak_kib) = graded_with_peak(&submission);
    assert!((1..PEAK_KIB_MAX).contains(&peak_kib), "{peak_kib} KiB");
    let log = graded.log(Role::Server);
    assert!(
        log.contains("tried a flood: 1073741824"),
        "printed {}",
        log.len()
    );
    assert!(log.len() < 600 * 1024, "{}", log.len());
    graded.assert_passes();
}
