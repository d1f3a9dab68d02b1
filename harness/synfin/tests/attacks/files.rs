//! Attempts by files: full disks, links and devices where a file is expected, planted results.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use synfin_core::manifest::Role;
use synfin_core::report::ResultName::{Fail, Inconclusive, Pass};

use crate::submission::{Graded, Submission};
use crate::support::said;

#[test]
fn a_disk_that_was_full_of_bytes_and_of_names_is_its_own() {
    let graded = Submission::sound()
        .limited("disk = \"4MiB\"")
        .server("fill_disk")
        .client("fill_disk")
        .graded();
    for role in [Role::Server, Role::Client(1)] {
        assert_eq!(graded.told_by(role), ["bytes: ENOSPC", "names: ENOSPC"]);
    }
    graded.assert_passes();
}

/// The server stores an upload as something else than a file; what it sends back is right, but nothing of it was stored.
fn storing(instead: &str) -> Graded {
    let begun = Instant::now();
    let graded = Submission::sound()
        .replace(
            "server.py",
            "    with open(os.path.join(FOLDER, name), \"wb\") as file:\n        file.write(content)",
            &format!(
                "    KEPT[name] = content\n    path = os.path.join(FOLDER, name)\n    from attempt import attempt\n    \
                 attempt(\"instead of a file\", lambda: {instead})"
            ),
        )
        .replace("server.py", "HOST =", "KEPT = {}\nHOST =")
        .replace(
            "server.py",
            "not os.path.isfile(path)",
            "name not in KEPT",
        )
        .replace(
            "server.py",
            "    with open(path, \"rb\") as file:\n        content = file.read()",
            "    content = KEPT[name]",
        )
        .graded();
    assert!(begun.elapsed() < Duration::from_secs(30));
    graded
}

#[test]
fn what_is_stored_as_no_file_fails_and_is_never_followed() {
    for instead in [
        "os.symlink('/etc/passwd', path)",
        "os.symlink('../../../../../../../etc/hostname', path)",
        "os.symlink(path, path)",
        "os.mkfifo(path)",
        "os.mkdir(path)",
        "__import__('socket').socket(__import__('socket').AF_UNIX).bind(path)",
    ] {
        let graded = storing(instead);
        assert_eq!(
            graded.told_by(Role::Server),
            ["instead of a file: done"],
            "{instead}"
        );
        graded.assert_result("transfer-intact", Fail);
        graded.assert_result("server-listens", Pass);
        let captures = graded.0.captures();
        let kept = super::submission::every_text(&captures);
        assert!(!kept.contains("root:x:0:0"), "{instead}");
    }
}

#[test]
fn no_device_is_made_or_opened_where_a_file_is_expected() {
    let graded = storing("os.mknod(path, 0o020666, os.makedev(1, 5))");
    assert_eq!(graded.told_by(Role::Server), ["instead of a file: EPERM"]);
    graded.assert_result("transfer-intact", Fail);
}

/// What no grading here takes, with the minute for which a port may be waited for where the wire is the host's.
const HELD_UP: Duration = Duration::from_mins(2);

/// What a folder may come with that is neither file nor folder, or leads elsewhere.
const ODD: &str = "mkfifo pipe; mknod device c 1 5; ln -s loop loop; ln -s . here; ln -s /etc/shadow shadow; ln -s / root
echo closed > closed; chmod 000 closed; python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('socket')\"";

/// Has a shell change what is handed in.
fn changed(submission: &Submission, script: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]);
    let ended = shell.current_dir(submission.place.path()).output();
    let ended = ended.unwrap();
    assert!(ended.status.success(), "{}", said(&ended));
}

#[test]
fn a_folder_of_pipes_sockets_devices_and_links_is_copied_without_them_and_without_following() {
    let submission = Submission::sound().server("odd_folder");
    changed(&submission, ODD);
    let begun = Instant::now();
    let graded = submission.graded();
    let found = [
        "pipe: ENOENT",
        "socket: ENOENT",
        "device: ENOENT",
        "a link to /etc/shadow: EACCES",
        "a link to itself: ELOOP",
        "a link to its own folder: done",
        "a file that was closed: done",
    ];
    assert_eq!(graded.told_by(Role::Server), found);
    graded.assert_passes();
    assert!(begun.elapsed() < HELD_UP);
}

/// A hole of a hole, and folders in folders: neither costs a disk or an hour.
#[test]
fn a_folder_that_is_larger_or_deeper_than_any_submission_is_not_copied_and_says_so() {
    let deep = "for _ in $(seq 200); do mkdir deep && cd deep; done";
    for (script, told) in [
        ("truncate -s 5G sparse", "more than 256 MiB of files"),
        ("truncate -s 5000G sparse", "more than 256 MiB of files"),
        (deep, "directories more than 100 deep"),
    ] {
        let submission = Submission::sound();
        changed(&submission, script);
        let begun = Instant::now();
        let graded = submission.graded();
        assert!(begun.elapsed() < HELD_UP);
        graded.assert_result("server-listens", Inconclusive);
        let saw = &graded.0.item("server-listens").checks[0].saw;
        assert_eq!(
            *saw,
            format!("not recorded: the program's folder has {told}")
        );
    }
}

#[test]
fn planted_results_are_nobodys() {
    let place = tempfile::tempdir_in("/var/tmp").unwrap();
    super::submission::readable_for_all(place.path());
    let submission = Submission::below(place.path()).server("planted");
    let here = submission.place.path().display().to_string();
    let env = format!("env = {{ PLACES = \"{here}:{here}/..:/:/var/tmp\" }}\nlisten =");
    let submission = submission.replace("target.toml", "listen =", &env);
    // A folder may come with all of it, too.
    for name in ["report.json", "run.json", "class.csv"] {
        fs::write(submission.place.path().join(name), "{}").unwrap();
    }
    let before = super::submission::every_name(place.path());
    let graded = submission.graded();
    let told = graded.told_by(Role::Server);
    let planted = told.iter().filter(|line| line.ends_with(": done")).count();
    assert_eq!((planted, told.len()), (11, 15), "{told:?}");
    assert!(
        told[11..]
            .iter()
            .all(|it| it == "outside: EROFS" || it == "outside: EACCES"),
        "{told:?}"
    );
    let mut after = super::submission::every_name(place.path());
    after.retain(|path| !path.ends_with("rubric.toml"));
    assert_eq!(after, before);
    graded.assert_passes();
}
