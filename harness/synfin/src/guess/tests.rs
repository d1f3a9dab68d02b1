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
    assert_eq!(
        guess.unknowns(),
        ["what the client is told to download, if it can (`[client.steps]`)"]
    );
}

#[test]
fn what_must_be_compiled_is_built_and_arguments_are_questions() {
    let server = "int main(int argc, char **argv) { bind(s, a, n); run(argv[1]); }";
    let client = "int main(int argc, char **argv) { connect(s, a, n); run(argv[1]); }";
    let guess = guess(&[("client.c", client), ("server.c", server)]);
    let target = target(&guess);
    assert_eq!(target.build.len(), 2);
    assert_eq!(target.server.command.words(), ["./server", "{port}"]);
    assert_eq!(
        target.client.command.first().words(),
        ["./client", "{host}", "{port}"]
    );
    assert!(guess.unknowns().contains(
        &"the arguments of server.c, which reads its command line (`command`)".to_owned()
    ));
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
    let client = "s.connect(('localhost', 5001))\ninput()";
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
        ("constexpr int kPort = 5555;", Some(5555)),
        ("HOST, PORT = '0.0.0.0', 8000", Some(8000)),
        ("const PORT = process.env.PORT || 3000", Some(3000)),
        (
            "port = int(sys.argv[1]) if len(sys.argv) > 1 else 7000",
            Some(7000),
        ),
        ("s.connect(('localhost', 80))", Some(80)),
        ("new Socket(\"localhost\", 6666)", Some(6666)),
        ("s.recv(2048); s.listen(100); SO_REUSEPORT, 1)", None),
        (
            "os.makedirs('x', mode=0o755); new ServerSocket(PORT, 50)",
            None,
        ),
        ("recv(1024); mkdir(folder, 0755)", None),
        ("print('since 1998')", None),
    ] {
        assert_eq!(port::port(text), port, "{text}");
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

/// A server that says no more than that it is one.
const SERVER: &str = "s.bind(('', 7000))\ns.accept()";

/// A client that reads what is typed.
const CONNECT: &str = "s.connect(('localhost', 7000))\n";

#[track_caller]
fn check_client(client: &str, expected: &[&str]) {
    let client = format!("{CONNECT}{client}");
    let guess = guess(&[("client.py", &client), ("server.py", SERVER)]);
    target(&guess);
    let text = target_text(&guess);
    let begins = [
        "command = [\"python3\", \"client",
        "[client.command]",
        "list =",
        "up",
        "down",
        "quit",
        "client_dir",
    ];
    let lines = text
        .lines()
        .filter(|line| begins.iter().any(|it| line.starts_with(it)));
    assert_eq!(lines.collect::<Vec<_>>(), expected, "{text}");
}

#[test]
fn each_transfer_waits_for_its_own_question() {
    check_client(
        "print('1. Upload  2. Download')\ninput('File to download: ')\ninput('File to upload: ')",
        &[
            r#"command = ["python3", "client.py"]"#,
            r#"upload = [{ send = "1" }, { expect = "File to upload:", send = "{name}" }]"#,
            r#"download = [{ send = "2" }, { expect = "File to download:", send = "{name}" }]"#,
            r#"client_dir = ".""#,
        ],
    );
}

#[test]
fn a_command_without_a_question_has_the_file_on_its_line() {
    check_client(
        "line = input('ftp> ')\nif line == 'ls': pass\nif line.startswith('put '): pass\nif line == 'bye': pass",
        &[
            r#"command = ["python3", "client.py"]"#,
            r#"list = [{ send = "ls" }]"#,
            r#"upload = [{ send = "put {name}" }]"#,
            r#"quit = [{ send = "bye" }]"#,
            r#"client_dir = ".""#,
        ],
    );
}

#[test]
fn where_any_line_is_a_request_one_is_typed_and_said_to_be_a_guess() {
    check_client(
        "text = input('Message: ')\nif text == 'quit': exit()",
        &[
            r#"command = ["python3", "client.py"]"#,
            r#"list = [{ send = "hello" }]"#,
            r#"quit = [{ send = "quit" }]"#,
            r#"client_dir = ".""#,
        ],
    );
}

#[test]
fn a_client_that_never_asks_is_started_for_its_request() {
    check_client(
        "s.sendall(b'Hello')",
        &[
            "[client.command]",
            r#"list = ["python3", "client.py"]"#,
            r#"client_dir = ".""#,
        ],
    );
}

#[test]
fn a_client_that_is_told_a_file_is_started_for_each() {
    check_client(
        "host, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]\ndata = open(path, 'rb').read()",
        &[
            "[client.command]",
            r#"upload = ["python3", "client.py", "{host}", "{port}", "{name}"]"#,
            r#"client_dir = ".""#,
        ],
    );
}

#[test]
fn downloads_are_looked_for_where_the_client_says_it_keeps_them() {
    let menu = "print('1. Download')\nname = input('File name: ')\n";
    let steps = [
        r#"command = ["python3", "client.py"]"#,
        r#"download = [{ send = "1" }, { expect = "File name:", send = "{name}" }]"#,
    ];
    let named = r#"client_dir = "mine""#;
    check_client(
        &format!("{menu}CLIENT_FILES = 'mine'"),
        &[&steps[..], &[named]].concat(),
    );
    let files = |text: &str| ClientFiles::of(text).download_as;
    assert_eq!(
        files("open('downloads/' + name, 'wb')"),
        Some("downloads/{name}".to_owned())
    );
    assert_eq!(
        files("open('received_' + name, 'wb')"),
        Some("received_{name}".to_owned())
    );
    assert_eq!(files("open(name, 'wb')"), None);
}

#[track_caller]
fn check_arguments(file: &str, text: &str, expected: &[&str]) {
    let language = language::Language::of(file).unwrap();
    let arguments = arguments::Arguments::of(text, language, Side::Client);
    assert_eq!(arguments.words, expected, "{text}");
    assert!(arguments.are_known, "{text}");
}

#[test]
fn arguments_are_known_by_what_the_source_calls_them() {
    let host_port = ["{host}", "{port}"];
    check_arguments(
        "c.py",
        "print('usage: python c.py <host> <port>', sys.argv[1])",
        &host_port,
    );
    check_arguments(
        "c.c",
        "printf(\"usage %s hostname port\\n\", argv[0]); argv[1];",
        &host_port,
    );
    check_arguments(
        "C.java",
        "host = args[0];\nint port = Integer.parseInt(args[1]);",
        &host_port,
    );
    check_arguments(
        "c.js",
        "const host = process.argv[2];\nconst port = process.argv[3];",
        &host_port,
    );
    let options = "argparse\nadd_argument('--host')\nadd_argument('-p', '--port', type=int)\nadd_argument('--verbose')";
    check_arguments("c.py", options, &["--host", "{host}", "--port", "{port}"]);
    check_arguments("c.py", "if sys.argv[1] == 'client':", &["client"]);
    check_arguments("c.c", "int main(int argc, char *argv[])", &[]);
}

#[test]
fn a_pair_in_one_file_is_started_by_the_name_of_the_side() {
    let both = format!(
        "{SERVER}\n{CONNECT}input('> ')\nif sys.argv[1] == 'server': pass\nelif sys.argv[1] == 'client': pass"
    );
    let target = target(&guess(&[("chat.py", &both)]));
    assert_eq!(
        target.server.command.words(),
        ["python3", "chat.py", "server"]
    );
    assert_eq!(
        target.client.command.first().words(),
        ["python3", "chat.py", "client"]
    );
}

#[test]
fn programs_in_folders_are_started_there_with_the_modules_that_lie_beside_them() {
    let guess = guess(&[
        (
            "server/main.py",
            "from config import *\ns.bind(('', PORT))\ns.accept()\nprint('upload')",
        ),
        ("server/config.py", "PORT = 6001\nFOLDER = 'files'"),
        (
            "client/main.py",
            "import config\ns.connect(a)\nif input() == 'upload': pass",
        ),
        ("client/config.py", "PORT = 6002"),
    ]);
    let target = target(&guess);
    assert_eq!(
        target.server.command.words()[2],
        "cd server && exec python3 main.py"
    );
    assert_eq!(
        target.client.command.first().words()[2],
        "cd client && exec python3 main.py"
    );
    assert_eq!(target.server.listen, "127.0.0.1:6001".parse().unwrap());
    assert_eq!(
        [target.files.server_dir, target.files.client_dir],
        ["server/files", "client"]
    );
}

#[test]
fn sources_that_belong_to_a_program_in_c_are_compiled_with_it() {
    let files = [
        (
            "server.c",
            "#include \"net.h\"\nint main(void) { bind(s, a, n); accept(s, 0, 0); }",
        ),
        (
            "client.c",
            "#include \"net.h\"\nint main(void) { connect(s, a, n); }",
        ),
        ("net.h", "#define PORT 5050"),
        ("net.c", "#include \"net.h\""),
    ];
    let alone = guess(&files);
    let line = "cc -pthread -o client client.c net.c";
    assert_eq!(alone.build[1], line);
    for (makefile, build) in [
        ("all: server client", &["make"][..]),
        (
            "server: server.c\nclient: client.c",
            &["make server", "make client"],
        ),
    ] {
        let with_make = guess(&[&files[..], &[("Makefile", makefile)]].concat());
        assert_eq!(with_make.build, build);
    }
}

#[test]
fn a_makefile_says_what_its_programs_are_called() {
    let server = "int main(void) { bind(s, a, n); accept(s, 0, 0); }";
    let client = "int main(void) { connect(s, a, n); }";
    let started = |[at_server, at_client]: [&str; 2], makefile: &str| {
        let guess = guess(&[
            (at_server, server),
            (at_client, client),
            ("Makefile", makefile),
        ]);
        let target = target(&guess);
        let words = target.server.command.words().join(" ");
        (guess.build[0].clone(), words)
    };
    let beside = ["server.c", "client.c"];
    for makefile in [
        "all: srv cli\nsrv: server.c\n\tcc -o srv server.c",
        "all:\n\tgcc server.c -Wall -o srv\n\tgcc client.c -o cli",
        "SERVER = srv\nall: $(SERVER) cli\n$(SERVER): server.o\n\tcc -o $@ $^\nserver.o: server.c\n\tcc -c server.c -o server.o",
    ] {
        assert_eq!(
            started(beside, makefile),
            ("make".to_owned(), "./srv".to_owned()),
            "{makefile}"
        );
    }
    let below = ["src/server.c", "src/client.c"];
    let (_, words) = started(below, "all:\n\tcc -o srv src/server.c");
    assert_eq!(words, "sh -c cd src && exec ../srv");
}

#[test]
fn the_letters_of_getopt_are_known_by_what_is_done_with_them() {
    let server = "while ((o = getopt(argc, argv, \"n:p:v\")) != -1) { switch (o) { case 'n': limit = atoi(optarg); break; \
                  case 'p': number = atoi(optarg); break; } } bind(s, a, n); accept(s, 0, 0); main(";
    let client = "options, _ = getopt.getopt(sys.argv[1:], 'h:p:')\nfor o, a in options:\n  if o == '-h':\n    host = a\n  \
                  elif o == '-p':\n    port = int(a)\ns.connect((host, port))\ninput()";
    let guess = guess(&[("server.c", server), ("client.py", client)]);
    let target = target(&guess);
    assert_eq!(target.server.command.words(), ["./server", "-p", "{port}"]);
    let client = ["python3", "client.py", "-h", "{host}", "-p", "{port}"];
    assert_eq!(target.client.command.first().words(), client);
}

#[test]
fn commands_that_a_help_text_shows_are_typed_with_the_files_name() {
    let server = "s.bind(('', 2121))\ns.listen()\ns.accept()";
    let client = "s.connect(('localhost', 2121))\nprint('Commands: ls, get <file>, put <file>, bye')\nline = input('> ')\n\
                  if line == 'ls': pass\nif line == 'bye': pass";
    let guess = guess(&[("server.py", server), ("client.py", client)]);
    let target = target(&guess);
    let typed = |step| {
        target.client.script(step).unwrap().exchanges[0]
            .send
            .clone()
            .unwrap()
    };
    assert_eq!(typed("upload"), "put {name}");
    assert_eq!(typed("download"), "get {name}");
}

#[test]
fn a_pair_on_ipv6_is_met_there() {
    let guess = guess(&[
        ("server.py", "s.bind(('::1', 8888))\ns.accept()"),
        ("client.py", "s.connect(('::1', 8888))"),
    ]);
    assert_eq!(target(&guess).server.listen, "[::1]:8888".parse().unwrap());
}

#[test]
fn a_server_that_is_told_its_port_needs_no_other() {
    let guess = guess(&[
        ("server.py", "s.bind(('', int(sys.argv[1])))\ns.accept()"),
        (
            "client.py",
            CONNECT.trim_end().replace("7000", "PORT").as_str(),
        ),
    ]);
    assert!(!target_text(&guess).contains("listen ="));
    assert!(!guess.unknowns().iter().any(|it| it.contains("port")));
}

#[test]
fn a_web_server_alone_is_asked_by_curl_and_another_has_no_client() {
    let web = guess(&[(
        "server.py",
        &format!("{SERVER}\nc.sendall(b'HTTP/1.0 200 OK')"),
    )]);
    assert_eq!(target(&web).client.command.first().words()[0], "curl");
    let other = guess(&[("server.py", SERVER)]);
    assert!(other.lacks_only_the_client());
    assert!(!target_text(&other).contains("\n[client]"));
}

#[test]
fn programs_that_speak_udp_are_not_for_us_unless_tcp_is_there_too() {
    let source = |name: &str, text: &str| Source {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let udp = source("server.py", "socket(AF_INET, SOCK_DGRAM).bind(('', 7000))");
    let tcp = source("tcp.py", SERVER);
    assert!(speaks_udp_only(std::slice::from_ref(&udp)));
    assert!(!speaks_udp_only(&[udp, tcp]));
}

#[test]
fn an_address_of_another_network_is_told() {
    let guess = guess(&[
        ("client.py", "s.connect(('192.168.1.7', 7000))"),
        ("server.py", SERVER),
    ]);
    assert!(
        guess.unknowns()[0].contains("192.168.1.7"),
        "{:?}",
        guess.unknowns()
    );
}

#[test]
fn who_asks_for_address_and_name_first_is_told_and_each_client_another_name() {
    let server = "s.bind(('', 9090))\ns.listen()\ns.accept()";
    let client = "host = input('Server IP: ')\nport = int(input('Port: '))\ns.connect((host, port))\n\
                  name = input('Your name: ')\nprint('Enter port: ')\nwhile True:\n  line = input()\n  if line == '/quit': break\n\
                  print('Type /who for all users')";
    let target = target(&guess(&[("server.py", server), ("client.py", client)]));
    let told = |step| {
        let exchanges = &target.client.script(step).unwrap().exchanges;
        let lines = exchanges.iter().map(|it| it.send.clone().unwrap());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(told("connect"), ["{host}", "{port}", "user-{client}"]);
    assert_eq!([told("list"), told("quit")], [["/who"], ["/quit"]]);
    let asked = target.client.script("connect").unwrap().exchanges[0]
        .expect
        .clone();
    assert!(asked.unwrap().is_match("Server IP: "));
}

#[test]
fn what_programs_in_other_languages_ask_is_answered() {
    let server = "s.bind(('', 9090))\ns.listen()\ns.accept()";
    for (name, asks) in [
        (
            "client.c",
            r#"printf("User name: "); fflush(stdout); fgets(name, 20, stdin);"#,
        ),
        ("client.cpp", r#"std::cout << "Login: "; std::cin >> name;"#),
        (
            "Client.java",
            r#"System.out.print("Nickname: "); String name = in.nextLine(); new Scanner(System.in)"#,
        ),
        (
            "client.js",
            r#"readline.createInterface(); rl.question("Username? ", name => {})"#,
        ),
    ] {
        let client = format!(
            "void main() {{ connect(s, a, n); {asks} new Socket(h, p); createConnection(p) }}"
        );
        let target = target(&guess(&[("server.py", server), (name, &client)]));
        let exchange = &target.client.script("connect").unwrap().exchanges[0];
        assert_eq!(exchange.send.as_deref(), Some("user-{client}"), "{name}");
    }
    let login = "s.connect(a)\nu = input('Username: ')\np = getpass.getpass('Password: ')";
    let login = guess(&[("server.py", server), ("client.py", login)]);
    let filled = target(&login);
    let exchanges = &filled.client.script("connect").unwrap().exchanges;
    assert!(
        exchanges
            .iter()
            .all(|it| it.send.as_deref() == Some("FILL-IN"))
    );
    let unknown = "what the client is told at “Username:”, “Password:” (`connect`)".to_owned();
    assert!(login.unknowns().contains(&unknown));
    let files = "s.connect(a)\nname = input('File on server: ')\ninput('Choice of support: ')";
    let target = target(&guess(&[("server.py", server), ("client.py", files)]));
    assert!(target.client.script("connect").is_none());
}

#[test]
fn a_menu_of_letters_and_a_shells_methods_are_read_too() {
    let server = ("server.py", "s.bind(('', 6000))\ns.accept()");
    let letters = "s.connect(a)\nprint('[L]ist  [U]pload [Q]uit')\ns.send(b'LIST')\nprint('Files:')\ninput('File: ')";
    let shell = "class Shell(cmd.Cmd):\n  def do_list(self, a):\n    s.send('LIST')\n  def do_quit(self, a):\n    \
                 pass\ns.connect(a)\ninput()";
    let typed = |client: &str, step: &str| -> Vec<String> {
        let target = target(&guess(&[server, ("client.py", client)]));
        let exchanges = &target.client.script(step).unwrap().exchanges;
        let lines = exchanges.iter().map(|it| it.send.clone().unwrap());
        lines.collect()
    };
    assert_eq!(typed(letters, "upload"), ["U", "{name}"]);
    assert_eq!(
        [typed(letters, "list"), typed(letters, "quit")],
        [["L"], ["Q"]]
    );
    assert_eq!(
        [typed(shell, "list"), typed(shell, "quit")],
        [["list"], ["quit"]]
    );
}
