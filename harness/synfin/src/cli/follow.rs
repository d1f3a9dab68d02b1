//! `synfin follow CAPTURE N`: the payload of one connection, each byte once.

use std::ops::{ControlFlow, Range};

use anyhow::anyhow;
use synfin_core::flow::{ConnectionId, FlowEvent, FlowTable, Milestone, Side};
use synfin_core::payload::{Digest, Piece, Stream};
use synfin_core::report::{HexView, TextView, missing_line};
use synfin_core::wire::Segment;

use super::capture::{Capture, CaptureArg};
use super::exit::{Exit, Failure};
use super::output::{self, DataStream, End, Output};
use super::progress::Progress;

/// Print the payload of one connection, in the order of its streams; bytes sent again are printed once, the first copy.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    capture: CaptureArg,
    /// The connection's number, as `synfin flows` counts them.
    #[arg(value_name = "N")]
    connection: u32,
    /// Whose payload.
    #[arg(long, value_enum, default_value_t, value_name = "SIDE")]
    side: Sides,
    /// How it is shown.
    #[arg(long = "as", value_enum, default_value_t, value_name = "FORM")]
    form: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Sides {
    /// What the end that sent the first SYN said.
    Initiator,
    /// What the other end said.
    Responder,
    /// Both, in turns.
    #[default]
    Both,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// Lines of text, what is not printable as escapes; → is from the initiator, ← from the responder.
    #[default]
    Text,
    /// Hexadecimal digits and printable characters, sixteen bytes a line behind their offset.
    Hex,
    /// The bytes as they are; what is missing is told on standard error.
    Raw,
    /// The SHA-256 and the length of each side's payload.
    Sha256,
}

impl Sides {
    fn includes(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::Initiator => side == Side::Initiator,
            Self::Responder => side == Side::Responder,
        }
    }
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let mut capture = args.capture.open(Progress::beside_data(output))?;
    let follower = Follower {
        id: ConnectionId(args.connection),
        streams: Default::default(),
        view: View::new(args, output),
        flows: FlowTable::default(),
        known: 0,
    };
    let outcome = follower.read(&mut capture);
    capture.tell_damage(output);
    outcome.end?;
    if outcome.known <= args.connection {
        return Err(no_such_connection(args.connection, outcome.known));
    }
    Ok(Exit::Passed)
}

/// What every command says of a number that no connection has.
pub(super) fn no_such_connection(number: u32, known: u32) -> Failure {
    Failure::Usage(match known {
        0 => anyhow!("no connection has the number {number}: the capture holds none"),
        1 => anyhow!("no connection has the number {number}: the capture holds one, number 0"),
        known => anyhow!(
            "no connection has the number {number}: the capture holds {known}, 0 to {}",
            known - 1
        ),
    })
}

/// Reads a capture and keeps nothing but the one connection's payload that is not in order yet.
struct Follower {
    id: ConnectionId,
    streams: [Stream; 2],
    view: View,
    flows: FlowTable,
    /// How many connections there were so far.
    known: u32,
}

/// Why reading stops before the capture's end.
enum Stop {
    /// The connection is over.
    Over,
    /// Nobody reads on, or writing failed.
    Output(End),
}

impl Follower {
    fn read(mut self, capture: &mut Capture) -> Outcome {
        let read = capture.each_segment(|at, segment| self.take(at, segment));
        let known = self.known;
        let end = match read {
            ControlFlow::Break(Stop::Output(end)) => end,
            ControlFlow::Break(Stop::Over) | ControlFlow::Continue(()) => {
                output::ended(self.finish())
            }
        };
        Outcome { known, end }
    }

    fn take(&mut self, at: Milestone, segment: &Segment<'_>) -> ControlFlow<Stop> {
        let id = self.flows.push(at, segment);
        if let Some(ConnectionId(number)) = id {
            self.known = self.known.max(number.saturating_add(1));
        }
        if id == Some(self.id) {
            self.take_events(at, segment).map_break(Stop::Output)?;
        }
        while let Some(connection) = self.flows.take_finished() {
            if connection.id == self.id {
                return ControlFlow::Break(Stop::Over);
            }
        }
        ControlFlow::Continue(())
    }

    fn take_events(&mut self, at: Milestone, segment: &Segment<'_>) -> ControlFlow<End> {
        for event in self.flows.events() {
            match event {
                FlowEvent::Payload {
                    from,
                    offsets,
                    index,
                    ..
                } => {
                    let bytes = captured(segment, *index, offsets);
                    let stream = &mut self.streams[slot(*from)];
                    let pieces = stream.push(at.frame, offsets.clone(), bytes);
                    self.view.show(*from, &pieces)?;
                }
                FlowEvent::PlacedLate { from, offsets, .. } => {
                    let stream = &mut self.streams[slot(*from)];
                    let pieces = stream.push_placed_late(at.frame, offsets.clone());
                    self.view.show(*from, &pieces)?;
                }
                FlowEvent::BeginsEarlier { from, bytes, .. } => {
                    self.streams[slot(*from)].begin_earlier(*bytes);
                }
                FlowEvent::Acknowledged { of, offset, .. } => {
                    let pieces = self.streams[slot(*of)].acknowledge(*offset);
                    self.view.show(*of, &pieces)?;
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn finish(mut self) -> ControlFlow<End> {
        let [initiator, responder] = self.streams;
        self.view.show(Side::Initiator, &initiator.finish())?;
        self.view.show(Side::Responder, &responder.finish())?;
        self.view.finish()
    }
}

/// How following ended.
struct Outcome {
    /// How many connections there were.
    known: u32,
    end: End,
}

/// The bytes of a segment's payload that were new, as far as the snap length left them.
fn captured<'a>(segment: &Segment<'a>, index: usize, offsets: &Range<u64>) -> &'a [u8] {
    let bytes = segment.payload.get(index..).unwrap_or_default();
    let len = usize::try_from(offsets.end - offsets.start).unwrap_or(usize::MAX);
    &bytes[..bytes.len().min(len)]
}

fn slot(side: Side) -> usize {
    match side {
        Side::Initiator => 0,
        Side::Responder => 1,
    }
}

/// Payload on its way to standard output.
struct View {
    stream: DataStream,
    drawing: Drawing,
    sides: Sides,
    output: Output,
}

enum Drawing {
    Text(TextView),
    Hex(HexView),
    Raw,
    Sha256(Box<[Digest; 2]>),
}

impl View {
    fn new(args: &Args, output: &Output) -> Self {
        Self {
            stream: DataStream::open(),
            drawing: match args.form {
                Form::Text => Drawing::Text(TextView::default()),
                Form::Hex => Drawing::Hex(HexView::default()),
                Form::Raw => Drawing::Raw,
                Form::Sha256 => Drawing::Sha256(Box::default()),
            },
            sides: args.side,
            output: output.clone(),
        }
    }

    fn show(&mut self, from: Side, pieces: &[Piece<'_>]) -> ControlFlow<End> {
        if self.sides.includes(from) {
            for piece in pieces {
                self.show_piece(from, piece)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn show_piece(&mut self, from: Side, piece: &Piece<'_>) -> ControlFlow<End> {
        match &mut self.drawing {
            Drawing::Text(view) => self.stream.write(view.push(from, piece).as_bytes()),
            Drawing::Hex(view) => self.stream.write(view.push(from, piece).as_bytes()),
            Drawing::Sha256(digests) => {
                digests[slot(from)].push(piece);
                ControlFlow::Continue(())
            }
            Drawing::Raw => match piece {
                Piece::Bytes { bytes, .. } => self.stream.write(bytes),
                Piece::Missing { offsets, why } => {
                    let line = missing_line(from, offsets, *why);
                    self.output.talk(line.trim_end());
                    ControlFlow::Continue(())
                }
            },
        }
    }

    fn finish(mut self) -> ControlFlow<End> {
        let rest = match self.drawing {
            Drawing::Text(view) => view.finish(),
            Drawing::Hex(view) => view.finish(),
            Drawing::Raw => String::new(),
            Drawing::Sha256(digests) => {
                let [initiator, responder] = *digests;
                let sides = [(Side::Initiator, initiator), (Side::Responder, responder)];
                sides
                    .into_iter()
                    .filter(|(side, _)| self.sides.includes(*side))
                    .map(|(side, digest)| digest_line(side, digest))
                    .collect()
            }
        };
        self.stream.write(rest.as_bytes())?;
        self.stream.flush()
    }
}

/// `ba7816bf…  initiator  3 bytes`, as sha256sum has it with the side in place of the file.
fn digest_line(side: Side, digest: Digest) -> String {
    let (bytes, missing) = (digest.bytes(), digest.missing_bytes());
    let missing = if missing == 0 {
        String::new()
    } else {
        format!(", without {missing} that are missing")
    };
    format!("{}  {side}  {bytes} bytes{missing}\n", digest.sha256())
}
