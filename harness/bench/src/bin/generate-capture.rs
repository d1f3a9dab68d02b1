//! `generate-capture TRAFFIC FRAMES FILE`: a capture of generated traffic.
#![expect(
    clippy::disallowed_methods,
    reason = "a generator writes the file that it is told to"
)]

use std::fs::File;
use std::io::BufWriter;

use anyhow::{Context, bail};
use synfin_bench::Traffic;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [traffic, frames, path] = arguments.as_slice() else {
        bail!("usage: generate-capture TRAFFIC FRAMES FILE");
    };
    let traffic: Traffic = traffic.parse()?;
    let frames = frames.parse().context("FRAMES is not a number")?;
    let file = File::create(path).with_context(|| format!("create {path}"))?;
    traffic
        .write(frames, BufWriter::with_capacity(1 << 20, file))
        .with_context(|| format!("write {path}"))
}
