//! What the kernel tells beside the wire: whose a connection is, what the sockets hold, what threads do.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use synfin_core::flow::Connection;
use synfin_core::manifest::{
    Attribution, PastServer, Role, SampleReason, SocketRow, SocketSample, SocketState, Supervision,
    ThreadSample,
};
use synfin_core::spec::ClientNumber;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::listening::covers;
use super::stage::Stage;
use crate::clock;
use crate::sandbox::{RoleStat, SandboxError, TcpSocket};

/// How often threads under supervision are looked at: 20 Hz.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A thread that was never seen asleep, and had a processor for so long, spins.
const SPINS_AFTER: Duration = Duration::from_secs(2);

/// On a busy machine a thread that spins is watched for longer, until it has had that time.
const WATCH_AT_MOST: Duration = Duration::from_secs(30);

/// Clock ticks are hundredths of a second (`USER_HZ`).
const TICK_MS: u64 = 10;

/// Finds out, for each connection as it opens, whose it is. Ends only by being dropped.
pub(crate) async fn attribute(stage: &Stage) {
    let mut known = 0;
    loop {
        let opened = stage.wire.opened_after(known).await;
        known += opened.len();
        let ends = ends(stage, &opened).await;
        for (connection, ends) in opened.iter().zip(ends) {
            attribute_one(stage, connection, &ends);
        }
    }
}

fn attribute_one(stage: &Stage, connection: &Connection, ends: &Ends) {
    let raw = stage.take_raw(connection.initiator);
    let holder = raw.map_or(ends.initiator, Holder::Role);
    // A client that is served by a client, itself perhaps, is not served by the server.
    if matches!(holder, Holder::Role(Role::Client(_))) && ends.is_taken_by_client {
        stage.log().past_server.push(PastServer {
            initiator: connection.initiator,
            responder: connection.responder,
        });
        return;
    }
    let presumed = stage.presumed_owner(connection.first.at);
    let presumed = presumed.filter(|_| connection.responder.port() == stage.listen().port());
    let Some(client) = holder.client(presumed) else {
        return;
    };
    stage.log().attributions.push(Attribution {
        client: client.0,
        initiator: connection.initiator,
        responder: connection.responder,
        owner: holder.role(),
    });
    stage.wire.set_owner(connection.id, client);
}

/// Whose a connection's two ends are.
struct Ends {
    /// Who holds the initiator's socket.
    initiator: Holder,
    /// Whether a client holds the responder's socket, or a listener that the connection may come to.
    is_taken_by_client: bool,
}

/// Who holds a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// One of the recording's programs, or we for a raw client.
    Role(Role),
    /// Nobody any more, or it could not be found out.
    Unknown,
    /// Somebody else: where the network is the host's, anybody may dial.
    Stranger,
}

impl Holder {
    fn role(self) -> Option<Role> {
        match self {
            Self::Role(role) => Some(role),
            Self::Unknown | Self::Stranger => None,
        }
    }

    /// Whose the connection is, if it is a client's: that of whose turn it was only where nobody is seen to hold it.
    fn client(self, presumed: Option<ClientNumber>) -> Option<ClientNumber> {
        match self {
            Self::Role(Role::Client(number)) => Some(ClientNumber(number)),
            // A server may connect to itself, to wake its own accept().
            Self::Role(Role::Server) | Self::Stranger => None,
            Self::Unknown => presumed,
        }
    }
}

async fn ends(stage: &Stage, connections: &[Connection]) -> Vec<Ends> {
    // Before the connections: a listener that is gone by then has handed over what came to it.
    let listeners = stage.sockets().listeners().unwrap_or_default();
    let inodes: Vec<_> = connections
        .iter()
        .map(|connection| {
            let (one, other) = (connection.initiator, connection.responder);
            let responders = listeners
                .iter()
                .filter(|listener| covers(listener.local, listener.v6_only, other))
                .map(|listener| listener.inode)
                .chain(inode(stage, other, one))
                .collect::<Vec<_>>();
            (inode(stage, one, other), responders)
        })
        .collect();
    let wanted = inodes
        .iter()
        .flat_map(|(initiator, responders)| initiator.iter().chain(responders).copied());
    let owners = stage.sandbox.owners(wanted.collect()).await.ok();
    let owner = |inode: u64| {
        let mut held = owners.iter().flatten();
        let (_, role) = held.find(|(held, _)| *held == inode)?;
        Some(*role)
    };
    let is_client = |inode: &u64| matches!(owner(*inode), Some(Role::Client(_)));
    let holder = |connection: &Connection, initiator: Option<u64>| match initiator.map(owner) {
        Some(Some(role)) => Holder::Role(role),
        // Who closed it meanwhile is not seen to hold it either.
        Some(None) if owners.is_some() && is_still(stage, connection, initiator) => {
            Holder::Stranger
        }
        Some(None) | None => Holder::Unknown,
    };
    let ends = connections.iter().zip(&inodes);
    ends.map(|(connection, (initiator, responders))| Ends {
        initiator: holder(connection, *initiator),
        is_taken_by_client: responders.iter().any(is_client),
    })
    .collect()
}

/// Whether the initiator's socket still is this one.
fn is_still(stage: &Stage, connection: &Connection, initiator: Option<u64>) -> bool {
    inode(stage, connection.initiator, connection.responder) == initiator
}

/// The inode of the socket at this end of a connection, if a process holds it.
fn inode(stage: &Stage, local: SocketAddr, remote: SocketAddr) -> Option<u64> {
    let found = stage.sockets().find(local, remote).ok()??;
    Some(found.inode).filter(|inode| *inode != 0)
}

/// Whether the initiator's socket neither sent nor received a FIN or RST; so it is taken to be where the kernel does not tell.
pub(super) fn is_established(stage: &Stage, connection: &Connection) -> bool {
    let found = stage
        .sockets()
        .find(connection.initiator, connection.responder);
    found.map_or(true, |socket| {
        socket.is_some_and(|socket| socket.state == SocketState::Established)
    })
}

fn role_of(client: ClientNumber) -> Role {
    Role::Client(client.0)
}

/// Whether no thread of the client runs.
pub(crate) async fn all_asleep(stage: &Stage, client: ClientNumber) -> bool {
    stage
        .sandbox
        .stat(role_of(client))
        .await
        .is_ok_and(|stat| !runs(&stat))
}

fn runs(stat: &RoleStat) -> bool {
    stat.threads.iter().any(|thread| thread.state == 'R')
}

/// Takes down the socket table, the server's sockets marked as its own, and those of others on its port as theirs.
pub(crate) async fn sample(stage: &Stage, reason: SampleReason) {
    match try_sample(stage, reason).await {
        Ok(sample) => stage.log().samples.push(sample),
        Err(error) => {
            stage.fault(error);
        }
    }
}

async fn try_sample(stage: &Stage, reason: SampleReason) -> Result<SocketSample, SandboxError> {
    let server_started = stage.log().programs.contains_key(&Role::Server);
    let server = if server_started {
        Some(stage.sandbox.stat(Role::Server).await?)
    } else {
        None
    };
    let inodes: BTreeSet<u64> = server
        .iter()
        .flat_map(|stat| stat.socket_inodes.iter().copied())
        .collect();
    let at = clock::now().as_nanos();
    let table = stage.sockets().all()?;
    let unlisted = unlisted(stage, &inodes, &table).await?;
    let others = others_at_port(stage, &inodes, &table).await?;
    let owner = |inode| {
        let other = || others.iter().find(|(its, _)| *its == inode);
        let server = inodes.contains(&inode).then_some(Role::Server);
        server.or_else(|| other().map(|(_, role)| *role))
    };
    let sockets = table
        .iter()
        .map(|socket| row(socket, owner(socket.inode)))
        .collect();
    let listen_overflows = stage.sandbox.listen_overflows().await?;
    let server_runs = server.as_ref().map(runs);
    Ok(SocketSample {
        at,
        reason,
        sockets,
        listen_overflows,
        server_runs,
        unlisted: Some(unlisted),
    })
}

/// The server's TCP sockets that the table does not have. Asked for once more: what it closed meanwhile it does not hold.
async fn unlisted(
    stage: &Stage,
    held: &BTreeSet<u64>,
    table: &[TcpSocket],
) -> Result<Vec<u64>, SandboxError> {
    let listed: BTreeSet<u64> = table.iter().map(|socket| socket.inode).collect();
    let others: Vec<u64> = held.difference(&listed).copied().collect();
    if others.is_empty() {
        return Ok(others);
    }
    stage.sandbox.tcp_sockets(Role::Server, others).await
}

/// Who beside the server holds sockets on its port that nobody is connected to. That a socket is bound and does not listen, the
/// kernel tells from Linux 6.8 on.
async fn others_at_port(
    stage: &Stage,
    held: &BTreeSet<u64>,
    table: &[TcpSocket],
) -> Result<Vec<(u64, Role)>, SandboxError> {
    let port = stage.listen().port();
    let at_port = table
        .iter()
        .filter(|socket| socket.local.port() == port && socket.remote.port() == 0);
    let inodes = at_port.map(|socket| socket.inode);
    let others: Vec<u64> = inodes
        .filter(|inode| *inode != 0 && !held.contains(inode))
        .collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    stage.sandbox.owners(others).await
}

fn row(socket: &TcpSocket, owner: Option<Role>) -> SocketRow {
    SocketRow {
        local: socket.local,
        remote: socket.remote,
        state: socket.state,
        inode: socket.inode,
        owner,
        receive_queue: socket.receive_queue,
        send_queue: socket.send_queue,
        v6_only: socket.v6_only,
    }
}

/// Watches a role's threads while wire and input are idle, until each was seen asleep once or is known to spin. Who works off
/// what it has not read yet is busy, not spinning.
pub(crate) async fn supervise(stage: &Stage, role: Role) {
    let from = clock::now();
    let began = Instant::now();
    let mut watched = Watched::default();
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = (stage.wire.now().last_frame(), unread_bytes(stage));
    while !watched.is_decided(began.elapsed()) {
        ticks.tick().await;
        let Ok(stat) = stage.sandbox.stat(role).await else {
            break;
        };
        let now = (stage.wire.now().last_frame(), unread_bytes(stage));
        if now == before {
            watched.look(&stat);
        }
        before = now;
    }
    let to = clock::now();
    let supervision = Supervision {
        from: from.as_nanos(),
        to: to.as_nanos(),
        threads: watched.threads(),
    };
    stage
        .log()
        .supervision
        .entry(role)
        .or_default()
        .push(supervision);
}

/// Bytes that wait in the server's sockets, together; `None` if the kernel does not say.
fn unread_bytes(stage: &Stage) -> Option<u64> {
    let sockets = stage.sockets().all().ok()?;
    let port = stage.listen().port();
    let of_server = sockets.iter().filter(|socket| socket.local.port() == port);
    Some(
        of_server
            .map(|socket| u64::from(socket.receive_queue))
            .sum(),
    )
}

/// The threads under supervision: each with its processor time, in ticks, when it was first seen.
#[derive(Debug, Default)]
struct Watched {
    looks: u32,
    threads: BTreeMap<u32, (u64, ThreadSample)>,
}

impl Watched {
    fn look(&mut self, stat: &RoleStat) {
        self.looks += 1;
        for thread in &stat.threads {
            let fresh = || {
                let name = thread.name.clone();
                (
                    thread.cpu_ticks,
                    ThreadSample {
                        tid: thread.tid,
                        name,
                        samples: 0,
                        running: 0,
                        cpu_ms: 0,
                    },
                )
            };
            let (ticks, sample) = self.threads.entry(thread.tid).or_insert_with(fresh);
            sample.samples += 1;
            sample.running += u32::from(thread.state == 'R');
            sample.cpu_ms = thread.cpu_ticks.saturating_sub(*ticks) * TICK_MS;
        }
        let alive = |tid: &u32| stat.threads.iter().any(|thread| thread.tid == *tid);
        self.threads.retain(|tid, _| alive(tid));
    }

    /// Whether every thread is either cleared or known to spin, or there is no more time.
    fn is_decided(&self, elapsed: Duration) -> bool {
        let spins = |sample: &ThreadSample| u128::from(sample.cpu_ms) >= SPINS_AFTER.as_millis();
        let is_decided = |sample: &ThreadSample| sample.running < sample.samples || spins(sample);
        let all_decided = self.threads.values().all(|(_, sample)| is_decided(sample));
        (self.looks > 0 && all_decided) || elapsed >= WATCH_AT_MOST
    }

    fn threads(self) -> Vec<ThreadSample> {
        self.threads
            .into_values()
            .map(|(_, sample)| sample)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_given_to_whose_turn_it_was_only_if_nobody_holds_it() {
        let (one, two) = (ClientNumber(1), ClientNumber(2));
        let client = |holder: Holder| holder.client(Some(one));
        assert_eq!(client(Holder::Role(Role::Client(2))), Some(two));
        assert_eq!(client(Holder::Role(Role::Server)), None);
        assert_eq!(client(Holder::Stranger), None);
        assert_eq!(client(Holder::Unknown), Some(one));
        assert_eq!(Holder::Unknown.client(None), None);
    }
}
