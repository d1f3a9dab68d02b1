//! Reads a capture beside its manifest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::datagrams::Datagrams;
use super::transcript::Budget;
use super::{Health, Observation, ObservedConnection, Problem, Setting, Transcript};
use crate::flow::{Connection, ConnectionId, FlowEvent, FlowTable, Milestone, Side};
use crate::manifest::{Manifest, Recorded, Role, Sentinel, SentinelPlace};
use crate::pcap::{Frame, FrameNumber, OpenError, Reader, Tail};
use crate::spec::ClientNumber;
use crate::wire::{Dissector, Packet, Segment};

/// What both sides sent, by connection.
type Transcripts = BTreeMap<ConnectionId, [Transcript; 2]>;

/// The longest payload that is compared with the sentinels' tokens.
const LONGEST_TOKEN_BYTES: usize = 1024;

impl Observation {
    /// Reads a capture to its end. Broken input is data: it becomes a problem of the capture's health.
    ///
    /// # Errors
    /// If the bytes are no capture at all.
    pub fn read(
        capture: impl Read,
        manifest: Manifest,
        setting: Setting,
    ) -> Result<Self, OpenError> {
        let mut digest = Sha256::new();
        let mut reader = Reader::new(Hashing {
            source: capture,
            digest: &mut digest,
        })?;
        let mut reading = Reading::new(&manifest);
        let mut dissector = dissector(&manifest);
        while let Some(frame) = reader.next_frame() {
            reading.take(&frame, dissector.dissect(&frame));
        }
        let unread = unread(&reader);
        drop(reader);
        let manifest = with_client_numbers(manifest);
        Ok(reading.finish(manifest, setting, unread, &hexadecimal(&digest.finalize())))
    }
}

/// Steps as each client did them: `upload notes-{client}.bin 65536` of client 2 is `upload notes-2.bin 65536`.
fn with_client_numbers(mut manifest: Manifest) -> Manifest {
    if let Manifest::Recorded(recorded) = &mut manifest {
        for client in &mut recorded.client_steps {
            let number = client.client.to_string();
            for step in &mut client.steps {
                step.step = step.step.replace("{client}", &number);
            }
        }
    }
    manifest
}

/// A recording shows what programs under test sent, who may want to forge segments; a capture from elsewhere may have been made
/// inside a tunnel.
fn dissector(manifest: &Manifest) -> Dissector {
    match manifest {
        Manifest::Recorded(_) => Dissector::without_tunnels(),
        Manifest::Foreign { .. } => Dissector::default(),
    }
}

/// A capture on its way into an observation.
struct Reading {
    flows: FlowTable,
    transcripts: Transcripts,
    budget: Budget,
    frames: u64,
    cut_frames: u64,
    malformed: Vec<FrameNumber>,
    /// The manifest's sentinels by token, and the frame that carried each.
    sentinels: BTreeMap<String, Option<FrameNumber>>,
    datagrams: Datagrams,
    stopped_at: Option<u64>,
    stop: Option<FrameNumber>,
}

impl Reading {
    fn new(manifest: &Manifest) -> Self {
        Self {
            flows: FlowTable::default(),
            transcripts: BTreeMap::new(),
            budget: Budget::default(),
            frames: 0,
            cut_frames: 0,
            malformed: Vec::new(),
            sentinels: tokens(manifest),
            datagrams: Datagrams::new(manifest),
            stopped_at: match manifest {
                Manifest::Recorded(recorded) => recorded.stopped_at,
                Manifest::Foreign { .. } => None,
            },
            stop: None,
        }
    }

    fn take(&mut self, frame: &Frame<'_>, packet: Packet<'_>) {
        self.frames = frame.number.0;
        self.note_stop(frame);
        if (frame.data.len() as u64) < u64::from(frame.original_len) {
            self.cut_frames += 1;
        }
        match packet {
            Packet::Tcp(segment) => self.take_segment(frame, &segment),
            Packet::Udp { payload } => self.take_datagram(frame, payload),
            Packet::Other => {}
            Packet::Malformed(_) => self.malformed.push(frame.number),
        }
    }

    fn note_stop(&mut self, frame: &Frame<'_>) {
        let is_after = |at| frame.timestamp.as_nanos() >= at;
        if self.stop.is_none() && self.stopped_at.is_some_and(is_after) {
            self.stop = Some(frame.number);
        }
    }

    /// Programs may send as many and as long datagrams as they like: only what those hold of files is kept.
    fn take_datagram(&mut self, frame: &Frame<'_>, payload: &[u8]) {
        if payload.len() <= LONGEST_TOKEN_BYTES
            && let Some(seen) = self.sentinels.get_mut(&hexadecimal(payload))
        {
            *seen = Some(frame.number);
        } else {
            self.datagrams.take(frame.number, payload);
        }
    }

    fn take_segment(&mut self, frame: &Frame<'_>, segment: &Segment<'_>) {
        let at = Milestone {
            frame: frame.number,
            at: frame.timestamp,
        };
        self.flows.push(at, segment);
        for event in self.flows.events() {
            match event {
                FlowEvent::Payload {
                    connection,
                    from,
                    offsets,
                    index,
                } => {
                    let bytes = captured(segment, *index, offsets);
                    transcript(&mut self.transcripts, *connection, *from).push(
                        at,
                        offsets.clone(),
                        bytes,
                        &mut self.budget,
                    );
                }
                FlowEvent::PlacedLate {
                    connection,
                    from,
                    offsets,
                } => transcript(&mut self.transcripts, *connection, *from).push(
                    at,
                    offsets.clone(),
                    &[],
                    &mut self.budget,
                ),
                FlowEvent::BeginsEarlier {
                    connection,
                    from,
                    bytes,
                } => transcript(&mut self.transcripts, *connection, *from).begin_earlier(*bytes),
                _ => {}
            }
        }
    }

    fn finish(
        mut self,
        manifest: Manifest,
        setting: Setting,
        unread: Vec<Problem>,
        sha256: &str,
    ) -> Observation {
        let flows = std::mem::take(&mut self.flows).finish();
        let health = self.health(&manifest, &flows, unread, sha256);
        let stop = self
            .stopped_at
            .map(|_| self.stop.unwrap_or(FrameNumber(self.frames + 1)));
        Observation {
            setting,
            server: manifest.server(),
            connections: attribute(flows, self.transcripts, &manifest),
            manifest,
            file_pieces: self.datagrams.finish(),
            health,
            stop,
        }
    }

    fn health(
        &self,
        manifest: &Manifest,
        flows: &[Connection],
        unread: Vec<Problem>,
        sha256: &str,
    ) -> Health {
        let mut problems = unread;
        problems.extend(self.own_problems());
        problems.extend(flows.iter().flat_map(holes));
        let (mut dropped, mut sentinels) = (None, Vec::new());
        if let Manifest::Recorded(recorded) = manifest {
            dropped = Some(recorded.capture.dropped);
            sentinels = self.seen_sentinels(recorded);
            problems.extend(self.recorded_problems(recorded, sha256));
        }
        Health {
            frames: self.frames,
            dropped,
            sentinels,
            problems,
        }
    }

    fn own_problems(&self) -> impl Iterator<Item = Problem> {
        let cut = (self.cut_frames > 0).then_some(Problem::Cut {
            frames: self.cut_frames,
        });
        let malformed = self.malformed.first().map(|&first| Problem::Malformed {
            first,
            frames: self.malformed.len() as u64,
        });
        cut.into_iter().chain(malformed)
    }

    fn recorded_problems(&self, recorded: &Recorded, sha256: &str) -> Vec<Problem> {
        let capture = &recorded.capture;
        let mut problems = Vec::new();
        if !capture.sha256.eq_ignore_ascii_case(sha256) {
            problems.push(Problem::OtherCapture);
        }
        if capture.dropped > 0 {
            problems.push(Problem::Dropped {
                frames: capture.dropped,
            });
        }
        for place in [SentinelPlace::First, SentinelPlace::Last] {
            let mut guards = capture
                .sentinels
                .iter()
                .filter(|it| it.place == place)
                .peekable();
            if guards.peek().is_none() || !guards.all(|it| self.saw(it)) {
                problems.push(Problem::SentinelMissing(place));
            }
        }
        problems
    }

    /// Whether a sentinel's datagram is in the capture, where the manifest says.
    fn saw(&self, sentinel: &Sentinel) -> bool {
        let seen = self.sentinels.get(&sentinel.token.to_ascii_lowercase());
        seen.is_some_and(|seen| seen.is_some() && *seen == sentinel.frame.map(FrameNumber))
    }

    fn seen_sentinels(&self, recorded: &Recorded) -> Vec<FrameNumber> {
        let mut frames: Vec<_> = recorded
            .capture
            .sentinels
            .iter()
            .filter(|sentinel| self.saw(sentinel))
            .filter_map(|sentinel| sentinel.frame.map(FrameNumber))
            .collect();
        frames.sort_unstable();
        frames
    }
}

/// What of the file could not be read.
fn unread<R: Read>(reader: &Reader<R>) -> Vec<Problem> {
    let tail = match reader.tail() {
        Tail::Whole => None,
        Tail::Truncated { reason, .. } => Some(Problem::TailCut {
            reason: reason.to_string(),
        }),
    };
    let skipped = reader.skipped().first().map(|first| Problem::Skipped {
        places: reader.skipped_count(),
        first: first.reason.to_string(),
    });
    tail.into_iter().chain(skipped).collect()
}

fn holes(connection: &Connection) -> impl Iterator<Item = Problem> + use<> {
    let id = connection.id;
    [Side::Initiator, Side::Responder]
        .map(|sender| (sender, connection.sent_by(sender).missing()))
        .into_iter()
        .flat_map(move |(sender, missing)| {
            missing.into_iter().map(move |offsets| Problem::Hole {
                connection: id,
                sender,
                offsets,
            })
        })
}

/// Gives each connection its payload and its client: the n-th attribution of an address pair is its n-th connection.
fn attribute(
    flows: Vec<Connection>,
    mut transcripts: Transcripts,
    manifest: &Manifest,
) -> Vec<ObservedConnection> {
    let mut owners: BTreeMap<_, Vec<(u32, Option<Role>)>> = BTreeMap::new();
    if let Manifest::Recorded(recorded) = manifest {
        for it in recorded.attributions.iter().rev() {
            let pair = (it.initiator, it.responder);
            owners.entry(pair).or_default().push((it.client, it.owner));
        }
    }
    flows
        .into_iter()
        .map(|wire| {
            let owner = owners
                .get_mut(&(wire.initiator, wire.responder))
                .and_then(Vec::pop)
                .filter(|(_, owner)| *owner != Some(Role::Server));
            let [by_initiator, by_responder] = transcripts.remove(&wire.id).unwrap_or_default();
            ObservedConnection {
                wire,
                client: owner.map(|(client, _)| ClientNumber(client)),
                contradicted_by: owner.and_then(contradiction),
                by_initiator,
                by_responder,
            }
        })
        .collect()
}

/// The tokens that a recording's sentinels carry.
fn tokens(manifest: &Manifest) -> BTreeMap<String, Option<FrameNumber>> {
    let sentinels = match manifest {
        Manifest::Recorded(recorded) => recorded.capture.sentinels.as_slice(),
        Manifest::Foreign { .. } => &[],
    };
    let token = |it: &Sentinel| (it.token.to_ascii_lowercase(), None);
    sentinels.iter().map(token).collect()
}

fn contradiction((client, owner): (u32, Option<Role>)) -> Option<Role> {
    owner.filter(|&owner| owner != Role::Client(client))
}

/// The bytes of a segment's payload that were new, as far as the snap length left them.
fn captured<'a>(segment: &Segment<'a>, index: usize, offsets: &Range<u64>) -> &'a [u8] {
    let len = usize::try_from(offsets.end - offsets.start).unwrap_or(usize::MAX);
    let rest = segment.payload.get(index..).unwrap_or_default();
    &rest[..rest.len().min(len)]
}

fn transcript(
    transcripts: &mut Transcripts,
    connection: ConnectionId,
    from: Side,
) -> &mut Transcript {
    &mut transcripts.entry(connection).or_default()[side_index(from)]
}

fn side_index(side: Side) -> usize {
    match side {
        Side::Initiator => 0,
        Side::Responder => 1,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A source whose bytes are hashed as they are read.
struct Hashing<'a, R> {
    source: R,
    digest: &'a mut Sha256,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.digest.update(&buffer[..length]);
        Ok(length)
    }
}
