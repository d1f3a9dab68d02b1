//! At which level this machine can record: by doing the whole of a recording once, without a program.

use synfin_core::manifest::{Level, Machine};
use tempfile::tempfile;

use super::environment::{self, User};
use super::port;
use crate::recording::RecordError;
use crate::ring::{self, Capture, Captured};
use crate::sandbox::{CAPABILITIES, Isolation, Sandbox, Setup, StartError};

/// A ring for sentinels alone, MiB.
const RING_MIB: u32 = 4;

/// What was found of every level.
#[derive(Debug)]
pub struct Ladder {
    /// The machine.
    pub machine: Machine,
    /// The levels, from best to least; the last one, at which nothing is recorded, is left out.
    pub rungs: Vec<Rung>,
}

/// What was found of one level.
#[derive(Debug)]
pub struct Rung {
    /// The level.
    pub level: Level,
    /// Why nothing can be recorded at it, if so.
    pub obstacle: Option<Obstacle>,
}

/// Why nothing can be recorded at a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What was refused, in words.
    pub error: String,
    /// What helps, if that is known.
    pub remedy: Option<String>,
}

impl Ladder {
    /// The level that a run uses unless it is told otherwise: the best that works.
    pub fn used(&self) -> Level {
        let mut works = self.rungs.iter().filter(|rung| rung.obstacle.is_none());
        works.next().map_or(Level::Nothing, |rung| rung.level)
    }
}

/// Tries every level.
pub async fn probe() -> Ladder {
    let mut rungs = Vec::new();
    for level in Level::ALL {
        if level != Level::Nothing {
            let obstacle = attempt(level).await.err();
            rungs.push(Rung { level, obstacle });
        }
    }
    Ladder {
        machine: environment::machine(),
        rungs,
    }
}

/// The level at which a run is recorded: the best that works, or the one that was asked for. Levels 0 and 1 are the same
/// isolation, made by an ordinary user or by root: who asks for one is content with the other.
///
/// # Errors
/// Why there is none, in words.
pub(crate) async fn choose(wanted: Option<Level>) -> Result<Level, String> {
    let namespaces = environment::namespaces();
    let candidates = match wanted {
        None => vec![namespaces, Level::RawSocketOnly, Level::CaptureHelper],
        Some(Level::RootlessNamespaces | Level::RootNamespaces) => vec![namespaces],
        Some(Level::RawSocketOnly | Level::CaptureHelper) => wanted.into_iter().collect(),
        Some(Level::Nothing) => {
            return Err("level 4 was asked for: nothing is recorded".to_owned());
        }
    };
    let mut refused = Vec::new();
    for level in candidates {
        match attempt(level).await {
            Ok(()) => return Ok(level),
            Err(obstacle) => refused.push(format!("level {}: {}", level.number(), obstacle.error)),
        }
    }
    Err(format!(
        "recording does not work here ({}); synfin doctor tells what helps",
        refused.join("; ")
    ))
}

/// Does the whole of a recording once at this level.
async fn attempt(level: Level) -> Result<(), Obstacle> {
    let needed = match level {
        Level::RootlessNamespaces | Level::CaptureHelper => User::Ordinary,
        Level::RootNamespaces | Level::RawSocketOnly => User::Root,
        Level::Nothing => return Ok(()),
    };
    match (needed, User::of_this_process()) {
        (User::Root, User::Ordinary) => Err(Obstacle::plain("it needs root")),
        (User::Ordinary, User::Root) => Err(Obstacle::plain(
            "it is an ordinary user's, and you are root",
        )),
        (User::Root, User::Root) | (User::Ordinary, User::Ordinary) => {
            let recorded = record_nothing(isolation(level)).await;
            torn(&recorded.map_err(|error| Obstacle::of(&error, level))?)
        }
    }
}

/// What programs are isolated by at a level at which something is recorded.
pub(super) fn isolation(level: Level) -> Isolation {
    match level {
        Level::RawSocketOnly => Isolation::Users,
        Level::CaptureHelper => Isolation::OneUser,
        Level::RootlessNamespaces | Level::RootNamespaces | Level::Nothing => Isolation::Namespaces,
    }
}

async fn record_nothing(isolation: Isolation) -> Result<Captured, RecordError> {
    let nowhere = |source| StartError::Step {
        step: crate::sandbox::Step::Start,
        source,
    };
    let setup = Setup {
        isolation,
        port: Some(port::any()),
        ..Setup::new().map_err(nowhere)?
    };
    let sandbox = Sandbox::start(&setup).await?;
    let file = tempfile().map_err(nowhere)?;
    let config = ring::Config {
        ring_mib: RING_MIB,
        ..ring::Config::default()
    };
    let (capture, _frames) = Capture::arm(&sandbox, file, config).await?;
    let captured = capture.close().await?;
    sandbox.shut_down().await?;
    Ok(captured)
}

/// What keeps a capture from being whole.
fn torn(captured: &Captured) -> Result<(), Obstacle> {
    let unseen = captured
        .sentinels
        .iter()
        .filter(|sentinel| sentinel.frame.is_none())
        .count();
    if captured.dropped == 0 && captured.cut == 0 && unseen == 0 {
        return Ok(());
    }
    Err(Obstacle::plain(&format!(
        "the capture is not whole: {} frames dropped, {} cut, {unseen} sentinels never seen",
        captured.dropped, captured.cut
    )))
}

impl Obstacle {
    fn of(error: &RecordError, level: Level) -> Self {
        let capabilities = || (level == Level::RawSocketOnly).then(|| CAPABILITIES.to_owned());
        Self {
            error: error.to_string(),
            remedy: remedy(error).or_else(capabilities),
        }
    }

    fn plain(error: &str) -> Self {
        Self {
            error: error.to_owned(),
            remedy: None,
        }
    }
}

/// What helps against a recording's failure, if that is known.
pub(super) fn remedy(error: &RecordError) -> Option<String> {
    match error {
        RecordError::Sandbox(StartError::Step { step, .. } | StartError::Silent { step, .. }) => {
            Some(step.remedy())
        }
        RecordError::Inside(_) | RecordError::Ring(_) | RecordError::Store(_) => None,
    }
}
