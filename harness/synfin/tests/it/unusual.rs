//! Programs that a careless harness would misjudge, or hang on: the threaded example with a line or two changed.

use std::fs;
use std::path::Path;
use std::process::Command;

use synfin_core::manifest::Recorded;
use synfin_core::report::ResultName::{Fail, Inconclusive, Pass};
use tempfile::TempDir;

use crate::support::{has, run, said, workspace};

/// A copy of the threaded example with texts of one of its files replaced.
#[track_caller]
fn variant(file: &str, replaced: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(workspace().join("harness/examples/threaded")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
    }
    replace(&place.path().join(file), replaced);
    place
}

#[track_caller]
fn replace(file: &Path, replaced: &[(&str, &str)]) {
    let mut text = fs::read_to_string(file).unwrap();
    for (old, new) in replaced {
        assert!(text.contains(old), "{old} in {}", file.display());
        text = text.replace(old, new);
    }
    fs::write(file, text).unwrap();
}

#[test]
fn each_client_logs_in_by_a_name_of_its_own_and_may_ask_where_the_server_is() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let asks = r#"(input("Server: "), int(input("Port: ")))"#;
    let names_itself = "    with connection:\n        name = input(\"Nickname: \")\n        \
                        connection.sendall(f\"{name} {sys.argv[1]}\\n\".encode())\n";
    let place = variant(
        "client.py",
        &[
            ("(HOST, PORT)", asks),
            ("    with connection:\n", names_itself),
        ],
    );
    let refuses = "def answer_requests(connection):\n    name = receive_line(connection)\n    \
                   if name in NAMES or len(set(name.split())) != 1:\n        return\n    NAMES.add(name)\n";
    replace(
        &place.path().join("server.py"),
        &[
            ("def answer_requests(connection):\n", refuses),
            ("def serve(", "NAMES = set()\n\n\ndef serve("),
        ],
    );
    replace(
        &place.path().join("target.toml"),
        &[
            (r#""client.py"]"#, r#""client.py", "user-{client}"]"#),
            (
                r"connect  = [",
                r#"connect  = [{ expect = "Server: $", send = "{host}" }, { expect = "Port: $", send = "{port}" },
                    { expect = "Nickname: $", send = "user-{client}" }, "#,
            ),
        ],
    );
    let run = run([place.path()]);
    assert!(run.output.status.success(), "{}", said(&run.output));
}

#[test]
fn without_patterns_a_lone_clients_replies_show_what_an_answer_is() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = variant(
        "target.toml",
        &[
            (r#", reply = "(?m)^FILES \\d+\\n""#, ""),
            (r#", reply = "(?m)^STORED \\d+\\n""#, ""),
            (r#", reply = "(?m)^SIZE \\d+\\n""#, ""),
            (r#", reply = "(?m)^BYE\\n""#, ""),
            (r#", { expect = "Choice: $" }"#, ""),
            (r#"connect  = [{ expect = "Choice: $" }]"#, ""),
        ],
    );
    let run = run([
        place.path().as_os_str(),
        "--only".as_ref(),
        "serves-five-clients".as_ref(),
    ]);
    assert_eq!(
        run.item("serves-five-clients").result,
        Pass,
        "{}",
        said(&run.output)
    );
    assert!(run.captures().join("lone-client.pcap").is_file());
}

#[test]
fn a_client_that_dials_localhost_is_refused_at_its_first_address_and_sound() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = variant(
        "client.py",
        &[(r#"HOST = "127.0.0.1""#, r#"HOST = "localhost""#)],
    );
    let run = run([place.path()]);
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
}

/// The threaded example, its server thinking for nine seconds about a list, for which its target allows two: a slow machine
/// stretches them to eight.
fn slow_to_list() -> TempDir {
    let place = variant(
        "server.py",
        &[
            ("import threading\n", "import threading\nimport time\n"),
            (
                "def send_list(connection):\n",
                "def send_list(connection):\n    time.sleep(9)\n",
            ),
        ],
    );
    let within = ("[client]\n", "[client]\nstep_within_ms = 2000\n");
    replace(&place.path().join("target.toml"), &[within]);
    place
}

#[test]
fn a_server_that_is_slower_than_its_target_allows_is_said_to_be_so_and_serves_five_all_the_same() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = slow_to_list();
    let run = run([
        place.path().as_os_str(),
        "--only".as_ref(),
        "serves-five-clients".as_ref(),
        "--only".as_ref(),
        "lifecycle-in-order".as_ref(),
    ]);
    let said = said(&run.output);
    assert_eq!(run.item("serves-five-clients").result, Pass, "{said}");
    let in_order = run.item("lifecycle-in-order");
    assert_eq!(in_order.result, Inconclusive, "{said}");
    let key = "a larger `step_within_ms` lets it be judged";
    assert!(in_order.checks[0].saw.contains(key), "{said}");
}

#[test]
fn a_server_of_exactly_five_workers_passes_all_that_is_asked_of_five_clients() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let thread_a_client = "    while True:
        connection, address = listener.accept()
        threading.Thread(target=serve, args=(connection, address), daemon=True).start()
";
    let five_workers = "    for _ in range(5):
        threading.Thread(target=work, args=(listener,), daemon=True).start()
    threading.Event().wait()


def work(listener):
    while True:
        serve(*listener.accept())
";
    let place = variant("server.py", &[(thread_a_client, five_workers)]);
    let within = ("[client]\n", "[client]\nstep_within_ms = 2000\n");
    replace(&place.path().join("target.toml"), &[within]);
    for rubric in ["installation-1", "file-transfer"] {
        let only = ["--only", "five-at-once", "--rubric", rubric].map(AsRef::as_ref);
        let run = run([place.path().as_os_str()].into_iter().chain(only));
        assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
        assert_eq!(run.item("serves-five-clients").result, Pass);
    }
}

#[test]
fn a_client_that_lays_pipes_in_the_place_of_its_files_fails_and_holds_nothing_up() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let connected = r#"    print(f"Connected"#;
    let pipe = format!("    os.mkfifo(os.path.join(FOLDER, \"notes.bin\"))\n{connected}");
    let place = variant("client.py", &[(connected, &pipe)]);
    let run = run([
        place.path().as_os_str(),
        "--only".as_ref(),
        "lifecycle".as_ref(),
    ]);
    assert_eq!(run.output.status.code(), Some(1), "{}", said(&run.output));
    assert_eq!(run.item("files-intact").result, Fail);
}

#[test]
fn output_that_is_not_utf_8_hides_no_prompt() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let menu = "        print(MENU)";
    let latin = format!(
        "        sys.stdout.flush(); sys.stdout.buffer.write(b\"Gr\\xf6\\xdfe\\n\")\n{menu}"
    );
    let place = variant("client.py", &[(menu, &latin)]);
    replace(
        &place.path().join("target.toml"),
        &[(
            r#"connect  = [{ expect = "Choice: $" }]"#,
            r#"connect  = [{ expect = "List files" }, { expect = "Choice: $" }]"#,
        )],
    );
    let run = run([
        place.path().as_os_str(),
        "--only".as_ref(),
        "lifecycle".as_ref(),
    ]);
    assert_eq!(run.output.status.code(), Some(0), "{}", said(&run.output));
}

/// A connection for each request: five clients that all dial anew at once are told apart.
#[test]
fn clients_that_dial_for_each_request_are_told_apart() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let mutants = workspace().join("harness/mutants");
    let place = tempfile::tempdir().unwrap();
    for part in ["pair", "unusual", "target.toml"] {
        let copied = Command::new("cp")
            .arg("-r")
            .args([mutants.join(part), place.path().join(part)])
            .status();
        assert!(copied.unwrap().success(), "{part}");
    }
    replace(
        &place.path().join("target.toml"),
        &[
            ("pair.server", "unusual.server_closes_after_each_reply"),
            ("pair.client", "unusual.client_reconnects"),
        ],
    );
    let run = run([
        place.path().as_os_str(),
        "--rubric".as_ref(),
        "file-transfer".as_ref(),
        "--only".as_ref(),
        "files-intact".as_ref(),
    ]);
    assert_eq!(
        run.item("files-intact").result,
        Pass,
        "{}",
        said(&run.output)
    );
}

/// A client whose SYN is never answered waits for its whole time, and the others meanwhile.
#[test]
fn clients_that_nobody_answers_wait_together() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let place = variant(
        "server.py",
        &[(
            "listener.listen()",
            "listener.listen(0); in_the_way = socket.create_connection((HOST, PORT))",
        )],
    );
    let path = place.path().join("server.py");
    replace(
        &path,
        &[(
            "connection, address = listener.accept()",
            "threading.Event().wait()",
        )],
    );
    let only = "serves-five-clients";
    let run = run([place.path().as_os_str(), "--only".as_ref(), only.as_ref()]);
    assert_eq!(run.item(only).result, Fail, "{}", said(&run.output));
    let json = fs::read(run.captures().join("five-at-once.json")).unwrap();
    let clients = Recorded::from_json(&json).unwrap().client_steps;
    let connects: Vec<_> = clients.iter().map(|client| &client.steps[0]).collect();
    let last_began = connects.iter().filter_map(|step| step.began_at).max();
    let first_ended = connects.iter().filter_map(|step| step.ended_at).min();
    assert_eq!(connects.len(), 6);
    assert!(last_began < first_ended, "{connects:?}");
}
