//! `synfin explain CAPTURE`: the connections of any capture, each retold frame by frame.

use std::path::PathBuf;

use anyhow::anyhow;
use synfin_core::diagnosis::Pattern;
use synfin_core::flow::{Connection, Ending};
use synfin_core::report::{Usually, ladder};
use synfin_core::story::{Story, stories};

use super::exit::{Exit, Failure};
use super::output::{self, Output};
use super::source;

/// Retell each connection of a capture as a ladder, with what is odd about it and what usually causes that.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A pcap or pcapng file.
    capture: PathBuf,
    /// Only the connection of this number, as `synfin flows` counts them.
    #[arg(long, short = 'n', value_name = "N")]
    connection: Option<u32>,
}

pub(super) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let mut capture = source::capture(&args.capture)?;
    let all = stories(&mut capture);
    source::tell_tail(&args.capture, &capture, output);
    let known = all.len();
    let chosen: Vec<Story> = all
        .into_iter()
        .filter(|story| {
            args.connection
                .is_none_or(|number| story.connection.id.0 == number)
        })
        .collect();
    match (args.connection, chosen.as_slice()) {
        (Some(number), []) => Err(Failure::Usage(anyhow!(
            "no connection has the number {number}: the capture holds {known}, counted from 0"
        ))),
        (None, []) => {
            output.talk("no TCP connection in this capture");
            Ok(Exit::Passed)
        }
        (_, chosen) => draw(chosen, output),
    }
}

fn draw(stories: &[Story], output: &Output) -> Result<Exit, Failure> {
    let page = output.page();
    let ladders: Vec<String> = stories
        .iter()
        .map(|story| ladder(story, &usually(story), &page))
        .collect();
    output::data(&ladders.join("\n"))?;
    Ok(Exit::Passed)
}

/// What usually causes an ending like this one; nothing for one that is as it should be.
fn usually(story: &Story) -> Vec<Usually> {
    pattern(&story.connection)
        .map(Pattern::usually)
        .unwrap_or_default()
        .into_iter()
        .map(|usual| Usually {
            cause: usual.cause,
            remedy: usual.remedy,
            source: usual.source,
        })
        .collect()
}

fn pattern(connection: &Connection) -> Option<Pattern> {
    let has_payload = connection.by_initiator.first_payload.is_some()
        || connection.by_responder.first_payload.is_some();
    match connection.ending() {
        Ending::Refused => Some(Pattern::Refused),
        Ending::Unanswered => Some(Pattern::SynUnanswered),
        Ending::Reset { .. } => Some(Pattern::Reset),
        Ending::HalfClosed { .. } | Ending::StillOpen => Some(Pattern::NeverClosed),
        Ending::Orderly { .. } => (!has_payload).then_some(Pattern::NoPayload),
    }
}
