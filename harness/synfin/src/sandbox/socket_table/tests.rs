use super::*;

/// A `struct inet_diag_msg` of an IPv6 socket with one attribute, in the byte order of this machine.
fn message(state: u8, source: Ipv6Addr, attribute: (u16, u8)) -> Vec<u8> {
    let mut bytes = vec![AF_INET6, state, 0, 0];
    bytes.extend(5000_u16.to_be_bytes());
    bytes.extend(0_u16.to_be_bytes());
    bytes.extend(source.octets());
    bytes.extend(Ipv6Addr::UNSPECIFIED.octets());
    bytes.extend([0; 12]);
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(3_u32.to_ne_bytes());
    bytes.extend(128_u32.to_ne_bytes());
    bytes.extend(1000_u32.to_ne_bytes());
    bytes.extend(4711_u32.to_ne_bytes());
    bytes.extend(5_u16.to_ne_bytes());
    bytes.extend(attribute.0.to_ne_bytes());
    bytes.extend([attribute.1, 0, 0, 0]);
    bytes
}

fn datagram(kind: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_BYTES + body.len()).unwrap();
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(0_u16.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(body);
    bytes
}

#[test]
fn a_listener_tells_its_queues_and_whether_it_takes_ipv4() {
    let listener = message(10, Ipv6Addr::UNSPECIFIED, (INET_DIAG_SKV6ONLY, 1));
    assert_eq!(
        parse_socket(&listener).unwrap(),
        Some(TcpSocket {
            local: "[::]:5000".parse().unwrap(),
            remote: "[::]:0".parse().unwrap(),
            state: SocketState::Listen,
            inode: 4711,
            receive_queue: 3,
            send_queue: 128,
            v6_only: Some(true),
        })
    );
}

#[test]
fn an_ipv4_connection_of_an_ipv6_socket_has_ipv4_addresses() {
    let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
    let socket = parse_socket(&message(1, mapped, (1, 0))).unwrap().unwrap();
    assert_eq!(socket.local, "127.0.0.1:5000".parse().unwrap());
    assert_eq!(socket.v6_only, None);
}

#[test]
fn an_answer_ends_where_the_kernel_says_and_skips_what_an_earlier_question_left() {
    let mut answer = Answer {
        sequence: 7,
        is_dump: true,
        sockets: Vec::new(),
    };
    let listener = message(10, Ipv6Addr::UNSPECIFIED, (1, 0));
    let mut datagrams = datagram(SOCK_DIAG_BY_FAMILY, 6, &listener);
    datagrams.extend(datagram(SOCK_DIAG_BY_FAMILY, 7, &listener));
    assert!(answer.push(&datagrams).unwrap() == Progress::More);
    assert_eq!(answer.sockets.len(), 1);
    let done = datagram(NLMSG_DONE, 7, &0_u32.to_ne_bytes());
    assert!(answer.push(&done).unwrap() == Progress::Whole);
}

#[test]
fn a_cut_answer_is_an_error_at_every_length() {
    let whole = datagram(
        SOCK_DIAG_BY_FAMILY,
        1,
        &message(10, Ipv6Addr::UNSPECIFIED, (1, 0)),
    );
    for length in 1..HEADER_BYTES + SOCKET_BYTES {
        let mut answer = Answer {
            sequence: 1,
            is_dump: true,
            sockets: Vec::new(),
        };
        assert!(answer.push(&whole[..length]).is_err(), "{length} bytes");
    }
}
