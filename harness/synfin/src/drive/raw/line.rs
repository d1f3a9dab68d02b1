//! One connection of a raw client.

use std::io;
use std::net::{SocketAddr, TcpStream as StdStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::net::{Shutdown, shutdown};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::RawLog;
use crate::clock;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// The receive buffer of a client that will stop reading, bytes: the kernel makes it no smaller than 2,304.
const SMALL_BUFFER_BYTES: u32 = 4096;

/// What a raw client does with what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It reads at once.
    Always,
    /// It never reads, and has little room.
    Never,
}

/// A socket that has its own address, and no peer yet.
#[derive(Debug)]
pub(super) struct Dialling {
    socket: TcpSocket,
    /// Its own address.
    pub(super) local: SocketAddr,
    reading: Reading,
}

/// A connection; dropped, it is closed.
#[derive(Debug)]
pub(super) struct Line {
    stream: Arc<TcpStream>,
    reader: Option<JoinHandle<()>>,
    log: RawLog,
}

impl Dialling {
    /// Gives a socket from inside an address beside the server's.
    pub(super) fn new(socket: OwnedFd, server: SocketAddr, reading: Reading) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        let socket = TcpSocket::from_std_stream(StdStream::from(socket));
        if reading == Reading::Never {
            socket.set_recv_buffer_size(SMALL_BUFFER_BYTES)?;
        }
        socket.set_nodelay(true)?;
        socket.bind(SocketAddr::new(server.ip(), 0))?;
        Ok(Self {
            local: socket.local_addr()?,
            socket,
            reading,
        })
    }

    /// Connects.
    pub(super) async fn connect(self, server: SocketAddr, log: &RawLog) -> io::Result<Line> {
        let stream = Arc::new(self.socket.connect(server).await?);
        log.happened(clock::now(), &format!("connected from {}", self.local));
        let reader = match self.reading {
            Reading::Always => Some(tokio::spawn(read(Arc::clone(&stream), log.clone()))),
            Reading::Never => None,
        };
        let log = log.clone();
        Ok(Line {
            stream,
            reader,
            log,
        })
    }
}

impl Line {
    /// Sends all of it, as fast as the server takes it.
    pub(super) async fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(bytes) {
                Ok(count) => {
                    self.log.sent(clock::now(), &bytes[..count]);
                    bytes = &bytes[count..];
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sends a FIN and goes on reading.
    pub(super) fn finish(&self) -> io::Result<()> {
        self.log.happened(clock::now(), "sends no more");
        Ok(shutdown(&self.stream, Shutdown::Write)?)
    }

    /// Ends the connection by an RST.
    pub(super) async fn reset(mut self) -> io::Result<()> {
        self.stream.set_zero_linger()?;
        if let Some(reader) = self.reader.take() {
            reader.abort();
            // Only when the reader has let go of the connection does dropping it close it.
            let _ = reader.await;
        }
        self.log.happened(clock::now(), "reset");
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(reader) = &self.reader {
            reader.abort();
        }
    }
}

/// Reads until the server has no more to say.
async fn read(stream: Arc<TcpStream>, log: RawLog) {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        if let Err(error) = stream.readable().await {
            return log.happened(clock::now(), &error.kind().to_string());
        }
        match stream.try_read(&mut buffer) {
            Ok(0) => return log.happened(clock::now(), "the server sends no more"),
            Ok(count) => log.received(clock::now(), &buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return log.happened(clock::now(), &error.kind().to_string()),
        }
    }
}
