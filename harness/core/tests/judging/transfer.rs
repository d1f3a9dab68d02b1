//! A file arrives as it was sent, and by the wire.

use synfin_core::checks::{Evidence, Verdict};
use synfin_core::content::file_bytes;
use synfin_core::manifest::{FileRecord, StepOutcome, Transfer};

use crate::world::{SEED, World, sha256, world};

const INTACT: &str = r#"check = "transfer-intact""#;
const STEPS: &[&str] = &["connect", "upload notes.bin 200", "quit"];

/// A client that uploads by sending this payload, as a script's string.
pub(crate) fn upload(size: usize, payload: &str) -> World {
    let script = format!(
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 upload\n c1 > \"PUT\"\n c1 < \"GO\"\n {payload} c1 < .\n \
         c1 < \"OK\"\n c1 > .\n -- c1 quit\n c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop"
    );
    let contents = sha256(&file_bytes(SEED, "notes.bin", size));
    world(STEPS, 1, &script).with(|recorded| {
        recorded.files = vec![FileRecord {
            client: 1,
            entry: 1,
            transfer: Transfer::Upload,
            name: "notes.bin".to_owned(),
            size: size as u64,
            source_sha256: contents.clone(),
            found_as: None,
            arrived_size: Some(size as u64),
            arrived_sha256: Some(contents),
        }];
    })
}

pub(crate) fn letters(count: usize) -> String {
    format!("c1 > \"{}\"\n", "x".repeat(count))
}

/// A file of 200 bytes that crosses the wire as 400 other ones.
pub(crate) fn encoded_upload() -> World {
    upload(200, &letters(400))
}

#[test]
fn the_same_bytes_encoded_on_the_wire_pass_and_say_so() {
    assert_eq!(
        encoded_upload().says(INTACT),
        "Pass: 1 file, 200 bytes, arrived as sent"
    );
    let verdict = encoded_upload().verdict(INTACT);
    let [Evidence::File { name, what }] = verdict.finding().unwrap().evidence.as_slice() else {
        panic!("{verdict:?}");
    };
    assert_eq!(name, "notes.bin");
    assert_eq!(
        what.split_once("; ").unwrap().1,
        "403 payload bytes, encoded (the contents were not found as they are)"
    );
}

#[test]
fn a_file_that_did_not_cross_the_wire_fails_though_it_arrived() {
    assert_eq!(
        upload(200, &letters(100)).says(INTACT),
        "Fail: client 1's upload of “notes.bin”: the file did not cross the wire: 103 payload bytes that way during the step, it has 200"
    );
}

#[test]
fn a_short_wire_leg_proves_nothing_in_a_capture_that_is_not_whole() {
    let lossy = upload(200, &letters(100)).with(|recorded| recorded.capture.dropped = 1);
    assert_eq!(
        lossy.says(INTACT),
        "Inconclusive(Harness): client 1's upload of “notes.bin”: the file did not cross the wire: 103 payload bytes that way during the step, it has 200, but the capture is not whole: 1 frame dropped"
    );
}

#[test]
fn a_small_file_is_judged_by_its_digest_alone() {
    assert_eq!(
        upload(63, &letters(1)).says(INTACT),
        "Pass: 1 file, 63 bytes, arrived as sent"
    );
}

#[test]
fn other_bytes_than_were_sent_fail() {
    let differs = |size| {
        upload(200, &letters(200)).with(|recorded| {
            recorded.files[0].arrived_sha256 = Some("0".repeat(64));
            recorded.files[0].arrived_size = Some(size);
        })
    };
    let expected = |what: &str| format!("Fail: client 1's upload of “notes.bin”: {what}");
    assert_eq!(
        differs(199).says(INTACT),
        expected("199 of 200 bytes arrived")
    );
    assert_eq!(
        differs(201).says(INTACT),
        expected("201 bytes arrived, 200 were sent")
    );
    assert_eq!(
        differs(200).says(INTACT),
        expected("as many bytes arrived as were sent, but others")
    );
}

#[test]
fn a_file_that_never_arrived_fails() {
    let missing = upload(200, &letters(200)).with(|recorded| {
        recorded.files[0].arrived_sha256 = None;
        recorded.files[0].arrived_size = None;
    });
    assert_eq!(
        missing.says(INTACT),
        "Fail: client 1: nothing arrived by `upload notes.bin 200`: `upload notes.bin 200` was done"
    );
}

/// An empty file: the server says GO and waits for what never comes.
fn half_a_dialogue(server: &str) -> World {
    let script = format!(
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 upload\n c1 > \"PUT\"\n c1 < \"GO\"\n c1 > .\n -- c1 times out\n\
         -- sample c1 {server}: c1 read\n -- stop"
    );
    world(STEPS, 1, &script).with(|recorded| {
        recorded.files = vec![FileRecord {
            client: 1,
            entry: 1,
            transfer: Transfer::Upload,
            name: "notes.bin".to_owned(),
            size: 0,
            source_sha256: sha256(b""),
            found_as: None,
            arrived_size: None,
            arrived_sha256: None,
        }];
    })
}

#[test]
fn a_server_that_falls_asleep_in_the_middle_of_a_dialogue_has_not_taken_the_file() {
    let nothing = "client 1: nothing arrived by `upload notes.bin 200`: `upload notes.bin 200` timed out waiting for";
    let said = half_a_dialogue("asleep").says(INTACT);
    assert!(said.starts_with(&format!("Fail: {nothing}")), "{said}");
    let said = half_a_dialogue("running").says(INTACT);
    assert!(
        said.starts_with(&format!("Inconclusive(Program): {nothing}")),
        "{said}"
    );
}

#[test]
fn a_file_under_another_name_fails_and_is_named_with_what_to_write() {
    let told = |transfer, found_as: &str| {
        let world = upload(200, &letters(200)).with(|recorded| {
            let file = &mut recorded.files[0];
            (file.arrived_sha256, file.arrived_size) = (None, None);
            (file.transfer, file.found_as) = (transfer, Some(found_as.to_owned()));
        });
        let Verdict::Fail(finding) = world.verdict(INTACT) else {
            panic!("a file of another name is no pass")
        };
        (finding.saw, finding.usually[0].remedy.clone())
    };
    let nothing =
        "client 1: nothing arrived by `upload notes.bin 200`: `upload notes.bin 200` was done";
    assert_eq!(
        told(Transfer::Download, "got_notes.bin"),
        (
            format!("{nothing}; client 1's folder has “got_notes.bin” with the same contents"),
            "if the assignment allows that, say so under [files] of the target: `download_as = \"got_{name}\"`"
                .to_owned()
        )
    );
    assert_eq!(
        told(Transfer::Download, "../notes.bin").1,
        "set `client_dir` under [files] of the target to the folder where they arrive"
    );
    assert_eq!(
        told(Transfer::Upload, "recv_notes.bin").0,
        format!("{nothing}; the server's folder has “recv_notes.bin” with the same contents")
    );
}

#[test]
fn a_scenario_without_transfers_cannot_show_it() {
    let none = world(crate::setup::STEPS, 1, crate::setup::LIFE);
    assert_eq!(
        none.says(INTACT),
        "Inconclusive(Harness): no step transfers a file"
    );
}

#[test]
fn a_program_that_cannot_transfer_is_not_failed_for_it() {
    let unable = upload(200, &letters(200)).with(|recorded| {
        recorded.files.clear();
        recorded.client_steps[0].steps[1].outcome = StepOutcome::Unsupported;
    });
    assert_eq!(
        unable.says(INTACT),
        "Skipped: the target gives no way to do `upload`"
    );
}

/// A transfer of 200 bytes that is given up right after so many letters of the file, and what is there of the file then.
fn given_up(transfer: Transfer, letters: usize, arrived: Option<usize>) -> World {
    let (step, way) = match transfer {
        Transfer::Upload => ("upload notes.bin 200", '>'),
        Transfer::Download => ("download notes.bin", '<'),
    };
    let word = step.split(' ').next().unwrap();
    let half = "x".repeat(letters / 2);
    let script = format!(
        "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 {word}\n c1 > \"GO\"\n c1 < \"OK\"\n c1 {way} \"{half}\"\n \
         c1 {way} \"{half}\"\n -- c1 times out\n -- sample c1 asleep: c1 unread\n -- stop"
    );
    let contents = file_bytes(SEED, "notes.bin", 200);
    world(&["connect", step, "quit"], 1, &script).with(|recorded| {
        recorded.files = vec![FileRecord {
            client: 1,
            entry: 1,
            transfer,
            name: "notes.bin".to_owned(),
            size: 200,
            source_sha256: sha256(&contents),
            found_as: None,
            arrived_size: arrived.map(|size| size as u64),
            arrived_sha256: arrived.map(|size| sha256(&contents[..size])),
        }];
    })
}

#[test]
fn a_transfer_that_is_given_up_while_its_bytes_still_cross_is_slow_and_not_wrong() {
    let slow = |transfer, word: &str, arrived| {
        let world = given_up(transfer, 100, arrived);
        let saw = format!(
            "client 1's `{word}` timed out waiting for a reply, and bytes were still crossing when the step was given up (frame 8)"
        );
        assert_eq!(world.says(INTACT), format!("Inconclusive(Machine): {saw}"));
        let order = world.says(r#"check = "lifecycle-in-order""#);
        assert!(order.starts_with("Inconclusive(Machine): "), "{order}");
        assert!(order.ends_with(&saw), "{order}");
    };
    slow(Transfer::Download, "download notes.bin", None);
    slow(Transfer::Download, "download notes.bin", Some(60));
    slow(Transfer::Upload, "upload notes.bin 200", Some(60));
}

#[test]
fn a_transfer_that_stood_still_when_it_was_given_up_fails() {
    let stuck = given_up(Transfer::Download, 100, Some(60)).with(|recorded| {
        let record = &mut recorded.client_steps[0].steps[1];
        record.ended_at = record.ended_at.map(|at| at + 2_000_000_000);
    });
    assert_eq!(
        stuck.says(INTACT),
        "Fail: client 1's download of “notes.bin”: 60 of 200 bytes arrived"
    );
}

#[test]
fn a_server_that_sends_without_an_end_is_not_slow() {
    assert_eq!(
        given_up(Transfer::Download, 400, Some(60)).says(INTACT),
        "Fail: client 1's download of “notes.bin”: 60 of 200 bytes arrived"
    );
}
