//! The whole life of `synfin-capture`, the helper of level 3. An administrator lets this program, and no other, open packet
//! sockets. It opens one, ties it to `lo` and to the frames of one server, hands it over the Unix socket that is its standard
//! input, and ends.

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZeroU16;
use std::os::fd::AsFd;
use std::process::ExitCode;

use super::message::send;
use super::{filter, packet};

const USAGE: &str = "usage: synfin-capture SERVER-PORT SENTINEL-PORT, by synfin, with a Unix socket as standard input";

/// Lends a packet socket; `arguments` are those behind the program's name. Ends with 2 for arguments that mean nothing.
pub fn capture_main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some([server, sentinels]) = ports(arguments) else {
        say(USAGE);
        return ExitCode::from(2);
    };
    match lend(server, sentinels) {
        Ok(()) => ExitCode::SUCCESS,
        Err((step, error)) => {
            say(&format!("{step}: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn ports(arguments: impl Iterator<Item = OsString>) -> Option<[NonZeroU16; 2]> {
    let port = |word: OsString| word.to_str()?.parse().ok();
    let ports: Option<Vec<NonZeroU16>> = arguments.map(port).collect();
    ports?.try_into().ok()
}

fn lend(server: NonZeroU16, sentinels: NonZeroU16) -> Result<(), (&'static str, io::Error)> {
    let at = |step: &'static str| move |error: io::Error| (step, error);
    let program = filter::scenario(server.get(), sentinels.get());
    let socket = packet::open(Some(&program)).map_err(at("open a packet socket"))?;
    packet::settle(&socket).map_err(at("settle the packet socket"))?;
    send(io::stdin(), &(), &[socket.as_fd()]).map_err(at("hand the packet socket over"))
}

/// Nobody may be listening.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
