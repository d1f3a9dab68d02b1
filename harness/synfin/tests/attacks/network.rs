//! Attempts at the network: packets of one's own, another network, the world, and somebody else's port.

use synfin_core::manifest::Role;
use synfin_core::report::ResultName::Fail;
use synfin_core::report::Status;

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

/// What each attempt of `side_channels.py` comes to: nobody finds what the other left.
const NOTHING_FOUND: [&str; 15] = [
    "a socket without a path: left",
    "a socket in /tmp: left",
    "a file in /tmp: left",
    "a file in /dev/shm: left",
    "shared memory: left",
    "a semaphore: left",
    "a message queue: left",
    "a POSIX message queue: left",
    "the machine's host: EPERM",
    "a cluster: EPERM",
    "a radio: EPERM",
    "sockets by io_uring: EPERM",
    "keys of the user: EPERM",
    "keys of the session: EPERM",
    "netlink between processes: EPERM",
];

#[test]
fn nothing_passes_between_the_programs_but_by_the_wire() {
    let graded = Submission::sound()
        .server("side_channels")
        .client("side_channels")
        .graded();
    assert_eq!(graded.told_by(Role::Server), NOTHING_FOUND);
    let [_, others @ ..] = NOTHING_FOUND;
    let client = graded.told_by(Role::Client(1));
    // The name is taken; nobody answers to it.
    assert_eq!(client[0], "a socket without a path: EADDRINUSE");
    assert_eq!(client[1..], others);
    graded.assert_passes();
}

/// The same calls as a program of 32 bits makes them, where the kernel takes such.
#[cfg(target_arch = "x86_64")]
#[test]
fn calls_of_32_bits_open_no_way_that_those_of_64_do_not() {
    let graded = Submission::sound().server("calls_of_32_bits").graded();
    let refused = [
        "the machine's host: EPERM",
        "netlink between processes: EPERM",
        "a key: EPERM",
        "sockets by io_uring: EPERM",
        "an honest socket: done",
    ];
    let told = graded.told_by(Role::Server);
    assert!(
        told == refused || told == ["calls of 32 bits: unknown"],
        "{told:?}"
    );
    graded.assert_passes();
}

#[test]
fn a_client_that_squats_on_the_port_of_a_server_that_listens_gets_nothing() {
    let graded = Submission::sound().client("squat").graded();
    let refused = [
        "the port: EADDRINUSE",
        "the port with SO_REUSEADDR: EADDRINUSE",
        "the port with SO_REUSEPORT: EADDRINUSE",
        "the port of every address: EADDRINUSE",
    ];
    assert_eq!(graded.told_by(Role::Client(1)), refused);
    graded.assert_passes();
}

/// A client that binds the server's port while the server is being started again, and the words for how it has it. A port of its
/// own, for sockets of the server's first life keep it from the next recording for a minute where the wire is the host's.
#[track_caller]
fn usurped(how: &str, port: u16, told: &str) {
    let command = "command = [\"python3\", \"client.py\"]";
    let env = format!("env = {{ USURPER = \"{how} {port}\" }}\n{command}");
    let graded = Submission::sound()
        .replace("target.toml", command, &env)
        .replace("target.toml", "5001", &port.to_string())
        .replace("server.py", "5001", &port.to_string())
        .replace("client.py", "5001", &port.to_string())
        .connected_client("usurp")
        .restarted();
    assert_eq!(graded.told_by(Role::Client(1)), ["the server's port: done"]);
    let blamed = format!("client 1 {told} 127.0.0.1:{port}, the server's port: ");
    for item in &graded.0.report.items {
        assert_eq!(item.result, Fail, "{}", graded.said());
        let check = &item.checks[0];
        assert!(check.saw.starts_with(&blamed), "{}", check.saw);
        assert_eq!(
            check.usually[0].cause,
            "the client binds the server's port while nobody listens there"
        );
    }
}

#[test]
fn a_client_that_listens_at_the_port_of_a_server_that_is_started_again_is_blamed() {
    usurped("listens", 5002, "listened at");
}

/// It binds before the server does, and never listens.
#[test]
fn a_client_that_binds_the_port_of_a_server_that_is_started_again_is_blamed() {
    usurped("binds", 5003, "was bound to");
}

/// The server only listens; what its client says to itself is no conversation with it.
#[test]
fn a_client_that_serves_itself_at_another_address_is_not_served() {
    let graded = Submission::sound()
        .client("serve_itself")
        .replace("client.py", "HOST = \"127.0.0.1\"", "HOST = \"127.0.0.2\"")
        .graded();
    assert_eq!(
        graded.told_by(Role::Client(1)),
        ["a server of its own: done"]
    );
    for check in [
        "connection-accepted",
        "lifecycle-in-order",
        "transfer-intact",
        "orderly-close",
    ] {
        graded.assert_result(check, Fail);
    }
}

/// Both in it together: the server shares its port, and the client serves itself. A connection that the client accepted is no
/// connection to the server.
#[test]
fn a_client_that_serves_itself_on_a_shared_port_is_not_served() {
    let graded = Submission::sound()
        .replace("target.toml", "[client.steps]", "step_within_ms = 1000\n[client.steps]")
        .replace("server.py", "socket.SO_REUSEADDR", "socket.SO_REUSEPORT")
        .replace("server.py", "    listener.listen()", "    listener.listen(0)\n    import time; time.sleep(1000)")
        .client("squat")
        .replace(
            "client.py",
            "import squat\n",
            "import squat, importlib.util, threading\n    \
             spec = importlib.util.spec_from_file_location('accomplice', 'server.py')\n    \
             accomplice = importlib.util.module_from_spec(spec); spec.loader.exec_module(accomplice)\n    \
             os.makedirs(accomplice.FOLDER, exist_ok=True)\n    \
             serving = lambda listener: [accomplice.serve(*listener.accept()) for _ in range(9)]\n    \
             [threading.Thread(target=serving, args=(it,), daemon=True).start() for it in squat.held[2:3]]\n",
        )
        .graded();
    let told = graded.told_by(Role::Client(1));
    assert_eq!(told.len(), 4, "{told:?}");
    // As root and as an ordinary user all programs are one user, so that the kernel lets them share.
    assert_eq!(told[2], "the port with SO_REUSEPORT: done");
    graded.assert_result("transfer-intact", Fail);
    let all_passed = graded.0.report.status == Status::Passed;
    assert!(!all_passed, "{}", graded.said());
}
