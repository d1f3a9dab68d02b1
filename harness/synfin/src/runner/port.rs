//! The server's port where scenarios share the host's: another one each time, if the programs are told which. So none waits for
//! what the kernel keeps of the one before (TIME_WAIT), and none meets a stranger.

use std::net::SocketAddr;

use synfin_core::spec::{ClientNumber, ClientValues, Target, environment_at};

use crate::drive::Commands;
use crate::sandbox::SocketTable;

/// Ports that are nobody's by agreement and that the kernel does not give out unasked (`ip_local_port_range`).
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// Lets the server listen at a port that nobody has, if both sides take it from their command lines, environments or users.
pub(super) fn choose(target: &mut Target, commands: &Commands) {
    let fresh = target.server.listen.ip();
    if let Some(port) = fresh_port().filter(|_| are_told(target, commands)) {
        target.server.listen = SocketAddr::new(fresh, port);
    }
}

/// Whether both the server and the clients are told the address.
fn are_told(target: &Target, commands: &Commands) -> bool {
    let [one, other] = [1, 2].map(|port| SocketAddr::new(target.server.listen.ip(), port));
    let differs = |env: &[(String, String)]| environment_at(env, one) != environment_at(env, other);
    let (at_one, at_other) = (commands.clone().at(one), commands.clone().at(other));
    let is_typed = typed_at(target, one) != typed_at(target, other);
    (at_one.server != at_other.server || differs(&target.server.env))
        && (at_one.client != at_other.client || differs(&target.client.env) || is_typed)
}

/// All lines that a client is told, with this address where it is asked for.
fn typed_at(target: &Target, listen: SocketAddr) -> Vec<String> {
    let values = ClientValues {
        client: ClientNumber(1),
        listen,
        file: None,
    };
    let scripts = target.client.steps.iter();
    let lines = scripts.flat_map(|script| &script.exchanges);
    let lines = lines.filter_map(|exchange| exchange.send.as_deref());
    lines.map(|line| values.fill(line)).collect()
}

/// A port that no socket of this network has; none if the kernel does not say.
fn fresh_port() -> Option<u16> {
    let sockets = SocketTable::of_this_network().ok()?.all().ok()?;
    let first = super::environment::seed() % u64::from(COUNT);
    let place = |step: u16| (first + u64::from(step)) % u64::from(COUNT);
    let mut ports = (0..COUNT).filter_map(|step| Some(FIRST + u16::try_from(place(step)).ok()?));
    ports.find(|port| sockets.iter().all(|socket| socket.local.port() != *port))
}

/// A port to try recording at.
pub(super) fn any() -> u16 {
    fresh_port().unwrap_or(FIRST)
}
