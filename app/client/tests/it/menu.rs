//! The menu, through a pipe.

use crate::support::{Run, Scene};

const MENU: &str = "1 list files\n2 upload a file\n3 download a file\n4 quit\n> ";

/// The menu's whole output, with every repetition of the menu itself written as `#`.
#[track_caller]
fn check(scene: &Scene, arguments: &[&str], input: &str, expected: &str) {
    let run = scene.run_menu(arguments, input);
    let heading = format!("connected to {}\n", scene.address);
    let conversation = run
        .stdout
        .strip_prefix(&heading)
        .unwrap_or(&run.stdout)
        .replace(MENU, "#");
    let seen = Run {
        stdout: conversation,
        ..run
    };
    assert_eq!(
        seen,
        Run {
            status: Some(0),
            stdout: expected.to_owned(),
            stderr: String::new()
        }
    );
}

#[test]
fn lists_uploads_downloads_and_quits() {
    let scene = Scene::new();
    std::fs::write(scene.here("abc"), b"abc").unwrap();
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let expected = format!(
        "#the server has no files\n\
         #file to upload: uploaded abc (3 bytes, sha256 {sha256})\n\
         #             3  abc\n\
         #file to download: downloaded abc (3 bytes, sha256 {sha256})\n\
         #"
    );
    let input = "1\n2\nabc\nlist\n3\nabc\n4\n";
    std::fs::create_dir(scene.here("in")).unwrap();
    check(&scene, &["--dir", "in"], input, &expected);
    assert_eq!(std::fs::read(scene.here("in/abc")).unwrap(), b"abc");
}

#[test]
fn the_end_of_the_input_is_a_quit() {
    check(&Scene::new(), &[], "", "#\n");
    check(&Scene::new(), &[], "2\n", "#file to upload: \n#\n");
}

#[test]
fn lines_may_end_as_windows_ends_them() {
    check(
        &Scene::new(),
        &[],
        "1\r\n4\r\n",
        "#the server has no files\n#",
    );
}

#[test]
fn other_choices_are_answered_with_advice() {
    check(
        &Scene::new(),
        &[],
        "7\n\nq\n",
        "#please choose a number from 1 to 4\n##",
    );
}

#[test]
fn the_menu_stays_after_a_failure() {
    let expected = "#file to download: error: the server refused (not-found): there is no file \"x\"\n\
                    #file to download: error: a name cannot hold the character /\n\
                    #the server has no files\n#";
    check(&Scene::new(), &[], "3\nx\n3\n../x\n1\n4\n", expected);
}

#[test]
fn a_file_that_exists_is_replaced_only_after_a_yes() {
    let scene = Scene::new();
    std::fs::write(scene.here("a"), b"mine").unwrap();
    std::fs::write(scene.there("a"), b"theirs").unwrap();
    let question = "#file to upload: a exists on the server; replace it? [y/N] ";
    check(&scene, &[], "2\na\nn\n4\n", &format!("{question}#"));
    assert_eq!(std::fs::read(scene.there("a")).unwrap(), b"theirs");
    let question = "#file to download: a exists here; replace it? [y/N] ";
    check(&scene, &[], "3\na\n\n4\n", &format!("{question}#"));
    assert_eq!(std::fs::read(scene.here("a")).unwrap(), b"mine");
    let run = scene.run_menu(&[], "2\na\ny\n4\n");
    assert_eq!(
        (run.status, std::fs::read(scene.there("a")).unwrap()),
        (Some(0), b"mine".to_vec())
    );
}

#[test]
fn paths_may_be_quoted() {
    let scene = Scene::new();
    std::fs::write(scene.here("two words"), b"").unwrap();
    let run = scene.run_menu(&[], "2\n\"two words\"\n4\n");
    assert_eq!(run.status, Some(0));
    assert!(scene.there("two words").exists());
}
