//! The socket table, asked from outside.

use synfin::sandbox::Sandbox;
use synfin_core::manifest::{Role, SocketState};

use super::scenario::*;

#[tokio::test]
async fn a_listener_and_both_ends_of_a_connection_are_found_with_their_owners() {
    let sandbox = start().await;
    let server = "import socket
listener = socket.create_server(('127.0.0.1', 0)); print(listener.getsockname()[1])
first = listener.accept(); print('accepted'); input()";
    let server = python(&sandbox, Role::Server, server).await;
    let port = lines(&server, 1).await[0].clone();
    let address = format!("127.0.0.1:{port}").parse().unwrap();
    let client = format!(
        "import socket
one, two = (socket.create_connection(('127.0.0.1', {port})) for _ in range(2))
one.send(b'12345'); print(one.getsockname()[1]); print(two.getsockname()[1]); input()"
    );
    let client = python(&sandbox, Role::Client(1), &client).await;
    let ports = lines(&client, 2).await;
    lines(&server, 2).await;
    let [one, two] = [0, 1].map(|index| format!("127.0.0.1:{}", ports[index]).parse().unwrap());

    let mut table = sandbox.socket_table().await.unwrap();
    let listeners = table.listeners().unwrap();
    assert_eq!(listeners.len(), 1);
    assert_eq!(
        (listeners[0].local, listeners[0].state),
        (address, SocketState::Listen)
    );
    assert_eq!(
        listeners[0].receive_queue, 1,
        "one connection waits for accept"
    );

    let server_inodes = sandbox.stat(Role::Server).await.unwrap().socket_inodes;
    let client_inodes = sandbox.stat(Role::Client(1)).await.unwrap().socket_inodes;
    let accepted = table.find(address, one).unwrap().unwrap();
    assert!(server_inodes.contains(&accepted.inode));
    assert_eq!(accepted.receive_queue, 5);
    assert_eq!(
        table.find(address, two).unwrap().unwrap().inode,
        0,
        "never accepted"
    );
    assert!(client_inodes.contains(&table.find(one, address).unwrap().unwrap().inode));
    assert_eq!(table.find(one, two).unwrap(), None);
    assert_eq!(table.all().unwrap().len(), 5);
    assert_eq!(sandbox.listen_overflows().await.unwrap(), 0);
}

#[tokio::test]
async fn an_ipv4_connection_to_an_ipv6_listener_is_found_by_its_ipv4_addresses() {
    let sandbox = start().await;
    let script = "import socket
listener = socket.create_server(('::', 0), family=socket.AF_INET6, dualstack_ipv6=True)
port = listener.getsockname()[1]
client = socket.create_connection(('127.0.0.1', port)); held = listener.accept()
print(port); print(client.getsockname()[1]); input()";
    let server = python(&sandbox, Role::Server, script).await;
    let ports = lines(&server, 2).await;
    let [listen, client] =
        [0, 1].map(|index| format!("127.0.0.1:{}", ports[index]).parse().unwrap());
    let mut table = sandbox.socket_table().await.unwrap();
    let listeners = table.listeners().unwrap();
    assert_eq!(listeners[0].v6_only, Some(false));
    let found = table.find(listen, client).unwrap().unwrap();
    assert_eq!((found.local, found.remote), (listen, client));
    assert_ne!(found.inode, 0);
}

#[tokio::test]
async fn a_socket_that_has_lost_its_connection_is_told_from_those_of_other_protocols() {
    one_lost_connection_is_told(start().await).await;
}

/// Of a server that holds sockets of every kind, one of them reset by its client.
pub(crate) async fn one_lost_connection_is_told(sandbox: Sandbox) {
    let server = "import socket
listener = socket.create_server(('127.0.0.1', 0)); print(listener.getsockname()[1])
others = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM), *socket.socketpair()]
lost, _ = listener.accept()
try: lost.recv(1)
except ConnectionResetError: print('reset')
input(); lost.close(); print('closed'); input()";
    let server = python(&sandbox, Role::Server, server).await;
    let port = lines(&server, 1).await[0].clone();
    let client = format!(
        "import socket, struct
one = socket.create_connection(('127.0.0.1', {port}))
one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); one.close()"
    );
    let client = python(&sandbox, Role::Client(1), &client).await;
    lines(&server, 2).await;

    let held = sandbox.stat(Role::Server).await.unwrap().socket_inodes;
    let listed = sandbox.socket_table().await.unwrap().all().unwrap();
    let is_listed = |inode: &u64| listed.iter().any(|socket| socket.inode == *inode);
    let unlisted: Vec<u64> = held.iter().copied().filter(|it| !is_listed(it)).collect();
    assert_eq!((held.len(), unlisted.len()), (5, 4));
    let tcp_sockets = || sandbox.tcp_sockets(Role::Server, unlisted.clone());
    let lost = tcp_sockets().await.unwrap();
    assert_eq!(lost.len(), 1, "{lost:?} of {unlisted:?}");

    server.send_line("", PATIENCE).await.unwrap();
    lines(&server, 3).await;
    assert_eq!(tcp_sockets().await.unwrap(), Vec::<u64>::new());
    end_of(client).await;
}
