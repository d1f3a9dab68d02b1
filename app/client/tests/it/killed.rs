//! A real client process that is killed outright: the server has one place, and it is free again.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use synfin_client::{create_connection, quit};
use synfin_server::Limits;

use crate::support::{PATIENCE, Scene, wait_until};

#[track_caller]
fn check_place_is_free_again(scene: &Scene) {
    wait_until("the place is free again", || {
        create_connection(&scene.address, PATIENCE).is_ok_and(|connection| quit(connection).is_ok())
    });
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_client_killed_at_its_menu_ends_its_session_only() {
    let scene = Scene::with(Limits {
        max_connections: 1,
        ..Limits::default()
    });
    let mut child = scene
        .command(&[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("connected to "), "{line}");
    kill(child);
    check_place_is_free_again(&scene);
}

#[test]
fn a_client_killed_in_the_middle_of_an_upload_leaves_the_old_file() {
    let scene = Scene::with(Limits {
        max_connections: 1,
        ..Limits::default()
    });
    std::fs::write(scene.there("large"), b"old").unwrap();
    std::fs::File::create(scene.here("large"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    let child = scene
        .command(&["upload", "large", "--overwrite"])
        .spawn()
        .unwrap();
    let entries = || std::fs::read_dir(scene.there("")).unwrap().count();
    wait_until("the upload has begun", || entries() == 2);
    kill(child);
    wait_until("its temporary file is gone", || entries() == 1);
    assert_eq!(std::fs::read(scene.there("large")).unwrap(), b"old");
    check_place_is_free_again(&scene);
}

#[test]
fn a_prompt_is_visible_before_anything_is_typed() {
    let scene = Scene::new();
    let mut child = scene
        .command(&[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut seen = Vec::new();
    while !seen.ends_with(b"\n> ") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    child.stdin.take().unwrap().write_all(b"4\n").unwrap();
    assert!(child.wait().unwrap().success());
}
