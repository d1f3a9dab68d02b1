//! `synfin doctor`: whether this machine can record, and what to do if it cannot.

use super::exit::{Exit, Failure};
use super::output::Output;

/// Make one recording without a program, and tell what to do where this machine does not let that be done.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

#[cfg(target_os = "linux")]
pub(super) fn run(_args: &Args, output: &Output) -> Result<Exit, Failure> {
    use super::output;
    let probe = super::recorder::probe()?;
    output::data(&told(&probe, output))?;
    Ok(match probe.obstacle {
        None => Exit::Passed,
        Some(_) => Exit::Failed,
    })
}

#[cfg(target_os = "linux")]
fn told(probe: &crate::runner::Probe, output: &Output) -> String {
    let machine = &probe.machine;
    let system = format!(
        "{} {}, {}, {} processors",
        machine.os, machine.kernel, machine.arch, machine.cpus
    );
    let mut text = output.labelled(" system     ", &system);
    text += &output.labelled(" isolation  ", isolation(probe.level));
    match &probe.obstacle {
        None => {
            text += &output.labelled(
                " recording  ",
                "works: namespaces were made, and a capture in them was whole",
            );
        }
        Some(obstacle) => {
            text += &output.labelled(
                " recording  ",
                &format!("does not work: {}", obstacle.error),
            );
            text += &output.labelled(
                "            ",
                obstacle.remedy.unwrap_or("no remedy is known"),
            );
            text += &output.labelled("            ", "grade, flows and explain work all the same");
        }
    }
    text
}

#[cfg(target_os = "linux")]
fn isolation(level: synfin_core::manifest::Level) -> &'static str {
    use synfin_core::manifest::Level;
    match level {
        Level::RootlessNamespaces => "namespaces of an ordinary user (level 0)",
        Level::RootNamespaces => "namespaces made by root (level 1)",
        Level::RawSocketOnly => "none: the host's lo, by a raw socket (level 2)",
        Level::CaptureHelper => "none: the host's lo, by a capture helper (level 3)",
        Level::Nothing => "none, and nothing is recorded from the wire (level 4)",
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(_args: &Args, _output: &Output) -> Result<Exit, Failure> {
    Err(Failure::Usage(anyhow::anyhow!("{}", super::NEEDS_LINUX)))
}
