//! Attempts at the network: packets of one's own, another network, the world, and somebody else's port.

use synfin_core::manifest::Role;

use crate::submission::Submission;

/// What each attempt of `raw_network.py` comes to.
const REFUSED: [&str; 15] = [
    "AF_PACKET: EPERM",
    "a raw socket: EPERM",
    "a raw IPv6 socket: EPERM",
    "TCP_REPAIR: EPERM",
    "IP_TRANSPARENT: EPERM",
    "lo down: EPERM",
    "a network of its own: EPERM",
    "a user namespace: ENOSPC",
    "both: ENOSPC",
    "mounts of its own: EPERM",
    "a setting: EACCES",
    "the way back: EACCES",
    "another host: ENETUNREACH",
    "another host by IPv6: ENETUNREACH",
    "another host by UDP: ENETUNREACH",
];

#[test]
fn no_packet_is_forged_and_no_network_left() {
    let graded = Submission::sound()
        .server("raw_network")
        .client("raw_network")
        .graded();
    for role in [Role::Server, Role::Client(1)] {
        assert_eq!(graded.told_by(role), REFUSED);
    }
    graded.assert_passes();
}
