//! When connections leave the table, and what becomes of what comes late.

use super::{describe, established};
use crate::flow::script::{connections, segments};
use crate::flow::{Connection, FlowTable};

const CLOSE: &str = "> F. 1001 ack 5001\n< F. 5001 ack 1002\n> . 1002 ack 5002\n";

/// Reads a script and takes every connection as soon as it can be taken: those, and those that are left.
fn taking(script: &str, mut table: FlowTable) -> (Vec<Connection>, Vec<Connection>) {
    let mut taken = Vec::new();
    for (at, segment) in segments(script) {
        table.push(at, &segment);
        taken.extend(std::iter::from_fn(|| table.take_finished()));
    }
    (taken, table.finish())
}

fn told(connections: &[Connection]) -> String {
    connections.iter().map(describe).collect()
}

#[test]
fn a_closed_connection_waits_four_minutes_for_stragglers() {
    let straggler = |after: &str| {
        let script = established(&format!("{CLOSE}< F. 5001 ack 1002 after {after}"));
        connections(&script).len()
    };
    assert_eq!((straggler("239s"), straggler("241s")), (1, 2));
}

#[test]
fn a_reset_connection_takes_what_was_on_its_way() {
    let script = established("> R 1001\n< P. 5001(9) ack 1001\n< . 5010 ack 1001");
    assert_eq!(connections(&script).len(), 1);
}

#[test]
fn a_connection_leaves_when_its_ends_open_another() {
    let script = established(&format!("{CLOSE}> S 7000\n< S. 8000 ack 7001"));
    let (taken, left) = taking(&script, FlowTable::default());
    assert_eq!((taken.len(), left.len()), (1, 1));
    assert_eq!(told(&[taken, left].concat()), told(&connections(&script)));
}

#[test]
fn a_reset_that_was_ignored_lets_the_connection_stay() {
    let script = established(
        "> R 1001
         < P. 5001(5) ack 1001
         > P. 1001(5) ack 5006
         < . 5006 ack 1006 after 300s
         > . 1006 ack 5006 after 300s",
    );
    let (taken, left) = taking(&script, FlowTable::default());
    assert_eq!((taken.len(), left.len()), (0, 1));
    assert_eq!(left[0].frames, 8);
}

#[test]
fn where_too_many_are_open_the_idlest_is_given_up_and_says_so() {
    let mut table = FlowTable::with_bound(2);
    let mut frame = 0_u32;
    for port in [1, 2, 1, 3] {
        let script = format!("> P. {}(5) ack 5001", 1001 + frame);
        let (mut at, mut segment) = segments(&script)[0];
        frame += 1;
        at.frame.0 = frame.into();
        segment.source.set_port(40_000 + port);
        table.push(at, &segment);
    }
    let pushed_out = table.take_finished().expect("one too many");
    assert_eq!(
        (pushed_out.initiator.port(), pushed_out.is_pushed_out),
        (40_002, true)
    );
    let left: Vec<_> = table
        .finish()
        .iter()
        .map(|it| (it.initiator.port(), it.is_pushed_out))
        .collect();
    assert_eq!(left, [(40_001, false), (40_003, false)]);
}

#[test]
fn a_flood_of_syns_is_held_to_the_bound() {
    let bound = 64;
    let mut table = FlowTable::with_bound(bound);
    let mut taken = 0;
    for number in 0..10_000_u32 {
        let (mut at, mut segment) = segments(&format!("> S {number}"))[0];
        at.frame.0 = u64::from(number) + 1;
        let address = std::net::Ipv4Addr::from_bits(number);
        segment.source.set_ip(address.into());
        table.push(at, &segment);
        taken += std::iter::from_fn(|| table.take_finished()).count();
        assert!(table.connections().count() <= bound);
    }
    assert_eq!(taken + table.finish().len(), 10_000);
}
