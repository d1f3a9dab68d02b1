//! Grades a capture made elsewhere: a student's own Wireshark capture, a tcpdump of a service.

use std::io::Read;
use std::net::SocketAddr;

use super::recording::Recording;
use super::run::{SCHEMA, assemble, bind_all};
use super::{GradeError, aggregate, item, recording, scenario};
use crate::checks::SourceText;
use crate::manifest::Manifest;
use crate::observation::{Observation, Setting};
use crate::report::Report;
use crate::spec::Rubric;
use crate::text::Foreign;

/// Characters of a capture's name that a report shows: as many as a file system takes.
const NAME_CHARS: usize = 255;

/// Grades the capture called `name`, in which `server` is the server's address. Every check of the rubric judges it,
/// whatever scenario it names; checks that need a recorded manifest say so.
///
/// # Errors
/// If the rubric is wrong, or the bytes are no capture.
pub fn grade_capture(
    capture: impl Read,
    name: &str,
    server: SocketAddr,
    rubric: SourceText<'_>,
) -> Result<Report, GradeError> {
    let name = Foreign::new(name, NAME_CHARS);
    let name = name.as_str();
    let parsed = Rubric::parse(rubric.name, rubric.text)?;
    let calls = bind_all(&parsed, rubric)?;
    let manifest = Manifest::Foreign { server };
    let observation =
        Observation::read(capture, manifest, Setting::default()).map_err(|source| {
            GradeError::Capture {
                name: name.to_owned(),
                source,
            }
        })?;
    let recording = Recording {
        file: name.to_owned(),
        observation,
    };
    let judged = calls.iter().enumerate().flat_map(|(row, checks)| {
        let recording = &recording;
        checks
            .iter()
            .enumerate()
            .map(move |(column, bound)| ((row, column), scenario::judge(bound, recording)))
    });
    let items = item::reports(assemble(&parsed, &calls, judged.collect()));
    Ok(Report {
        schema: SCHEMA,
        recorded_by: None,
        run: name.to_owned(),
        title: parsed.title.clone(),
        target: format!("server {server}"),
        level: "a capture made elsewhere".to_owned(),
        wall_ms: None,
        slowness_percent: None,
        status: aggregate::status(&items),
        points: aggregate::points(&items),
        recordings: vec![recording::report(&recording, "capture")],
        items,
    })
}
