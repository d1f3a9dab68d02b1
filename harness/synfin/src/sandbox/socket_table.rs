//! The TCP sockets of a scenario, asked over a NETLINK_SOCK_DIAG socket that was made inside (sock_diag(7)). One question
//! takes less than 0.1 ms; `/proc/net/tcp` walks the host's whole hash table and takes a hundred times as long.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::net::{RecvFlags, SendFlags};
use synfin_core::manifest::SocketState;

use super::inside::make_diag;

/// `struct nlmsghdr`: length, type, flags, sequence, port id.
const HEADER_BYTES: usize = 16;
/// `struct inet_diag_msg`, before its attributes.
const SOCKET_BYTES: usize = 72;
/// Room for the largest piece of a dump that the kernel makes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const INET_DIAG_SKV6ONLY: u16 = 11;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// The number of the state LISTEN in the kernel's `tcp_states.h`.
const LISTEN: u32 = 10;

/// One TCP socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSocket {
    /// Its own address; an IPv4 one if the connection is, whatever the socket's family.
    pub local: SocketAddr,
    /// Its peer's; port 0 for a listener.
    pub remote: SocketAddr,
    /// Its state.
    pub state: SocketState,
    /// Its inode; 0 when no process holds it: not accepted yet, or closed.
    pub inode: u64,
    /// Unread bytes; for a listener, connections waiting to be accepted.
    pub receive_queue: u32,
    /// Unacknowledged bytes; for a listener, its backlog.
    pub send_queue: u32,
    /// For an IPv6 listener, whether it takes IPv6 only.
    pub v6_only: Option<bool>,
}

/// The table of a scenario's TCP sockets. Its answers are immediate; nothing waits.
#[derive(Debug)]
pub struct SocketTable {
    socket: OwnedFd,
    sequence: u32,
}

impl SocketTable {
    pub(super) fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            sequence: 0,
        }
    }

    /// The table of this process's own network.
    pub(crate) fn of_this_network() -> io::Result<Self> {
        Ok(Self::new(make_diag()?))
    }

    /// The sockets in LISTEN.
    pub fn listeners(&mut self) -> io::Result<Vec<TcpSocket>> {
        self.dump(1 << LISTEN)
    }

    /// All sockets.
    pub fn all(&mut self) -> io::Result<Vec<TcpSocket>> {
        self.dump(u32::MAX)
    }

    /// The socket of a connection at the end whose own address is `local`.
    pub fn find(&mut self, local: SocketAddr, remote: SocketAddr) -> io::Result<Option<TcpSocket>> {
        let found = self.ask(&Question {
            family: family_of(local),
            flags: NLM_F_REQUEST,
            states: u32::MAX,
            ends: Some((local, remote)),
        });
        match found {
            Ok(sockets) => Ok(sockets.into_iter().next()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn dump(&mut self, states: u32) -> io::Result<Vec<TcpSocket>> {
        let mut sockets = Vec::new();
        for family in [AF_INET, AF_INET6] {
            sockets.extend(self.ask(&Question {
                family,
                flags: NLM_F_REQUEST | NLM_F_DUMP,
                states,
                ends: None,
            })?);
        }
        Ok(sockets)
    }

    fn ask(&mut self, question: &Question) -> io::Result<Vec<TcpSocket>> {
        self.sequence = self.sequence.wrapping_add(1);
        rustix::net::send(
            &self.socket,
            &question.encode(self.sequence),
            SendFlags::empty(),
        )?;
        let mut answer = Answer {
            sequence: self.sequence,
            is_dump: question.ends.is_none(),
            sockets: Vec::new(),
        };
        let mut buffer = vec![0; ANSWER_BYTES_MAX];
        loop {
            let (_, length) =
                rustix::net::recv(&self.socket, buffer.as_mut_slice(), RecvFlags::TRUNC)?;
            let part = buffer.get(..length).ok_or_else(cut)?;
            if answer.push(part)? == Progress::Whole {
                return Ok(answer.sockets);
            }
        }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a sock_diag answer was cut")
}

/// One question: `struct nlmsghdr` and `struct inet_diag_req_v2`.
struct Question {
    family: u8,
    flags: u16,
    states: u32,
    /// The connection asked for, own address first; without it, all sockets in `states`.
    ends: Option<(SocketAddr, SocketAddr)>,
}

impl Question {
    fn encode(&self, sequence: u32) -> Vec<u8> {
        let mut body = vec![self.family, IPPROTO_TCP, 0, 0];
        body.extend(self.states.to_ne_bytes());
        let ports = self
            .ends
            .map_or((0, 0), |(local, remote)| (local.port(), remote.port()));
        body.extend(ports.0.to_be_bytes());
        body.extend(ports.1.to_be_bytes());
        let addresses = self.ends.map(|(local, remote)| [local.ip(), remote.ip()]);
        for address in addresses.unwrap_or([Ipv4Addr::UNSPECIFIED.into(); 2]) {
            body.extend(address_bytes(address));
        }
        body.extend(0_u32.to_ne_bytes());
        // INET_DIAG_NOCOOKIE, twice: any incarnation of the connection.
        body.extend([0xff; 8]);
        let length = u32::try_from(HEADER_BYTES + body.len()).expect("a question has 72 bytes");
        let mut message = length.to_ne_bytes().to_vec();
        message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        message.extend(self.flags.to_ne_bytes());
        message.extend(sequence.to_ne_bytes());
        message.extend(0_u32.to_ne_bytes());
        message.extend(body);
        message
    }
}

fn family_of(address: SocketAddr) -> u8 {
    match address {
        SocketAddr::V4(_) => AF_INET,
        SocketAddr::V6(_) => AF_INET6,
    }
}

fn address_bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&address.octets());
            bytes
        }
        IpAddr::V6(address) => address.octets(),
    }
}

/// Whether more of an answer is to come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    More,
    Whole,
}

/// An answer, datagram by datagram.
struct Answer {
    sequence: u32,
    is_dump: bool,
    sockets: Vec<TcpSocket>,
}

impl Answer {
    fn push(&mut self, mut datagram: &[u8]) -> io::Result<Progress> {
        while !datagram.is_empty() {
            let length = usize::try_from(u32_at(datagram, 0)?).map_err(|_| cut())?;
            let message = datagram.get(..length).ok_or_else(cut)?;
            if length < HEADER_BYTES {
                return Err(cut());
            }
            let next = length.next_multiple_of(4).min(datagram.len());
            datagram = &datagram[next..];
            let is_ours = u32_at(message, 8)? == self.sequence;
            if is_ours && self.read(message)? == Progress::Whole {
                return Ok(Progress::Whole);
            }
        }
        Ok(Progress::More)
    }

    fn read(&mut self, message: &[u8]) -> io::Result<Progress> {
        match u16_at(message, 4)? {
            NLMSG_DONE => Ok(Progress::Whole),
            NLMSG_ERROR => Err(io::Error::from_raw_os_error(
                u32_at(message, HEADER_BYTES)?.cast_signed().wrapping_neg(),
            )),
            SOCK_DIAG_BY_FAMILY => {
                self.sockets.extend(parse_socket(&message[HEADER_BYTES..])?);
                Ok(if self.is_dump {
                    Progress::More
                } else {
                    Progress::Whole
                })
            }
            _ => Ok(Progress::More),
        }
    }
}

/// Reads a `struct inet_diag_msg`; `None` for a state that this kernel is the first to have.
fn parse_socket(message: &[u8]) -> io::Result<Option<TcpSocket>> {
    let fixed = message.get(..SOCKET_BYTES).ok_or_else(cut)?;
    let Some(state) = state_of(fixed[1]) else {
        return Ok(None);
    };
    let (source, destination) = (&fixed[8..24], &fixed[24..40]);
    Ok(Some(TcpSocket {
        local: SocketAddr::new(address(fixed[0], source), port_at(fixed, 4)),
        remote: SocketAddr::new(address(fixed[0], destination), port_at(fixed, 6)),
        state,
        inode: u64::from(u32_at(fixed, 68)?),
        receive_queue: u32_at(fixed, 56)?,
        send_queue: u32_at(fixed, 60)?,
        v6_only: v6_only(&message[SOCKET_BYTES..]),
    }))
}

fn address(family: u8, bytes: &[u8]) -> IpAddr {
    let mut octets = [0; 16];
    octets.copy_from_slice(bytes);
    if family == AF_INET {
        let [a, b, c, d, ..] = octets;
        return Ipv4Addr::new(a, b, c, d).into();
    }
    Ipv6Addr::from(octets).to_canonical()
}

/// The kernel's `tcp_states.h`.
fn state_of(number: u8) -> Option<SocketState> {
    Some(match number {
        1 => SocketState::Established,
        2 => SocketState::SynSent,
        3 => SocketState::SynReceived,
        4 => SocketState::FinWait1,
        5 => SocketState::FinWait2,
        6 => SocketState::TimeWait,
        7 => SocketState::Closed,
        8 => SocketState::CloseWait,
        9 => SocketState::LastAck,
        10 => SocketState::Listen,
        11 => SocketState::Closing,
        12 => SocketState::NewSynReceived,
        _ => return None,
    })
}

/// Finds INET_DIAG_SKV6ONLY among the attributes: length, type, value, padded to four bytes.
fn v6_only(mut attributes: &[u8]) -> Option<bool> {
    loop {
        let length = usize::from(u16_at(attributes, 0).ok()?);
        let attribute = attributes.get(..length).filter(|all| all.len() >= 4)?;
        if u16_at(attribute, 2).ok()? == INET_DIAG_SKV6ONLY {
            return attribute.get(4).map(|value| *value != 0);
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
}

fn port_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn u16_at(bytes: &[u8], at: usize) -> io::Result<u16> {
    let found = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    found.map(u16::from_ne_bytes).ok_or_else(cut)
}

fn u32_at(bytes: &[u8], at: usize) -> io::Result<u32> {
    let found = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    found.map(u32::from_ne_bytes).ok_or_else(cut)
}

#[cfg(test)]
mod tests;
