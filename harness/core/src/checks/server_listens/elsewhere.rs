//! A server that listens, but not where it was told to: both addresses, and what to write in the program or in the target.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::checks::Finding;
use crate::diagnosis::{Pattern, Usually};

/// The finding of a server that listens at these addresses and was asked to listen at another.
pub(super) fn told(found: &[SocketAddr], asked: SocketAddr) -> Finding {
    let shown: Vec<String> = found.iter().map(|at| shown(*at, asked)).collect();
    let saw = format!("the server listens at {}, not at {asked}", shown.join(", "));
    let likeliest = found.iter().min_by_key(|at| Difference::of(**at, asked));
    let usually = likeliest.map_or_else(Vec::new, |at| usually(*at, asked));
    Finding::from(saw).usually(usually)
}

/// How an address differs from the one that was asked for; the smallest difference is the likeliest mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// The port is right, and so is the family.
    Address,
    /// The port is right, and the address of the other family.
    Family,
    /// The port is another.
    Port,
}

impl Difference {
    fn of(found: SocketAddr, asked: SocketAddr) -> Self {
        if found.port() != asked.port() {
            Self::Port
        } else if found.is_ipv4() != asked.is_ipv4() {
            Self::Family
        } else {
            Self::Address
        }
    }
}

/// `::` that does not take IPv4 looks like one that does.
fn shown(found: SocketAddr, asked: SocketAddr) -> String {
    match (found.ip(), asked.ip()) {
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(_)) => format!("{found} (IPv6 only)"),
        (IpAddr::V4(_) | IpAddr::V6(_), _) => found.to_string(),
    }
}

fn usually(found: SocketAddr, asked: SocketAddr) -> Vec<Usually> {
    let pattern = match Difference::of(found, asked) {
        Difference::Address => Pattern::ListensAtOtherAddress,
        Difference::Family => Pattern::ListensInOtherFamily,
        Difference::Port => Pattern::ListensElsewhere,
    };
    let dialled = dialled(found);
    let with_addresses = |usual: Usually| Usually {
        cause: format!(
            "{}: it is {found}, and the target names {asked}",
            usual.cause
        ),
        remedy: format!(
            "{}; or write into the target: listen = \"{dialled}\"",
            usual.remedy
        ),
        source: usual.source,
    };
    pattern.usually().into_iter().map(with_addresses).collect()
}

/// Where clients reach such a server: no wildcard is connected to.
fn dialled(found: SocketAddr) -> SocketAddr {
    let ip = match found.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, found.port())
}
