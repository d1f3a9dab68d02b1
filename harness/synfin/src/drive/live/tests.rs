use synfin_core::wire::{Flags, Network, SeqNumber};

use super::*;

pub(in crate::drive) const ONE: ClientNumber = ClientNumber(1);
pub(in crate::drive) const TWO: ClientNumber = ClientNumber(2);
const SERVER: u16 = 5001;

/// Reads a script, one segment a line, a millisecond apart: `40000>5001 S 100 -`, that is ports, flags, sequence number,
/// acknowledgment number or `-`, and the payload's length where there is any. Every client port `4000N` is client N's.
#[track_caller]
fn wire(script: &str) -> LiveWire {
    wire_since(Instant::now(), script)
}

/// The same, of a capture that began at this moment.
#[track_caller]
pub(in crate::drive) fn wire_since(began: Instant, script: &str) -> LiveWire {
    let wire = LiveWire::new((Timestamp::from_nanos(0), began));
    for (frame, line) in (1..).zip(script.lines().map(str::trim)) {
        push(&wire, frame, line);
    }
    let opened: Vec<Connection> = wire.now().flow.connections().cloned().collect();
    for connection in opened {
        let client = u32::from(connection.initiator.port() - 40_000);
        wire.set_owner(connection.id, ClientNumber(client));
    }
    wire
}

/// The n-th frame, captured at the n-th millisecond.
fn push(wire: &LiveWire, frame: u64, line: &str) {
    let at = Milestone {
        frame: FrameNumber(frame),
        at: millisecond(frame),
    };
    wire.push(at, &segment(line));
}

fn millisecond(number: u64) -> Timestamp {
    Timestamp::from_nanos(number * 1_000_000)
}

fn segment(line: &str) -> Segment<'static> {
    let words: Vec<&str> = line.split(' ').collect();
    let (from, to) = words[0].split_once('>').unwrap();
    let address = |port: &str| SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    Segment {
        network: Network::default(),
        ip_id: None,
        source: address(from),
        destination: address(to),
        flags: Flags::from_letters(words[1]),
        seq: SeqNumber(words[2].parse().unwrap()),
        ack: words[3].parse().ok().map(SeqNumber),
        window: 1000,
        options: &[],
        payload_len: words.get(4).map_or(0, |length| length.parse().unwrap()),
        payload: &[],
    }
}

pub(in crate::drive) const HANDSHAKE: &str =
    "40001>5001 S 100 -\n5001>40001 S. 500 101\n40001>5001 . 101 501";
pub(in crate::drive) const REQUEST: &str = "40001>5001 P. 101 501 10";
pub(in crate::drive) const REPLY: &str = "5001>40001 P. 501 111 20";
pub(in crate::drive) const ACKNOWLEDGED: &str = "40001>5001 . 111 521";

#[track_caller]
fn check(lines: &[&str], expected: Exchange) {
    let wire = wire(&lines.join("\n"));
    assert_eq!(wire.now().exchange(ONE, Mark::START), expected);
}

#[test]
fn an_exchange_is_answered_when_the_reply_came_last_and_all_is_acknowledged() {
    check(&[HANDSHAKE], Exchange::Silent);
    check(&[HANDSHAKE, REQUEST], Exchange::Open);
    check(&[HANDSHAKE, REQUEST, REPLY], Exchange::Open);
    check(
        &[HANDSHAKE, REQUEST, REPLY, ACKNOWLEDGED],
        Exchange::Answered,
    );
}

#[test]
fn a_client_that_spoke_last_is_told_from_one_that_was_answered() {
    let last_word = "40001>5001 P. 111 521 5\n5001>40001 . 521 116";
    check(
        &[HANDSHAKE, REQUEST, REPLY, ACKNOWLEDGED, last_word],
        Exchange::ClientSpokeLast,
    );
}

#[test]
fn a_banner_is_no_exchange_and_what_came_before_the_mark_does_not_count() {
    let banner = "5001>40001 P. 501 101 20\n40001>5001 . 101 521";
    check(&[HANDSHAKE, banner], Exchange::Silent);

    let wire = wire(&[HANDSHAKE, REQUEST, REPLY, ACKNOWLEDGED].join("\n"));
    let whole = Carried {
        requested: 10,
        replied: 20,
    };
    assert_eq!(wire.now().carried(ONE), whole);
    let mark = Mark::at(millisecond(6));
    assert_eq!(wire.now().carried_since(ONE, mark), Carried::default());
    assert_eq!(wire.now().exchange(ONE, mark), Exchange::Silent);
    assert_eq!(wire.now().exchange(TWO, Mark::START), Exchange::Silent);
}

#[test]
fn what_was_captured_before_the_mark_and_is_seen_after_it_does_not_count() {
    let wire = wire(HANDSHAKE);
    let mark = Mark::at(millisecond(5));
    for (frame, line) in (4..).zip([REQUEST, REPLY, ACKNOWLEDGED]) {
        push(&wire, frame, line);
        assert_eq!(wire.now().exchange(ONE, mark), Exchange::Silent);
    }
    push(&wire, 7, "40001>5001 P. 111 521 10");
    assert_eq!(wire.now().exchange(ONE, mark), Exchange::Open);
    push(&wire, 8, "5001>40001 P. 521 121 5");
    push(&wire, 9, "40001>5001 . 121 526");
    assert_eq!(wire.now().exchange(ONE, mark), Exchange::Answered);
    let since = Carried {
        requested: 10,
        replied: 5,
    };
    assert_eq!(wire.now().carried_since(ONE, mark), since);
}

#[test]
fn a_request_captured_before_the_mark_is_not_asked_by_its_late_answer() {
    let wire = wire(&[HANDSHAKE, REQUEST].join("\n"));
    let mark = Mark::at(millisecond(4));
    push(&wire, 5, REPLY);
    push(&wire, 6, ACKNOWLEDGED);
    assert_eq!(wire.now().exchange(ONE, mark), Exchange::Silent);
    assert_eq!(wire.now().carried_since(ONE, mark).replied, 20);
}

#[test]
fn bytes_that_are_sent_again_are_carried_once() {
    let wire = wire(&[HANDSHAKE, REQUEST].join("\n"));
    let mark = Mark::at(millisecond(4));
    push(&wire, 5, REQUEST);
    assert_eq!(wire.now().carried_since(ONE, mark), Carried::default());
    assert_eq!(wire.now().carried(ONE).requested, 10);
}

#[test]
fn a_client_has_the_connections_that_were_found_to_be_its_own() {
    let second = HANDSHAKE.replace("40001", "40002");
    let wire = wire(&[HANDSHAKE, &second].join("\n"));
    let state = wire.now();
    let server = SocketAddr::from(([127, 0, 0, 1], SERVER));
    for client in [ONE, TWO] {
        let ports: Vec<u16> = state
            .connections_of(client)
            .map(|connection| connection.initiator.port())
            .collect();
        assert_eq!(ports, [40_000 + u16::try_from(client.0).unwrap()]);
        assert!(state.connection_of(client, server).is_some());
    }
    let elsewhere = SocketAddr::from(([127, 0, 0, 1], SERVER + 1));
    assert!(state.connection_of(ONE, elsewhere).is_none());
    assert_eq!(state.connections_of(ClientNumber(3)).count(), 0);
}

#[test]
fn a_moment_is_the_last_frame_captured_until_then() {
    let wire = wire(HANDSHAKE);
    let frame_at = |micros: u64| wire.now().frame_at(Timestamp::from_nanos(micros * 1000)).0;
    assert_eq!(
        [0, 999, 1000, 1001, 2000, 9000].map(frame_at),
        [0, 0, 1, 1, 2, 3]
    );
    assert_eq!(wire.now().last_frame(), FrameNumber(3));
}

#[tokio::test]
async fn a_wait_ends_with_the_frame_it_waits_for_or_at_its_deadline() {
    let wire = wire(HANDSHAKE);
    let probe = |state: &WireState| (state.last_frame() == FrameNumber(4)).then_some(());
    assert_eq!(wire.until(Instant::now(), probe).await, None);

    let deadline = Instant::now() + Duration::from_secs(20);
    let pushed = async { push(&wire, 4, REQUEST) };
    let (found, ()) = tokio::join!(wire.until(deadline, probe), pushed);
    assert_eq!(found, Some(()));
}
