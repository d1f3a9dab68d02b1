//! What the network should do to the packets is proved before anything is concluded.

use std::num::NonZeroU32;

use synfin_core::manifest::LinkRecord;

use crate::setup::{LIFE, STEPS};
use crate::world::{World, world};

const NO_RESET: &str = r#"check = "no-reset""#;

const NOTHING: LinkRecord = LinkRecord {
    mtu_bytes: None,
    loses_one_of: None,
    delay_ms: None,
};

fn life() -> World {
    world(STEPS, 1, LIFE)
}

#[test]
fn a_recording_of_another_network_is_not_judged() {
    assert_eq!(
        life().over("mtu = 576", None).says(NO_RESET),
        "Inconclusive(Harness): recorded under another `mtu`, `loss` or `delay`"
    );
}

#[test]
fn a_packet_that_is_too_long_shows_that_the_mtu_was_not_there() {
    let link = LinkRecord {
        mtu_bytes: Some(576),
        ..NOTHING
    };
    let fits = life().over("mtu = 576", Some(link));
    assert_eq!(fits.says(NO_RESET), "Pass: no RST on 1 connection");
    let long = format!("c1 < \"FILES {}\\n\"", "7".repeat(600));
    let script = LIFE.replacen("c1 < \"FILES 2\\n\"", &long, 1);
    assert_eq!(
        world(STEPS, 1, &script)
            .over("mtu = 576", Some(link))
            .says(NO_RESET),
        "Inconclusive(Harness): frame 7 carries 607 bytes, which an MTU of 576 does not let through"
    );
}

#[test]
fn loss_counts_once_something_was_sent_again() {
    let link = LinkRecord {
        loses_one_of: NonZeroU32::new(50),
        ..NOTHING
    };
    let lost = |script: &str| world(STEPS, 1, script).over("loss = \"2%\"", Some(link));
    assert_eq!(
        lost(LIFE).says(NO_RESET),
        "Inconclusive(Harness): no segment was seen to be sent again, of which one of 50 should be lost: more must cross"
    );
    let again = LIFE.replacen("c1 > S\n", "c1 > S\n c1 > S again\n", 1);
    assert_ne!(again, LIFE);
    assert_eq!(lost(&again).says(NO_RESET), "Pass: no RST on 1 connection");
}

#[test]
fn a_delay_is_seen_between_syn_and_syn_ack() {
    let link = LinkRecord {
        delay_ms: Some(1),
        ..NOTHING
    };
    assert_eq!(
        life().over("delay = \"1ms\"", Some(link)).says(NO_RESET),
        "Pass: no RST on 1 connection"
    );
    let link = LinkRecord {
        delay_ms: Some(20),
        ..NOTHING
    };
    assert_eq!(
        life().over("delay = \"20ms\"", Some(link)).says(NO_RESET),
        "Inconclusive(Harness): the SYN-ACK of frame 3 came after 1.000 ms, sooner than the delay"
    );
}
