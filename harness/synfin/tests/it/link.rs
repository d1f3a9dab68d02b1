//! Small packets, lost segments and late ones: made by the kernel, seen in the capture, or told why not.

use std::fs;
use std::path::Path;

use synfin_core::flow::{FlowTable, Milestone};
use synfin_core::pcap::Reader;
use synfin_core::report::ResultName::{Inconclusive, Pass};
use synfin_core::wire::{Packet, parse};
use tempfile::TempDir;

use crate::support::{Run, has, run, said, workspace};

/// The threaded example under one scenario with this link; its item asks for whole files.
#[track_caller]
fn under(link: &str, size: &str) -> (Run, TempDir) {
    let place = tempfile::tempdir().unwrap();
    let rubric = place.path().join("rubric.toml");
    let text = format!(
        r#"
        schema = 1
        title = "A worse wire"
        [[scenario]]
        name = "worse"
        {link}
        clients = 2
        steps = ["connect", "upload a-{{client}}.bin {size}", "download a-{{client}}.bin", "quit"]
        [[item]]
        id = "files"
        checks = [{{ in = "worse", check = "transfer-intact" }}]
        "#
    );
    fs::write(&rubric, text).unwrap();
    let target = workspace().join("harness/examples/threaded");
    (run([target, "--rubric".into(), rubric]), place)
}

/// The longest frame's IP packet, bytes, and the payload bytes that were sent again.
fn seen(capture: &Path) -> (u32, u64) {
    let mut reader = Reader::new(fs::File::open(capture).unwrap()).unwrap();
    let (mut longest, mut table) = (0, FlowTable::default());
    while let Some(frame) = reader.next_frame() {
        const ETHERNET_BYTES: u32 = 14;
        longest = longest.max(frame.original_len - ETHERNET_BYTES);
        if let Packet::Tcp(segment) = parse(frame.link_type, frame.original_len, frame.data) {
            let (frame, at) = (frame.number, frame.timestamp);
            table.push(Milestone { frame, at }, &segment);
        }
    }
    let connections = table.finish();
    let again = connections
        .iter()
        .map(|it| it.by_initiator.retransmitted_bytes + it.by_responder.retransmitted_bytes);
    (longest, again.sum())
}

#[test]
fn a_small_mtu_cuts_every_segment_and_sound_programs_pass() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let (run, _rubric) = under("mtu = 576", "70001");
    assert_eq!(run.item("files").result, Pass, "{}", said(&run.output));
    // A busy machine may have it send some of them again.
    let (longest, _) = seen(&run.captures().join("worse.pcap"));
    assert_eq!(longest, 576);
}

#[test]
fn lost_segments_are_captured_sent_again_and_do_not_make_the_capture_lossy() {
    if !has("python3", "--version", "python3") || !has("nft", "--version", "nftables") {
        return;
    }
    let (run, _rubric) = under("mtu = 1500\nloss = \"2%\"", "200KiB");
    assert_eq!(run.item("files").result, Pass, "{}", said(&run.output));
    let (longest, again) = seen(&run.captures().join("worse.pcap"));
    assert_eq!(longest, 1500);
    assert!(again > 0);
}

#[test]
fn a_loss_that_met_nothing_decides_nothing() {
    if !has("python3", "--version", "python3") || !has("nft", "--version", "nftables") {
        return;
    }
    let (run, _rubric) = under("loss = \"0.1%\"", "1");
    let files = run.item("files");
    assert_eq!(files.result, Inconclusive, "{}", said(&run.output));
    assert_eq!(
        files.checks[0].saw,
        "no segment was seen to be sent again, of which one of 1000 should be lost: more must cross"
    );
}

/// Where the kernel has netem the delay is seen; elsewhere the row says what is missing.
#[test]
fn a_delay_is_seen_or_told_to_be_impossible() {
    if !has("python3", "--version", "python3") {
        return;
    }
    let (run, _rubric) = under("delay = \"20ms\"", "1");
    let files = run.item("files");
    match files.result {
        Pass => {}
        Inconclusive => {
            let saw = &files.checks[0].saw;
            assert!(saw.contains("`delay` needs tc(8)"), "{saw}");
        }
        other => panic!("{other:?}: {}", said(&run.output)),
    }
}
