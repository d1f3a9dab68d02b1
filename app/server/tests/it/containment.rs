//! Nothing outside the root, and nothing that is no file.

#![cfg(unix)]

use std::os::unix::fs::symlink;

use synfin_protocol::{ErrorCode, PutMode, Tag};
use synfin_server::Limits;

use crate::support::{TestServer, wait_until};

/// A served directory `root` beside a `secret` that no client may read or change.
struct Scene {
    outside: tempfile::TempDir,
    server: TestServer,
}

impl Scene {
    fn new() -> Self {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), b"secret").unwrap();
        let root = tempfile::tempdir_in(outside.path()).unwrap();
        Self {
            server: TestServer::serving(root, Limits::default()),
            outside,
        }
    }

    #[track_caller]
    fn check_secret(&self) {
        assert_eq!(
            std::fs::read(self.outside.path().join("secret")).unwrap(),
            b"secret"
        );
    }
}

#[test]
fn links_are_neither_listed_nor_read_nor_replaced() {
    let scene = Scene::new();
    let secret = scene.outside.path().join("secret");
    symlink(&secret, scene.server.path("absolute")).unwrap();
    symlink("../secret", scene.server.path("relative")).unwrap();
    symlink("inside", scene.server.path("within")).unwrap();
    symlink("..", scene.server.path("parent")).unwrap();
    std::fs::write(scene.server.path("inside"), b"inside").unwrap();
    let mut client = scene.server.greeted();
    assert_eq!(client.list(), ["inside"]);
    for name in ["absolute", "relative", "within", "parent"] {
        client.get(name);
        client.expect_refusal(Tag(1), ErrorCode::NotRegular);
        client.put(Tag(2), name, 1, PutMode::Overwrite);
        client.expect_refusal(Tag(2), ErrorCode::NotRegular);
    }
    scene.check_secret();
}

#[test]
fn names_that_lead_out_of_the_root_are_refused() {
    let scene = Scene::new();
    let mut client = scene.server.greeted();
    for name in [
        "../secret",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a/../../secret",
        "..\\secret",
        "C:secret",
        "NUL",
        "a\nb",
    ] {
        client.get(name);
        client.expect_refusal(Tag(1), ErrorCode::BadName);
        client.put(Tag(2), name, 1, PutMode::Overwrite);
        client.expect_refusal(Tag(2), ErrorCode::BadName);
    }
    assert_eq!(scene.server.entries(), Vec::<String>::new());
    scene.check_secret();
}

#[test]
fn an_escaped_name_is_just_a_name() {
    let scene = Scene::new();
    let mut client = scene.server.greeted();
    client.upload("%2e%2e%2fsecret", b"mine", PutMode::CreateNew);
    assert_eq!(scene.server.entries(), ["%2e%2e%2fsecret"]);
    scene.check_secret();
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting_for_it() {
    let scene = Scene::new();
    let mode = rustix::fs::Mode::RWXU;
    rustix::fs::mknodat(
        rustix::fs::CWD,
        scene.server.path("pipe"),
        rustix::fs::FileType::Fifo,
        mode,
        0,
    )
    .unwrap();
    std::fs::create_dir(scene.server.path("directory")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(scene.server.path("socket")).unwrap();
    let mut client = scene.server.greeted();
    assert_eq!(client.list(), Vec::<String>::new());
    for name in ["pipe", "directory", "socket"] {
        client.get(name);
        client.expect_refusal(Tag(1), ErrorCode::NotRegular);
        client.put(Tag(2), name, 1, PutMode::Overwrite);
        client.expect_refusal(Tag(2), ErrorCode::NotRegular);
    }
}

#[test]
fn a_temporary_file_can_be_neither_listed_nor_read() {
    let scene = Scene::new();
    let mut uploading = scene.server.greeted();
    uploading.begin_upload("a", 10, PutMode::CreateNew);
    wait_until("the temporary file is there", || {
        scene.server.entries().len() == 1
    });
    let mut client = scene.server.greeted();
    assert_eq!(client.list(), Vec::<String>::new());
    client.get(&scene.server.entries()[0]);
    client.expect_refusal(Tag(1), ErrorCode::BadName);
}

#[test]
fn a_file_replaced_by_a_link_again_and_again_never_shows_what_is_outside() {
    let scene = Scene::new();
    let (name, other) = (scene.server.path("a"), scene.server.path("b"));
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                std::fs::write(&other, b"inside").unwrap();
                std::fs::rename(&other, &name).unwrap();
                symlink("../secret", &other).unwrap();
                std::fs::rename(&other, &name).unwrap();
            }
        });
        wait_until("the file is there", || name.exists());
        let mut client = scene.server.greeted();
        let seen: Vec<_> = (0..1_000)
            .filter_map(|_| client.try_download("a"))
            .collect();
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(seen.iter().all(|content| content == b"inside"));
    });
}
