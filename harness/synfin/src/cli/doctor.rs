//! `synfin doctor`: at which levels this machine can record, and what to do about the others.

use super::exit::{Exit, Failure};
use super::output::Output;

/// Make one recording without a program at every level of isolation, and tell what to do where that does not work.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

#[cfg(target_os = "linux")]
pub(super) fn run(_args: &Args, output: &Output) -> Result<Exit, Failure> {
    use synfin_core::manifest::Level;
    let ladder = super::recorder::probe()?;
    super::output::data(&told::ladder(&ladder, output))?;
    Ok(match ladder.used() {
        Level::Nothing => Exit::Failed,
        Level::RootlessNamespaces
        | Level::RootNamespaces
        | Level::RawSocketOnly
        | Level::CaptureHelper => Exit::Passed,
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(_args: &Args, _output: &Output) -> Result<Exit, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}

#[cfg(target_os = "linux")]
mod told {
    use std::collections::BTreeMap;

    use synfin_core::checks::CATALOGUE;
    use synfin_core::manifest::Level;

    use crate::cli::output::Output;
    use crate::runner::{Ladder, Obstacle, Rung};

    /// Where lines begin that go on about a level.
    const CONTINUED: &str = "           ";

    /// The machine, what was found of each level, and which is used.
    pub(super) fn ladder(ladder: &Ladder, output: &Output) -> String {
        let machine = &ladder.machine;
        let system = format!(
            "{} {}, {}, {} processors",
            machine.os, machine.kernel, machine.arch, machine.cpus
        );
        let mut text = output.labelled(" system    ", &system);
        for rung in &ladder.rungs {
            text += &self::rung(rung, output);
        }
        text += &level(Level::Nothing, "grade, flows and explain work", output);
        text + &output.labelled(" used      ", &used(ladder.used()))
    }

    fn rung(rung: &Rung, output: &Output) -> String {
        let found = match &rung.obstacle {
            None => "works: a capture was whole".to_owned(),
            Some(Obstacle { error, remedy }) => match remedy {
                None => format!("does not work: {error}"),
                Some(remedy) => format!("does not work: {error}; {remedy}"),
            },
        };
        level(rung.level, &found, output)
    }

    fn level(level: Level, found: &str, output: &Output) -> String {
        let label = format!(" level {}   ", level.number());
        let mut text = output.labelled(&label, &format!("{level}: {found}"));
        if let Some(weaker) = weaker(level) {
            text += &output.labelled(CONTINUED, weaker);
        }
        for (lacking, checks) in costs(level) {
            text += &output.labelled(CONTINUED, &format!("without {lacking}: {checks}"));
        }
        text
    }

    /// In what the programs are less apart than in namespaces.
    fn weaker(level: Level) -> Option<&'static str> {
        match level {
            Level::RawSocketOnly => Some(
                "programs share the host's network, and can reach others; of the wire only the server's \
                 port is recorded, one scenario after the other",
            ),
            Level::CaptureHelper => Some(
                "as at level 2; and programs are you: they read what you can, and can change modes and times of \
                 your files",
            ),
            Level::RootlessNamespaces | Level::RootNamespaces | Level::Nothing => None,
        }
    }

    /// The checks that cannot be decided at a level, by what it lacks.
    fn costs(level: Level) -> BTreeMap<String, String> {
        let mut costs: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for check in CATALOGUE {
            if let Some(need) = check.lacks_at(level) {
                costs.entry(need.to_string()).or_default().push(check.id);
            }
        }
        costs
            .into_iter()
            .map(|(need, checks)| (need, format!("no {}", checks.join(", "))))
            .collect()
    }

    fn used(level: Level) -> String {
        match level {
            Level::Nothing => {
                "level 4: synfin run records nothing, and its items stay undecided".to_owned()
            }
            level => format!(
                "level {}, the best that works; synfin run --level N asks for another",
                level.number()
            ),
        }
    }
}
