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
