//! Attempts by files: full disks, links and devices where a file is expected, planted results.

use std::fs;
use std::time::{Duration, Instant};

use synfin_core::manifest::Role;
use synfin_core::report::ResultName::{Fail, Pass};

use crate::submission::{Graded, Submission};

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
