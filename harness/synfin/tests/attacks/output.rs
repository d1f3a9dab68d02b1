//! Attempts by what is printed, replied and called: floods, commands to terminals and renderers, fake reports.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use synfin_core::manifest::Role;
use synfin_core::report::Report;
use synfin_core::report::ResultName::Fail;

use crate::submission::{Graded, Submission, every_name};
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
    let reports = graded.0.out.path().join("reports");
    let files = every_name(&reports)
        .into_iter()
        .filter(|path| path.is_file());
    let read = |path: &Path| {
        (
            path.display().to_string(),
            fs::read_to_string(path).unwrap(),
        )
    };
    let mut all: Vec<_> = files.map(|path| read(&path)).collect();
    all.push(("both streams".to_owned(), graded.said()));
    all
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
    assert_eq!(graded.told_by(Role::Server), ["hostile texts: 8"]);
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
    assert_eq!(graded.told_by(Role::Server), ["hostile texts: 8"]);
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

#[test]
fn a_gigabyte_of_output_is_counted_and_not_kept() {
    let begun = Instant::now();
    let graded = Submission::sound()
        .limited("output = \"2GiB\"")
        .replace(
            "server.py",
            "def main():\n",
            "def main():\n    import attempt\n    attempt.attempt('a flood', lambda: sum(os.write(1, b'x' * 65536) for _ in range(16384)))\n",
        )
        .graded();
    let log = graded.log(Role::Server);
    assert!(
        log.contains("tried a flood: 1073741824"),
        "printed {}",
        log.len()
    );
    assert!(log.len() < 600 * 1024, "{}", log.len());
    graded.assert_passes();
    assert!(
        begun.elapsed() < Duration::from_mins(1),
        "{:?}",
        begun.elapsed()
    );
}
