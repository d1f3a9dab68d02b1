//! What does not depend on when a connection is taken, nor on what other connections do meanwhile.

use proptest::prelude::*;

use super::script::segments;
use super::{Connection, ConnectionId, FlowTable, Milestone};
use crate::wire::Segment;

/// Lines from which random connections are made, sensible or not.
const LINES: [&str; 14] = [
    "> S 1000",
    "> S 7000",
    "< S. 5000 ack 1001",
    "< S. 8000 ack 7001",
    "> . 1001 ack 5001",
    "> P. 1001(9) ack 5001",
    "> P. 1006(9) ack 5001",
    "< P. 5001(7) ack 1010 win 0",
    "> . 1009 ack 5008",
    "> F. 1010 ack 5008",
    "< F. 5008 ack 1011",
    "> . 1011 ack 5009",
    "< R 5009",
    "> R 1011",
];

type Frame = (Milestone, Segment<'static>);

/// The segments of a random script, from a port of its own.
fn script(port: u16) -> impl Strategy<Value = Vec<Frame>> {
    prop::collection::vec(prop::sample::select(&LINES[..]), 0..24).prop_map(move |lines| {
        let mut frames = segments(&lines.join("\n"));
        for (_, segment) in &mut frames {
            for end in [&mut segment.source, &mut segment.destination] {
                if end.port() != super::script::SERVER_PORT {
                    end.set_port(port);
                }
            }
        }
        frames
    })
}

fn read(frames: &[Frame]) -> Vec<Connection> {
    let mut table = FlowTable::default();
    for (at, segment) in frames {
        table.push(*at, segment);
    }
    table.finish()
}

/// Takes the frames of all scripts in the order that `picks` tell, each script's own in order.
fn interleave(scripts: &[Vec<Frame>], picks: &[prop::sample::Index]) -> Vec<Frame> {
    let mut rest: Vec<_> = scripts.iter().map(|script| script.iter()).collect();
    let mut all: Vec<Frame> = picks
        .iter()
        .filter_map(|pick| pick.get_mut(&mut rest).next().copied())
        .collect();
    all.extend(rest.into_iter().flatten().copied());
    all
}

/// The connections without their numbers, in an order that does not depend on these.
fn unnumbered(mut connections: Vec<Connection>) -> Vec<Connection> {
    for connection in &mut connections {
        connection.id = ConnectionId(0);
    }
    connections.sort_by_key(|it| (it.initiator, it.responder, it.first));
    connections
}

proptest! {
    #[test]
    fn other_connections_between_the_frames_of_one_change_nothing(
        scripts in (script(1001), script(1002), script(1003)),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let scripts = [scripts.0, scripts.1, scripts.2];
        let alone = scripts.iter().flat_map(|script| read(script)).collect();
        let together = read(&interleave(&scripts, &picks));
        prop_assert_eq!(unnumbered(together), unnumbered(alone));
    }

    #[test]
    fn a_connection_is_the_same_whenever_it_is_taken(frames in script(1001)) {
        let mut table = FlowTable::default();
        let mut taken = Vec::new();
        for (at, segment) in &frames {
            table.push(*at, segment);
            taken.extend(std::iter::from_fn(|| table.take_finished()));
        }
        taken.extend(table.finish());
        taken.sort_by_key(|connection| connection.id);
        prop_assert_eq!(taken, read(&frames));
    }

    /// Every frame is a connection's, and every event is of the connection that the frame belongs to.
    #[test]
    fn every_frame_has_its_place(frames in script(1001)) {
        let mut table = FlowTable::default();
        for (at, segment) in &frames {
            let id = table.push(*at, segment);
            prop_assert_eq!(id.is_none(), table.events().is_empty() && id.is_none());
            if let Some(id) = id {
                let connection = table.connection(id).expect("it was not taken");
                prop_assert_eq!(connection.last, *at);
            }
        }
        let counted: u64 = table.finish().iter().map(|connection| connection.frames).sum();
        prop_assert!(counted <= frames.len() as u64);
    }
}
