//! Where two stories of the same part.

use std::collections::BTreeSet;

use super::story::{Place, Told, WireStory};
use crate::pcap::FrameNumber;
use crate::spec::ClientNumber;

/// The first event of one story that the other does not have there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parting {
    /// On which connection.
    pub place: Place,
    /// What the one story tells there; nothing more if absent.
    pub one: Option<Told>,
    /// What the other tells.
    pub other: Option<Told>,
}

/// Where the stories part first, in the order of the other's frames: on the connections of these clients if they do there;
/// `None` if they are the same.
pub fn part(one: &WireStory, other: &WireStory, about: &BTreeSet<ClientNumber>) -> Option<Parting> {
    let places: BTreeSet<Place> = one.keys().chain(other.keys()).copied().collect();
    let partings = places.into_iter().filter_map(|place| {
        let events = |story: &WireStory| story.get(&place).cloned().unwrap_or_default();
        part_of_connection(place, &events(one), &events(other))
    });
    let is_beside = |place: Place| !place.client.is_some_and(|client| about.contains(&client));
    partings.min_by_key(|parting| (is_beside(parting.place), parting.order()))
}

fn part_of_connection(place: Place, one: &[Told], other: &[Told]) -> Option<Parting> {
    let event = |told: Option<&Told>| told.map(|told| told.event);
    (0..one.len().max(other.len()))
        .find(|&index| event(one.get(index)) != event(other.get(index)))
        .map(|index| Parting {
            place,
            one: one.get(index).copied(),
            other: other.get(index).copied(),
        })
}

impl Parting {
    /// What is missing in the other story is told after what is there.
    fn order(&self) -> (FrameNumber, Place) {
        let frame = self.other.map_or(FrameNumber(u64::MAX), |told| told.frame);
        (frame, self.place)
    }

    /// In words: what is told of the one recording and of the other, by their names.
    pub fn words(&self, one: &str, other: &str) -> String {
        format!(
            "{}: {}; {}",
            self.place,
            side(one, self.one),
            side(other, self.other)
        )
    }
}

fn side(recording: &str, told: Option<Told>) -> String {
    match told {
        Some(Told { event, frame }) => format!("in {recording} {event} (frame {frame})"),
        None => format!("in {recording} nothing more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::story::{Turn, WireEvent};
    const INITIATOR: Turn = Turn::Initiator;
    const RESPONDER: Turn = Turn::Responder;

    fn story(connections: &[&[(WireEvent, u64)]]) -> WireStory {
        let told = |(event, frame): &(WireEvent, u64)| Told {
            event: *event,
            frame: FrameNumber(*frame),
        };
        (1..)
            .zip(connections)
            .map(|(client, events)| {
                let place = Place {
                    client: Some(ClientNumber(client)),
                    nth: 1,
                };
                (place, events.iter().map(told).collect())
            })
            .collect()
    }

    #[track_caller]
    fn check(one: &WireStory, other: &WireStory, words: &str) {
        let parting = part(one, other, &BTreeSet::new()).unwrap();
        assert_eq!(parting.words("a.pcap", "b.pcap"), words);
    }

    #[test]
    fn frames_alone_are_no_difference() {
        let one = story(&[&[(WireEvent::Syn, 1), (WireEvent::SynAck, 2)]]);
        let other = story(&[&[(WireEvent::Syn, 7), (WireEvent::SynAck, 9)]]);
        assert_eq!(part(&one, &other, &BTreeSet::new()), None);
    }

    #[test]
    fn the_first_event_that_differs_is_told_with_both_sides() {
        let sent = |bytes| WireEvent::Sent {
            by: RESPONDER,
            bytes,
        };
        let one = story(&[&[(WireEvent::Syn, 1), (sent(40), 5)]]);
        let other = story(&[&[(WireEvent::Syn, 1), (sent(39), 6)]]);
        check(
            &one,
            &other,
            "client 1, its connection 1: in a.pcap the responder sends 40 bytes (frame 5); \
             in b.pcap the responder sends 39 bytes (frame 6)",
        );
    }

    #[test]
    fn of_several_connections_the_one_that_differs_first_on_the_wire_is_told() {
        let fin = WireEvent::Fin { by: INITIATOR };
        let reset = WireEvent::Reset { by: INITIATOR };
        let one = story(&[&[(fin, 5)], &[(fin, 6)], &[(fin, 7)]]);
        let other = story(&[&[(reset, 9)], &[(reset, 8)], &[]]);
        check(
            &one,
            &other,
            "client 2, its connection 1: in a.pcap the initiator sends FIN (frame 6); \
             in b.pcap the initiator sends RST (frame 8)",
        );
    }

    #[test]
    fn the_clients_that_it_is_about_are_told_before_others() {
        let fin = WireEvent::Fin { by: INITIATOR };
        let reset = WireEvent::Reset { by: INITIATOR };
        let one = story(&[&[(fin, 5)], &[(fin, 6)], &[(fin, 7)]]);
        let other = story(&[&[(fin, 5)], &[(reset, 8)], &[(reset, 9)]]);
        let told = |client| {
            let about = BTreeSet::from([ClientNumber(client)]);
            part(&one, &other, &about).unwrap().place.client
        };
        assert_eq!(told(3), Some(ClientNumber(3)));
        assert_eq!(told(1), Some(ClientNumber(2)));
    }

    #[test]
    fn what_never_came_is_told_as_nothing_more() {
        let one = story(&[&[(WireEvent::Syn, 1), (WireEvent::SynAck, 2)]]);
        let other = story(&[&[(WireEvent::Syn, 1)]]);
        check(
            &one,
            &other,
            "client 1, its connection 1: in a.pcap SYN-ACK (frame 2); in b.pcap nothing more",
        );
    }
}
