//! A file arrives as it was sent, and by the wire.

use synfin_core::checks::{Evidence, Verdict};
use synfin_core::content::file_bytes;
use synfin_core::diagnosis::Pattern;
use synfin_core::manifest::{FileRecord, Level, PastServer, StepOutcome, Transfer};
use synfin_core::pcap::FrameNumber;

use crate::world::{SEED, World, address, sha256, world};

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
fn a_file_that_crosses_in_datagrams_while_tcp_is_a_show_fails() {
    let beside = |size: usize, payload: &str| {
        upload(size, &format!("-- datagram notes.bin 200\n {payload}"))
    };
    let fails = "Fail: client 1's upload of “notes.bin”: the file crossed beside TCP: its contents were not found on client 1's \
                 connections, and 200 bytes of them in UDP datagrams (frames 7–7)";
    assert_eq!(beside(200, &letters(400)).says(INTACT), fails);
    assert_eq!(beside(200, &letters(100)).says(INTACT), fails);
    let both = beside(200, "c1 > contents notes.bin 200\n");
    assert_eq!(
        both.says(INTACT),
        "Pass: 1 file, 200 bytes, arrived as sent"
    );
    let other = upload(
        200,
        &format!("-- datagram other.bin 200\n {}", letters(400)),
    );
    assert_eq!(
        other.says(INTACT),
        "Pass: 1 file, 200 bytes, arrived as sent"
    );
}

#[test]
fn a_file_that_did_not_cross_the_wire_fails_though_it_arrived() {
    assert_eq!(
        upload(200, &letters(100)).says(INTACT),
        "Fail: client 1's upload of “notes.bin”: the file did not cross the wire: 103 payload bytes that way during the step, it has 200"
    );
}

/// An upload whose client sends this little by itself, while a second connection carries more.
fn with_data_connection(data: &str) -> World {
    let second = format!("c2 > S\n c2 < S.\n c2 > .\n {data} c2 > F.\n c2 < F.\n c2 > .\n");
    upload(200, &second).with(|recorded| {
        recorded.attributions.retain(|it| it.client == 1);
    })
}

const SHORT: &str =
    "client 1's upload of “notes.bin”: 3 payload bytes that way on client 1's connections";

#[test]
fn contents_found_on_a_connection_that_is_nobodys_have_crossed_whoever_dialled_it() {
    for data in [
        "c2 > contents notes.bin 200\n c2 < .\n",
        "c2 < contents notes.bin 200\n c2 > .\n",
    ] {
        let verdict = with_data_connection(data).verdict(INTACT);
        let Verdict::Pass(finding) = verdict else {
            panic!("{verdict:?}")
        };
        let [Evidence::File { what, .. }, Evidence::Frames { frames, .. }] =
            finding.evidence.as_slice()
        else {
            panic!("{finding:?}")
        };
        assert_eq!(
            what.split_once("; ").unwrap().1,
            "contiguous on connection 1, which client 1 is not known to have dialled"
        );
        assert_eq!(*frames, [FrameNumber(10), FrameNumber(10)]);
    }
}

#[test]
fn as_many_other_bytes_on_a_connection_that_is_nobodys_decide_nothing() {
    let encoded = with_data_connection(&letters(400).replace("c1", "c2"));
    assert_eq!(
        encoded.says(INTACT),
        format!(
            "Inconclusive(Program): {SHORT}; it may have crossed, encoded, on connection 1, whose owner is not known"
        )
    );
    let few = with_data_connection(&letters(100).replace("c1", "c2"));
    assert_eq!(
        few.says(INTACT),
        "Fail: client 1's upload of “notes.bin”: the file did not cross the wire: 3 payload bytes that way during the step, it has 200"
    );
}

#[test]
fn what_another_client_sends_proves_nothing() {
    let data = "c2 > contents notes.bin 200\n c2 < .\n";
    let mut known = with_data_connection(data);
    let mut second = known.recorded.attributions[0].clone();
    (second.client, second.initiator) = (2, address(2));
    known.recorded.attributions.push(second);
    assert!(known.says(INTACT).starts_with("Fail: "));

    let rival = with_data_connection(data).with(|recorded| {
        let mut file = recorded.files[0].clone();
        file.client = 2;
        recorded.files.push(file);
        let mut steps = recorded.client_steps[0].clone();
        steps.client = 2;
        recorded.client_steps.push(steps);
    });
    assert_eq!(
        rival.says(INTACT),
        format!(
            "Inconclusive(Program): {SHORT}; the contents on connection 1 may be another client's of the same name"
        )
    );
}

#[test]
fn what_clients_send_each_other_has_not_come_to_the_server() {
    let data = "c2 > contents notes.bin 200\n c2 < .\n";
    let past = with_data_connection(data).with(|recorded| {
        recorded.past_server = vec![PastServer {
            initiator: address(2),
            responder: recorded.server,
        }];
    });
    assert!(past.says(INTACT).starts_with("Fail: "));
}

#[test]
fn where_one_port_is_recorded_a_file_may_have_crossed_by_another() {
    for level in [Level::RawSocketOnly, Level::CaptureHelper] {
        let mut world = upload(200, &letters(100));
        world.level = Some(level);
        assert_eq!(
            world.says(INTACT),
            "Inconclusive(Harness): client 1's upload of “notes.bin”: 103 payload bytes that way on client 1's connections, and only port 5001 was recorded at this level"
        );
    }
    let mut everything = upload(200, &letters(100));
    everything.level = Some(Level::RootNamespaces);
    assert!(everything.says(INTACT).starts_with("Fail: "));
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

#[test]
fn a_client_that_goes_on_without_its_file_fails_whatever_it_was_told() {
    let told = |reply: &str, last: StepOutcome| {
        let script = format!(
            "-- c1 connect\n c1 > S\n c1 < S.\n c1 > .\n -- c1 download\n c1 > \"GET\"\n {reply} c1 > .\n -- c1 quit\n \
             c1 > F.\n c1 < F.\n c1 > .\n -- c1 done\n -- stop"
        );
        let steps = &["connect", "download notes.bin", "quit"];
        let world = world(steps, 1, &script).with(|recorded| {
            recorded.files = vec![FileRecord {
                client: 1,
                entry: 1,
                transfer: Transfer::Download,
                name: "notes.bin".to_owned(),
                size: 200,
                source_sha256: sha256(b"notes"),
                found_as: None,
                arrived_size: None,
                arrived_sha256: None,
            }];
            recorded.client_steps[0].steps[2].outcome = last;
        });
        world.says(INTACT)
    };
    let fails =
        "Fail: client 1: nothing arrived by `download notes.bin`: `download notes.bin` was done";
    for reply in ["c1 < \"DATA\"\n", "c1 < \"NEWS\"\n"] {
        assert_eq!(told(reply, StepOutcome::Done), fails);
        assert_eq!(told(reply, StepOutcome::ProgramEnded), fails);
    }
}

#[test]
fn a_file_that_was_never_come_to_is_put_down_to_what_kept_its_client() {
    let script = "-- c1 connect\n c1 > S\n c1 < R.\n -- c1 ends in mid-step\n -- stop";
    let away = world(STEPS, 1, script).with(|recorded| {
        recorded.server = "127.0.0.1:5002".parse().unwrap();
        recorded.socket_samples[0].sockets[0].local = recorded.server;
    });
    let verdict = away.verdict(INTACT);
    let finding = verdict.finding().unwrap();
    let saw = "`upload notes.bin 200` was never reached: client 1 dialled 127.0.0.1:5001 (frame 2), and the server's address is \
               127.0.0.1:5002";
    assert_eq!(finding.saw, saw);
    assert_eq!(finding.usually, Pattern::DialsElsewhere.usually());
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

#[test]
fn a_step_is_told_with_the_number_of_its_client() {
    let silent = world(
        &["connect", "upload notes-{client}.bin 65536", "quit"],
        1,
        "
        -- c1 connect
        c1 > S
        c1 < S.
        c1 > .
        -- c1 upload
        -- c1 times out
        -- stop",
    );
    let says = silent.says(r#"check = "orderly-close""#);
    assert!(says.contains("`upload notes-1.bin 65536`"), "{says}");
}
