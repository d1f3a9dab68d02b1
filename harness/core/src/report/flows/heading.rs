//! What stands above the connections of a capture.

use crate::record::{CaptureRecord, TailRecord};
use crate::report::page::{Page, wrapped};
use crate::report::visible::{harmless, visible};
use crate::text::{counted, grouped};

/// The capture's file, and what was read of it.
pub fn capture_heading(capture: &CaptureRecord, page: &Page) -> String {
    let mut parts = vec![
        visible(&capture.file),
        counted(capture.frames, "frame"),
        counted(capture.connections, "connection"),
    ];
    parts.extend(
        (capture.malformed_frames > 0)
            .then(|| format!("{} malformed", grouped(capture.malformed_frames))),
    );
    parts.extend(match &capture.tail {
        TailRecord::Whole => None,
        TailRecord::Truncated { .. } => Some("cut off".to_owned()),
    });
    parts.extend(
        (capture.skipped_count > 0)
            .then(|| format!("{} skipped", counted(capture.skipped_count, "place"))),
    );
    let lines = wrapped(&parts.join(" · "), page.width());
    let bold: Vec<String> = lines.iter().map(|line| page.colour.bold(line)).collect();
    harmless(&(bold.join("\n") + "\n"))
}
