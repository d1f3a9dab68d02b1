//! The connection: opening it, frames over it, closing it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::time::Duration;

use synfin_protocol::{
    ClientHello, ClientMessage, Features, FrameError, HEADER_BYTES, Header, MAX_DATA_BYTES, Sender,
    ServerHello, ServerMessage, Tag, VersionRange,
};

use crate::ClientError;

/// A patient person's limit for one step of the conversation.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

const AGENT: &str = concat!("synfin-client ", env!("CARGO_PKG_VERSION"));

/// An open, greeted connection to a server. Dropping it closes it without a goodbye; [`quit`] is the polite way.
#[derive(Debug)]
pub struct Connection {
    wire: Wire,
    server: ServerHello,
    last_tag: u32,
    /// Between a request and the end of its answer; what is left there in an error cannot be gone on with.
    is_mid_request: bool,
}

/// Connects to `address` (`HOST:PORT`) and greets the server. `timeout` is for each wait, now and later.
pub fn create_connection(address: &str, timeout: Duration) -> Result<Connection, ClientError> {
    let stream = connect(address, timeout)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Connection::greet(Wire {
        stream,
        payload: Vec::new(),
    })
}

/// Says goodbye and waits for the server's. After that nothing is read: the connection is closed.
pub fn quit(mut connection: Connection) -> Result<(), ClientError> {
    connection.heed_interjection()?;
    connection.send(&ClientMessage::Quit)?;
    match connection.receive()? {
        ServerMessage::Bye => Ok(connection.wire.stream.shutdown(Shutdown::Write)?),
        other => Err(unexpected(&other)),
    }
}

fn connect(address: &str, timeout: Duration) -> Result<TcpStream, ClientError> {
    let unknown = |source| ClientError::Address {
        address: address.to_owned(),
        source,
    };
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for candidate in address.to_socket_addrs().map_err(unknown)? {
        match TcpStream::connect_timeout(&candidate, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    let address = address.to_owned();
    if failure.kind() == io::ErrorKind::ConnectionRefused {
        Err(ClientError::NoServer { address })
    } else {
        Err(ClientError::Connect {
            address,
            source: failure,
        })
    }
}

impl Connection {
    /// What the server said of itself.
    pub fn server(&self) -> &ServerHello {
        &self.server
    }

    fn greet(mut wire: Wire) -> Result<Self, ClientError> {
        let hello = ClientHello {
            versions: VersionRange::OURS,
            features: Features::NONE,
            max_data_bytes: MAX_DATA_BYTES,
            agent: AGENT.to_owned(),
        };
        wire.send_frame(&ClientMessage::Hello(hello).encode())?;
        let server = match wire.receive()? {
            ServerMessage::Hello(hello) => hello,
            other => return Err(unexpected(&other)),
        };
        let (min, max) = (server.version, server.version);
        VersionRange { min, max }.agree()?;
        Ok(Self {
            wire,
            server,
            last_tag: 0,
            is_mid_request: false,
        })
    }

    /// Can another request be made? Not after an error that left the last one unfinished.
    pub fn is_usable(&self) -> bool {
        !self.is_mid_request
    }

    /// Begins a request: a new tag, after a look whether the server has already ended the connection.
    pub(crate) fn begin_request(&mut self) -> Result<Tag, ClientError> {
        self.is_mid_request = true;
        self.heed_interjection()?;
        self.last_tag = self.last_tag.checked_add(1).unwrap_or(1);
        Ok(Tag(self.last_tag))
    }

    /// Ends a request: its answer has come in whole.
    pub(crate) fn end_request(&mut self) {
        self.is_mid_request = false;
    }

    pub(crate) fn send(&mut self, message: &ClientMessage<'_>) -> Result<(), ClientError> {
        self.send_frame(&message.encode())
    }

    pub(crate) fn send_frame(&mut self, frame: &[u8]) -> Result<(), ClientError> {
        self.wire.send_frame(frame)
    }

    /// The next frame; an `ERR_` is an error here.
    pub(crate) fn receive(&mut self) -> Result<ServerMessage<'_>, ClientError> {
        let outcome = self.wire.receive();
        if let Err(ClientError::Refused(refusal)) = &outcome {
            self.is_mid_request = refusal.closing;
        }
        outcome
    }

    /// Looks, without waiting, whether the server has said something unasked: that can only be an `ERR_` or its FIN.
    pub(crate) fn heed_interjection(&mut self) -> Result<(), ClientError> {
        if self.wire.has_input()? {
            self.receive().and_then(|message| Err(unexpected(&message)))
        } else {
            Ok(())
        }
    }
}

/// The stream as frames.
#[derive(Debug)]
struct Wire {
    stream: TcpStream,
    /// Of the last frame that came; its memory is used again.
    payload: Vec<u8>,
}

impl Wire {
    /// Sends a whole frame. If that fails, the server's last word explains it better than the system's error.
    fn send_frame(&mut self, frame: &[u8]) -> Result<(), ClientError> {
        match self.stream.write_all(frame) {
            Ok(()) => Ok(()),
            Err(error) => match self.receive() {
                Err(refusal @ ClientError::Refused(_)) => Err(refusal),
                Ok(_) | Err(_) => Err(error.into()),
            },
        }
    }

    fn receive(&mut self) -> Result<ServerMessage<'_>, ClientError> {
        let mut header = [0; HEADER_BYTES];
        self.stream.read_exact(&mut header)?;
        let header = Header::parse(header, Sender::Server)?;
        self.payload.resize(header.payload_bytes as usize, 0);
        self.stream.read_exact(&mut self.payload)?;
        match ServerMessage::parse(header, &self.payload)? {
            ServerMessage::Error { error, .. } => Err(ClientError::Refused(error)),
            message => Ok(message),
        }
    }

    /// Has anything come, be it the FIN?
    fn has_input(&mut self) -> io::Result<bool> {
        self.stream.set_nonblocking(true)?;
        let peeked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match peeked {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The error for a frame that answers some other question.
pub(crate) fn unexpected(message: &ServerMessage<'_>) -> ClientError {
    ClientError::Unexpected(message.frame_type())
}

/// The error for an answer to a question that was not the last one.
pub(crate) fn check_tag(expected: Tag, tag: Tag) -> Result<(), ClientError> {
    if tag == expected {
        Ok(())
    } else {
        Err(FrameError::BadValue {
            field: "tag",
            value: tag.0.into(),
        }
        .into())
    }
}
