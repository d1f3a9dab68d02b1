//! `synfin explain CAPTURE`: connections of any capture, each retold frame by frame.

use std::ops::{ControlFlow, RangeInclusive};

use synfin_core::diagnosis::findings;
use synfin_core::report::ladder;
use synfin_core::story::{Scope, Story, Teller};

use super::capture::{Capture, CaptureArg};
use super::exit::{Exit, Failure};
use super::follow::no_such_connection;
use super::output::{self, Output};
use super::progress::Progress;

/// Retell connections of a capture as ladders, with what is odd about each and what usually causes that.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    capture: CaptureArg,
    /// Only the connection of this number, as `synfin flows` counts them.
    #[arg(long, short = 'n', value_name = "N")]
    connection: Option<u32>,
    /// The most connections that are told, the first ones, if none is named.
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "connection"
    )]
    most: u32,
    /// Only rows of these frames, `17-40`.
    #[arg(long, value_name = "A-B", value_parser = frame_range)]
    frames: Option<RangeInclusive<u64>>,
    /// The most rows of a connection: of a longer one the first and the last half of them are drawn.
    #[arg(long, value_name = "COUNT", default_value_t = 200)]
    rows: usize,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let mut capture = args.capture.open(Progress::new(output))?;
    let told = tell(&mut capture, args.scope());
    capture.tell_damage(output);
    if let (Some(number), []) = (args.connection, told.stories.as_slice()) {
        return Err(no_such_connection(number, told.connections));
    }
    draw(&told.stories, output)?;
    let untold = told.connections - u32::try_from(told.stories.len()).unwrap_or(u32::MAX);
    match (told.connections, args.connection) {
        (0, _) => output.talk("no TCP connection in this capture"),
        (_, None) if untold > 0 => output.talk(format_args!(
            "{untold} more connections: --connection N tells one of them, --most COUNT more, synfin flows lists all"
        )),
        (_, Some(_) | None) => {}
    }
    Ok(Exit::Passed)
}

impl Args {
    fn scope(&self) -> Scope {
        Scope {
            connections: match self.connection {
                Some(number) => number..=number,
                None => 0..=self.most - 1,
            },
            frames: self.frames.clone().unwrap_or(0..=u64::MAX),
            most_rows: self.rows,
        }
    }
}

/// The stories in scope, and how many connections there were.
struct Told {
    stories: Vec<Story>,
    connections: u32,
}

/// Only the stories in scope are kept, however many connections there are.
fn tell(capture: &mut Capture, scope: Scope) -> Told {
    let mut teller = Teller::new(scope);
    let mut stories = Vec::new();
    let _ = capture.each_segment(|at, segment| {
        teller.push(at, segment);
        stories.extend(std::iter::from_fn(|| teller.take_finished()));
        ControlFlow::<()>::Continue(())
    });
    let connections = teller.connections();
    stories.extend(teller.finish());
    stories.sort_by_key(|story| story.connection.id);
    Told {
        stories,
        connections,
    }
}

fn draw(stories: &[Story], output: &Output) -> Result<(), Failure> {
    let page = output.page();
    let ladders: Vec<String> = stories
        .iter()
        .map(|story| ladder(story, &findings(story), &page))
        .collect();
    output::data(&ladders.join("\n"))
}

/// `17-40`, `17-`, `-40`, `17`.
fn frame_range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |text: &str, absent| match text {
        "" => Ok(absent),
        text => text
            .parse()
            .map_err(|_| format!("`{text}` is no frame number: write 17-40")),
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = number(first, 0)?..=number(last, u64::MAX)?;
    if range.is_empty() {
        return Err("the first frame comes after the last: write 17-40".to_owned());
    }
    Ok(range)
}
