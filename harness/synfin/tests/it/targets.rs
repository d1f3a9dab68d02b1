//! What a target can ask for, asked for: each is a variant of the threaded example.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use synfin_core::manifest::{Exit, Limit, Recorded, Role, StepOutcome};
use synfin_core::report::ResultName::{Fail, Inconclusive, Pass};
use tempfile::TempDir;

use crate::support::{Run, has, run, said, synfin, workspace};

/// A copy of the threaded example, its target changed.
#[track_caller]
pub(crate) fn target(replaced: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(workspace().join("harness/examples/threaded")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
    }
    replace(&place.path().join("target.toml"), replaced);
    place
}

#[track_caller]
pub(crate) fn replace(file: &Path, replaced: &[(&str, &str)]) {
    let mut text = fs::read_to_string(file).unwrap();
    for (old, new) in replaced {
        assert!(text.contains(old), "{old} in {}", file.display());
        text = text.replace(old, new);
    }
    fs::write(file, text).unwrap();
}

/// Runs the target in the one scenario.
#[track_caller]
fn run_one(place: &TempDir, scenario: &str) -> Run {
    run([place.path(), "--only".as_ref(), scenario.as_ref()])
}

fn python() -> bool {
    has("python3", "--version", "python3")
}

#[track_caller]
fn assert_passes(run: &Run) {
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into())
        .collect();
    names.sort();
    names
}

#[test]
fn a_build_runs_once_in_a_copy_and_every_role_gets_what_it_made() {
    if !python() {
        return;
    }
    let build =
        "schema = 1\nbuild = [\"mkdir target\", \"mv server.py target/built.py; pwd; echo built\"]";
    let place = target(&[
        ("schema = 1", build),
        (
            r#"["python3", "server.py"]"#,
            r#"["python3", "target/built.py"]"#,
        ),
    ]);
    let before = names(place.path());
    let run = run_one(&place, "lifecycle");
    assert_passes(&run);
    assert_eq!(names(place.path()), before);
    let log = fs::read_to_string(run.captures().join("build.log")).unwrap();
    assert!(log.ends_with("built\n"), "{log:?}");
    assert_eq!(log.matches("built\n").count(), 1, "{log:?}");
}

#[test]
fn a_failed_build_fails_the_items_with_its_last_lines() {
    let build =
        "schema = 1\nbuild = [\"echo first\", \"echo 'server.c:1: \\u001B[31mno main'; exit 3\"]";
    let place = target(&[("schema = 1", build)]);
    let run = run_one(&place, "lifecycle");
    assert_eq!(run.output.status.code(), Some(1), "{}", said(&run.output));
    let check = &run.item("server-runs").checks[0];
    assert_eq!(check.result, Fail);
    assert_eq!(
        check.saw,
        "the build failed: `echo 'server.c:1: \\x1b[31mno main'; exit 3` exited with code 3: “server.c:1: \\x1b[31mno main”"
    );
    assert!(
        !said(&run.output).contains('\u{1b}'),
        "{}",
        said(&run.output)
    );
    let log = fs::read_to_string(run.captures().join("build.log")).unwrap();
    assert_eq!(log, "first\nserver.c:1: \u{1b}[31mno main\n");
}

#[test]
fn a_build_that_hangs_or_floods_costs_only_itself() {
    let limits = "[limits.build]\nwall_ms = 300\noutput = \"1MiB\"\n[client]";
    for (command, limit) in [
        ("sleep 1000 & sleep 1000", "0.3 s of time"),
        ("yes; true", "1 MiB of output"),
    ] {
        let build = format!("schema = 1\nbuild = [{command:?}]");
        let place = target(&[("schema = 1", &build), ("[client]\n", limits)]);
        replace(
            &place.path().join("target.toml"),
            &[("[client]command", "[client]\ncommand")],
        );
        let run = run_one(&place, "lifecycle");
        let saw = &run.item("server-runs").checks[0].saw;
        let expected =
            format!("the build failed: `{command}` reached its limit, {limit}, and was ended");
        assert!(saw.starts_with(&expected), "{saw}");
    }
}

#[test]
fn a_client_of_one_process_a_step_does_them_all_and_its_ends_are_recorded() {
    if !has("cc", "--version", "gcc") {
        return;
    }
    let example = workspace().join("harness/examples/one-shot");
    let rubric = example.join("rubric.toml");
    let run = run([&example, Path::new("--rubric"), &rubric]);
    assert_passes(&run);
    let recording = fs::read(run.captures().join("one-client.json")).unwrap();
    let recorded = Recorded::from_json(&recording).unwrap();
    let clients = recorded
        .processes
        .iter()
        .filter(|it| it.role != Role::Server);
    let ends: Vec<_> = clients.map(|it| (it.entry, it.exit)).collect();
    let success = Some(Exit::Code { code: 0 });
    assert_eq!(ends, [1, 2, 3].map(|entry| (Some(entry), success)));
}

#[test]
fn a_client_of_one_process_a_step_is_said_to_hold_nothing_open() {
    if !has("cc", "--version", "gcc") {
        return;
    }
    let example = workspace().join("harness/examples/one-shot");
    let run = run([&example, Path::new("--only"), Path::new("five-at-once")]);
    let check = &run.item("serves-five-clients").checks[0];
    assert_eq!(check.result, Inconclusive, "{}", said(&run.output));
    assert!(
        check.saw.contains("holds no connection open"),
        "{}",
        check.saw
    );
}

#[test]
fn files_folders_and_variables_are_there_before_the_programs_start() {
    if !python() {
        return;
    }
    let place = target(&[
        (
            "[files]",
            "[files]\nplace = [{ path = \"a/motd.txt\", text = \"hello\" }, { folder = \"logs\", beside = \"server\" },\n\
             { path = \"big.bin\", size = \"70001\" }]",
        ),
        ("listen =", "env = { WHERE = \"{addr}\" }\nlisten ="),
    ]);
    let asserts = "    assert open('a/motd.txt').read() == 'hello' and os.path.getsize('big.bin') == 70001\n\
                   \x20   assert os.path.isdir('logs') and os.environ['WHERE'] == '127.0.0.1:5001'\n";
    let main = "def main():\n";
    replace(
        &place.path().join("server.py"),
        &[(main, &format!("{main}{asserts}"))],
    );
    replace(
        &place.path().join("client.py"),
        &[(
            main,
            &format!(
                "{main}    assert os.path.exists('a/motd.txt') and not os.path.exists('logs')\n"
            ),
        )],
    );
    assert_passes(&run_one(&place, "lifecycle"));
}

#[test]
fn servers_may_listen_anywhere_on_the_loopback() {
    if !python() {
        return;
    }
    for (bind, dial, listen) in [
        ("AF_INET", "", "127.0.0.1:5001"),
        ("AF_INET", "127.0.1.1", "127.0.1.1:5001"),
        ("AF_INET6", "::1", "[::1]:5001"),
        ("AF_INET6", "::", "[::1]:5001"),
        ("AF_INET6", "::", "127.0.0.1:5001"),
        ("AF_INET", "{socket.gethostname()}", "127.0.0.1:5001"),
    ]
    .map(|(family, host, listen)| ((family, host), listen.rsplit_once(':').unwrap().0, listen))
    .map(|(bind, dial, listen)| (bind, dial.trim_matches(['[', ']']), listen))
    {
        let place = target(&[("127.0.0.1:5001", listen)]);
        let (family, host) = bind;
        replace(
            &place.path().join("server.py"),
            &[
                ("AF_INET", family),
                (r#"HOST = "127.0.0.1""#, &format!("HOST = f\"{host}\"")),
            ],
        );
        replace(
            &place.path().join("client.py"),
            &[(r#"HOST = "127.0.0.1""#, &format!("HOST = {dial:?}"))],
        );
        let run = run_one(&place, "lifecycle");
        assert_eq!(
            run.item("server-runs").result,
            Pass,
            "{bind:?} {listen} {}",
            said(&run.output)
        );
        assert_eq!(
            run.item("files-intact").checks[0].result,
            Pass,
            "{bind:?} {listen}"
        );
    }
}

/// What a server does beside serving, the limits it has, and the one that it reaches.
const EXCESSES: [(&str, &str, Limit); 6] = [
    (
        "x = bytearray(300 << 20)",
        "memory = \"200MiB\"",
        Limit::Memory,
    ),
    ("while True: pass", "cpu_s = 1", Limit::Cpu),
    (
        "while True: print('x' * 65536)",
        "output = \"1MiB\"",
        Limit::Output,
    ),
    (
        "import time; time.sleep(1000)",
        "wall_ms = 1000",
        Limit::Wall,
    ),
    (
        "[os.fork() for _ in range(6)]; import time; time.sleep(1000)",
        "processes = 20",
        Limit::Processes,
    ),
    (
        "f = open('full', 'wb'); f.write(bytes(32 << 20))",
        "disk = \"16MiB\"",
        Limit::Disk,
    ),
];

#[test]
fn a_limit_that_a_server_reaches_ends_it_and_is_named() {
    if !python() {
        return;
    }
    for (doing, limits, limit) in EXCESSES {
        let place = target(&[("[files]", &format!("[limits]\n{limits}\n[files]"))]);
        let main = "def main():\n";
        let excess = format!("{main}    {doing}\n    import time; time.sleep(1000)\n");
        replace(&place.path().join("server.py"), &[(main, &excess)]);
        let run = run_one(&place, "lifecycle");
        let recording = fs::read(run.captures().join("lifecycle.json")).unwrap();
        let recorded = Recorded::from_json(&recording).unwrap();
        let mut processes = recorded.processes.iter();
        let server = processes.find(|it| it.role == Role::Server).unwrap();
        let hit = server.limit_hit.map(|hit| hit.limit);
        assert_eq!(hit, Some(limit), "{server:?}");
        let check = &run.item("server-runs").checks[0];
        assert_eq!(check.result, Fail);
        let told = format!("{} {:?}", check.saw, check.evidence);
        assert!(told.contains("it reached its limit: "), "{told}");
    }
}

#[test]
fn a_program_that_does_not_exist_is_the_first_cause() {
    if !python() {
        return;
    }
    for (command, item) in [
        ("server.py", "server-runs"),
        ("client.py", "server-responds"),
    ] {
        let wrong = format!("[\"./no-such-{command}\"]");
        let place = target(&[(&format!("[\"python3\", \"{command}\"]"), &wrong)]);
        let run = run_one(&place, "lifecycle");
        let checks = &run.item(item).checks;
        let failed = checks.iter().find(|check| check.result == Fail).unwrap();
        assert!(
            failed.saw.contains("could not be started"),
            "{}",
            failed.saw
        );
        assert!(
            failed.usually[0].cause.starts_with("no such program"),
            "{:?}",
            failed.usually
        );
    }
}

#[test]
fn a_target_in_the_folder_that_is_not_named_brings_a_hint() {
    let place = target(&[]);
    let output = synfin()
        .args(["run", "--only", "nothing"])
        .current_dir(place.path())
        .output()
        .unwrap();
    let text = said(&output);
    assert!(
        text.contains("hint: this folder has a target.toml"),
        "{text}"
    );
}

#[test]
fn init_writes_a_target_that_runs_and_never_overwrites() {
    if !python() {
        return;
    }
    let place = target(&[]);
    let again = || {
        let mut command = synfin();
        command
            .arg("init")
            .arg(place.path())
            .arg("--out")
            .arg(place.path());
        command.output().unwrap()
    };
    let refused = again();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    fs::remove_file(place.path().join("target.toml")).unwrap();
    let made = again();
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    assert!(said(&made).contains("wrote "), "{}", said(&made));
    assert!(place.path().join("reports/latest/report.json").is_file());
}

#[test]
fn a_program_that_lies_in_tmp_itself_is_started_from_there() {
    if !python() {
        return;
    }
    let place = target(&[]);
    let script = fs::read_to_string(place.path().join("server.py")).unwrap();
    let program = tempfile::Builder::new().tempfile_in("/tmp").unwrap();
    let program = program.into_temp_path();
    fs::write(&program, format!("#!/usr/bin/env python3\n{script}")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let command = format!("[{:?}]", program.to_str().unwrap());
    replace(
        &place.path().join("target.toml"),
        &[(r#"["python3", "server.py"]"#, &command)],
    );
    assert_passes(&run_one(&place, "lifecycle"));
}

/// The worked examples of `docs/targets.md`, each run as it is told there.
#[test]
fn the_worked_examples_do_what_the_handbook_says() {
    let examples = workspace().join("harness/examples");
    let server_only = examples.join("server-only");
    let threaded = examples.join("threaded");
    let pair = [
        "--server".into(),
        server_only.into(),
        "--client".into(),
        threaded.into_os_string(),
    ];
    let cases = [
        (
            ("javac", "--version", "default-jdk-headless"),
            vec![examples.join("banner").into_os_string()],
        ),
        (
            ("node", "--version", "nodejs"),
            vec![examples.join("node").into_os_string()],
        ),
        (("python3", "--version", "python3"), pair.to_vec()),
    ];
    for ((tool, version, package), mut arguments) in cases {
        if !has(tool, version, package) {
            continue;
        }
        arguments.extend([
            "--only".into(),
            "lifecycle".into(),
            "--only".into(),
            "five-at-once".into(),
        ]);
        assert_passes(&run(arguments));
    }
}

#[test]
fn a_download_under_another_name_is_named_and_passes_only_if_the_target_says_so() {
    if !python() {
        return;
    }
    let place = target(&[]);
    replace(
        &place.path().join("client.py"),
        &[(
            "os.path.join(FOLDER, name), \"wb\"",
            "os.path.join(FOLDER, \"downloaded_\" + name), \"wb\"",
        )],
    );
    let run = run_one(&place, "lifecycle");
    let failed: Vec<_> = run
        .report
        .items
        .iter()
        .flat_map(|item| &item.checks)
        .filter(|check| check.result == Fail)
        .collect();
    assert!(!failed.is_empty(), "{}", said(&run.output));
    for check in failed {
        let found = "client 1's folder has “downloaded_notes.bin” with the same contents";
        assert!(check.saw.contains(found), "{}", check.saw);
        let remedy = "download_as = \"downloaded_{name}\"";
        assert!(
            check.usually[0].remedy.contains(remedy),
            "{:?}",
            check.usually
        );
    }
    replace(
        &place.path().join("target.toml"),
        &[(
            "[files]\n",
            "[files]\ndownload_as = \"downloaded_{name}\"\n",
        )],
    );
    assert_passes(&run_one(&place, "lifecycle"));
}

/// The threaded example with half a second for each step, and a server that sends its downloads in this way.
fn sending(downloads: &str) -> TempDir {
    let place = target(&[("[client.steps]", "step_within_ms = 500\n\n[client.steps]")]);
    let whole = r#"connection.sendall(f"SIZE {len(content)}\n".encode())"#;
    let slowly = format!("{whole}\n    {downloads}\n    return");
    replace(&place.path().join("server.py"), &[(whole, &slowly)]);
    place
}

#[test]
fn a_transfer_that_goes_on_is_not_cut_off_by_the_steps_time() {
    if !python() {
        return;
    }
    let place = sending(
        "import time\n    for at in range(0, len(content), 8192):\n        connection.sendall(content[at:at + 8192]); time.sleep(0.15)",
    );
    let run = run_one(&place, "lifecycle");
    assert_passes(&run);
    let recording = fs::read(run.captures().join("lifecycle.json")).unwrap();
    let recorded = Recorded::from_json(&recording).unwrap();
    let steps = &recorded.client_steps[0].steps;
    let download = steps.iter().find(|it| it.step.starts_with("download"));
    let download = download.unwrap();
    assert_eq!(download.outcome, StepOutcome::Done);
    let took_ns = download.ended_at.unwrap() - download.began_at.unwrap();
    assert!(took_ns > 1_000_000_000, "{took_ns}");
    let file = recorded
        .files
        .iter()
        .rfind(|file| file.entry == download.entry);
    let file = file.unwrap();
    assert_eq!(file.arrived_sha256.as_ref(), Some(&file.source_sha256));
}

#[test]
fn a_transfer_that_never_ends_is_cut_off_and_decides_nothing() {
    if !python() {
        return;
    }
    let place =
        sending("import time\n    while True:\n        connection.sendall(b'x'); time.sleep(0.15)");
    let run = run_one(&place, "lifecycle");
    let item = run.item("files-intact");
    assert_eq!(item.result, Inconclusive, "{}", said(&run.output));
    let report = run.report_text();
    assert!(
        report.contains("bytes were still crossing when the step was given up (frame "),
        "{report}"
    );
}
