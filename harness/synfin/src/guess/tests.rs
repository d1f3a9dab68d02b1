//! Folders in, files out; what comes out is always a target and a rubric.

use synfin_core::spec::{Rubric, Target};

use super::*;

fn guess(files: &[(&str, &str)]) -> Guess {
    let source = |(name, text): &(&str, &str)| Source {
        name: (*name).to_owned(),
        text: (*text).to_owned(),
    };
    Guess::of(&files.iter().map(source).collect::<Vec<_>>())
}

#[track_caller]
fn target(guess: &Guess) -> Target {
    let text = target_text(guess);
    Rubric::parse("rubric.toml", &rubric_text(guess)).unwrap_or_else(|error| panic!("{error}"));
    Target::parse("target.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn a_python_menu_is_read_from_its_source() {
    let server = "PORT = 6000\nFOLDER = 'store'\nlistener.bind(('', PORT))\nlistener.accept()";
    let client = "s.connect(('localhost', 6000))\nprint('1) Show list\\n2) Upload file\\n3) Exit')\n\
                  name = input('Enter file name: ')";
    let guess = guess(&[("a.py", client), ("b.py", server)]);
    let target = target(&guess);
    assert_eq!(target.server.command.words(), ["python3", "b.py"]);
    assert_eq!(target.client.command.first().words(), ["python3", "a.py"]);
    assert_eq!(target.server.listen, "127.0.0.1:6000".parse().unwrap());
    assert_eq!(target.files.server_dir, "store");
    let typed = |step| {
        target.client.script(step).unwrap().exchanges[0]
            .send
            .clone()
    };
    assert_eq!(
        [typed("list"), typed("upload"), typed("quit")],
        ["1", "2", "3"].map(|it| Some(it.to_owned()))
    );
    let name = &target.client.script("upload").unwrap().exchanges[1];
    assert!(name.expect.as_ref().unwrap().is_match("Enter file name: "));
    assert_eq!(guess.unknowns(), ["what the client is told to download"]);
}

#[test]
fn what_must_be_compiled_is_built_and_arguments_are_questions() {
    let server = "int main(int argc, char **argv) { bind(s, a, n); port = atoi(argv[1]); }";
    let client = "int main(int argc, char **argv) { connect(s, a, n); atoi(argv[1]); }";
    let guess = guess(&[("client.c", client), ("server.c", server)]);
    let target = target(&guess);
    assert_eq!(target.build.len(), 2);
    assert_eq!(target.server.command.words(), ["./server", "{port}"]);
    assert_eq!(
        target.client.command.first().words(),
        ["./client", "{host}", "{port}"]
    );
    assert!(
        guess
            .unknowns()
            .contains(&"the arguments of server.c, which reads its command line".to_owned())
    );
}

#[test]
fn a_folder_without_programs_becomes_files_with_gaps_that_are_named() {
    let guess = guess(&[("README.md", "The server listens on port 7777.")]);
    assert!(!guess.can_run());
    assert_eq!(target(&guess).server.listen.port(), 7777);
    assert!(guess.unknowns()[0].starts_with("which program is the server"));
}

#[test]
fn among_several_programs_calls_names_and_entries_decide_and_the_others_are_named() {
    let server = "s.bind(a)\ns.listen()\ns.accept()";
    let client = "s.connect(('localhost', 5001))";
    let guess = guess(&[
        ("chat.py", "button.bind('<Return>', send)\ns.connect(a)"),
        ("client.py", client),
        ("old_server.py", server),
        ("server.py", server),
        ("test_client.py", client),
    ]);
    let text = target_text(&guess);
    let target = target(&guess);
    assert_eq!(target.server.command.words(), ["python3", "server.py"]);
    assert_eq!(
        target.client.command.first().words(),
        ["python3", "client.py"]
    );
    let servers = "[server]\n# or old_server.py?\n# or chat.py?\ncommand";
    let clients = "[client]\n# or chat.py?\n# or test_client.py?\ncommand";
    for expected in [servers, clients] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn a_port_is_a_number_where_a_port_belongs() {
    for (text, port) in [
        ("mkdir(folder, 0755); bind(s, 8080)", Some(8080)),
        ("s.bind(('0.0.0.0', 9092))", Some(9092)),
        ("address.sin_port = htons(6543);", Some(6543)),
        ("new ServerSocket(1234).accept()", Some(1234)),
        ("net.createServer(serve).listen(7000)", Some(7000)),
        (
            "parser.add_argument('--port', type=int, default=4321)",
            Some(4321),
        ),
        ("#define SERVER_PORT 2525", Some(2525)),
        ("recv(1024); mkdir(folder, 0755)", None),
        ("print('since 1998')", None),
    ] {
        let text = format!("accept()\n{text}");
        assert_eq!(guess(&[("server.py", &text)]).port, port, "{text}");
    }
}

#[test]
fn of_many_programs_that_were_not_chosen_only_some_are_named() {
    let files: Vec<String> = (1..=6).map(|number| format!("server{number}.py")).collect();
    let server = "s.bind(a)\ns.accept()";
    let sources: Vec<_> = files.iter().map(|name| (name.as_str(), server)).collect();
    let text = target_text(&guess(&sources));
    let others =
        "# or server2.py?\n# or server3.py?\n# or server4.py?\n# or one of 2 more?\ncommand";
    assert!(text.contains(others), "{text}");
}

#[test]
fn java_in_packages_is_built_into_a_folder_and_started_by_its_class() {
    let main = "public static void main(String[] args)";
    let server = format!("package org.chat;\n{main} {{ new ServerSocket(5001).accept(); }}");
    let client = format!("package org.chat.ui;\n{main} {{ new Socket(\"localhost\", 5001); }}");
    let handler = "package org.chat;\nclass ServerHandler { ServerSocket s; void f() { s.accept(); new ServerSocket(1); } }";
    let guess = guess(&[
        ("src/main/java/org/chat/Server.java", server.as_str()),
        ("src/main/java/org/chat/ServerHandler.java", handler),
        ("src/main/java/org/chat/ui/ChatClient.java", client.as_str()),
    ]);
    let target = target(&guess);
    let java = |class| ["java", "-cp", "classes", class];
    assert_eq!(target.server.command.words(), java("org.chat.Server"));
    assert_eq!(
        target.client.command.first().words(),
        java("org.chat.ui.ChatClient")
    );
    let build: Vec<_> = target
        .build
        .iter()
        .map(|it| it.words()[2].clone())
        .collect();
    assert_eq!(
        build,
        ["javac -d classes $(find src/main/java -name '*.java')"]
    );
}
