//! Makes the `lo` of a scenario's namespace do to packets what the scenario asks for.
//!
//! Loss and delay are the kernel's own, set by the tools that everybody knows: a rule of nft(8) drops every n-th TCP
//! segment on its way in, after the capture has seen it and never a sentinel; a queue of tc(8) holds every packet back.

use std::io;
use std::num::NonZeroU32;
use std::process::{Command, Output};

use synfin_core::manifest::LinkRecord;

use super::{Step, sys};

/// Where administrators' tools are; an ordinary user's PATH leaves these out.
const TOOL_PATH: &str = "/usr/sbin:/sbin:/usr/bin:/bin";

/// Does it; tells the step that failed.
pub(super) fn condition(link: &LinkRecord) -> Result<(), (Step, io::Error)> {
    let at = |step: Step| move |error: io::Error| (step, error);
    if let Some(bytes) = link.mtu_bytes {
        shorten(bytes).map_err(at(Step::Mtu))?;
    }
    if let Some(one_of) = link.loses_one_of {
        lose(one_of).map_err(at(Step::Loss))?;
    }
    if let Some(ms) = link.delay_ms {
        delay(ms).map_err(at(Step::Delay))?;
    }
    Ok(())
}

/// Without its segmentation offload `lo` would carry 64 KiB in one piece, whatever its MTU.
fn shorten(mtu_bytes: u32) -> io::Result<()> {
    sys::forbid_segmentation_offload()?;
    sys::set_loopback_mtu(mtu_bytes)
}

fn lose(one_of: NonZeroU32) -> io::Result<()> {
    let rules = [
        "add table inet synfin".to_owned(),
        "add chain inet synfin arrivals { type filter hook input priority 0; }".to_owned(),
        format!(
            "add rule inet synfin arrivals meta l4proto tcp numgen inc mod {one_of} {} drop",
            one_of.get() - 1
        ),
    ];
    tool("nft", &[&rules.join("; ")])
}

fn delay(ms: u64) -> io::Result<()> {
    let time = format!("{ms}ms");
    let limit = "100000";
    let words = [
        "qdisc", "add", "dev", "lo", "root", "netem", "delay", &time, "limit", limit,
    ];
    tool("tc", &words)
}

/// Runs a tool to its end; what it complains of is the error.
#[expect(
    clippy::disallowed_methods,
    reason = "a tool of the system, before any program is there"
)]
fn tool(name: &str, words: &[&str]) -> io::Result<()> {
    let ran = Command::new(name)
        .args(words)
        .env_clear()
        .env("PATH", TOOL_PATH)
        .output();
    let Output { status, stderr, .. } = ran.map_err(|error| named(name, &error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&stderr);
    Err(named(name, complaint.lines().next().unwrap_or("it failed")))
}

fn named(name: &str, what: &str) -> io::Error {
    io::Error::other(format!("{name}: {what}"))
}
