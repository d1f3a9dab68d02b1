//! Clients are served side by side.

use std::net::TcpStream;

use synfin_protocol::PutMode;

use crate::support::{RawClient, TestServer, content};

#[test]
fn many_clients_are_open_and_answered_at_once() {
    let server = TestServer::start();
    std::fs::write(server.path("a"), b"a").unwrap();
    let mut clients: Vec<_> = (0..300).map(|_| server.greeted()).collect();
    for client in clients.iter_mut().rev() {
        assert_eq!(client.list(), ["a"]);
    }
    clients.into_iter().for_each(RawClient::quit);
}

#[test]
fn a_silent_client_delays_nobody() {
    let server = TestServer::start();
    let _silent: Vec<_> = (0..50)
        .map(|_| TcpStream::connect(server.address).unwrap())
        .collect();
    let mut client = server.greeted();
    assert_eq!(client.list(), Vec::<String>::new());
    client.quit();
}

#[test]
fn uploads_and_downloads_run_side_by_side() {
    let server = TestServer::start();
    std::fs::write(server.path("shared"), content(100, 2_000_000)).unwrap();
    std::thread::scope(|scope| {
        for seed in 0..8_u8 {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.greeted();
                let (name, mine) = (format!("file-{seed}"), content(seed, 1_000_000));
                client.upload(&name, &mine, PutMode::CreateNew);
                assert_eq!(client.download("shared"), content(100, 2_000_000));
                assert_eq!(client.download(&name), mine);
                client.quit();
            });
        }
    });
    assert_eq!(server.entries().len(), 9);
}

#[test]
fn a_slow_reader_does_not_hold_up_the_others() {
    let server = TestServer::start();
    server.add_large_file();
    let mut slow: Vec<_> = (0..40).map(|_| server.greeted()).collect();
    for client in &mut slow {
        client.get("large");
    }
    let mut client = server.greeted();
    let mine = content(1, 8_000_000);
    client.upload("mine", &mine, PutMode::CreateNew);
    assert_eq!(client.download("mine"), mine);
}
