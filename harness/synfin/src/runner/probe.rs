//! Whether this machine can record: by doing the whole of a recording once, without a program.

use synfin_core::manifest::{Level, Machine};
use tempfile::tempfile;

use super::environment;
use crate::recording::RecordError;
use crate::ring::{self, Capture, Captured};
use crate::sandbox::{Sandbox, Setup, StartError};

/// What a probe found.
#[derive(Debug)]
pub struct Probe {
    /// The machine.
    pub machine: Machine,
    /// How recordings are isolated for this user, if they can be made.
    pub level: Level,
    /// Why they cannot be made.
    pub obstacle: Option<Obstacle>,
}

/// Why nothing can be recorded here.
#[derive(Debug)]
pub struct Obstacle {
    /// What was refused, in words.
    pub error: String,
    /// What helps, if that is known.
    pub remedy: Option<&'static str>,
}

/// Makes namespaces, arms and closes a capture in them, and takes them down.
pub async fn probe() -> Probe {
    Probe {
        machine: environment::machine(),
        level: environment::level(),
        obstacle: match record_nothing().await {
            Ok(captured) => torn(&captured),
            Err(error) => Some(Obstacle::from(error)),
        },
    }
}

async fn record_nothing() -> Result<Captured, RecordError> {
    let nowhere = |source| StartError::Step {
        step: crate::sandbox::Step::Start,
        source,
    };
    let setup = Setup::new().map_err(nowhere)?;
    let sandbox = Sandbox::start(&setup).await?;
    let file = tempfile().map_err(nowhere)?;
    let (capture, _frames) = Capture::arm(&sandbox, file, ring::Config::default()).await?;
    let captured = capture.close().await?;
    sandbox.shut_down().await?;
    Ok(captured)
}

/// What keeps a capture from being whole.
fn torn(captured: &Captured) -> Option<Obstacle> {
    let unseen = captured
        .sentinels
        .iter()
        .filter(|sentinel| sentinel.frame.is_none())
        .count();
    let is_whole = captured.dropped == 0 && captured.cut == 0 && unseen == 0;
    (!is_whole).then(|| Obstacle {
        error: format!(
            "the capture is not whole: {} frames dropped, {} cut, {unseen} sentinels never seen",
            captured.dropped, captured.cut
        ),
        remedy: None,
    })
}

impl From<RecordError> for Obstacle {
    fn from(error: RecordError) -> Self {
        Self {
            error: error.to_string(),
            remedy: remedy(&error),
        }
    }
}

/// What helps against a recording's failure, if that is known.
pub(super) fn remedy(error: &RecordError) -> Option<&'static str> {
    match error {
        RecordError::Sandbox(StartError::Step { step, .. } | StartError::Silent { step, .. }) => {
            Some(step.remedy())
        }
        RecordError::Inside(_) | RecordError::Ring(_) | RecordError::Store(_) => None,
    }
}
