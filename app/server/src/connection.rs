//! One TCP connection as frames: reading checks a frame's header before anything is allocated for it, writing puts
//! header and body into one call, and closing is a half-close and a bounded drain.

use std::io;
use std::time::Duration;

use synfin_protocol::{FrameError, HEADER_BYTES, Header, Sender, ServerMessage, Tag, WireError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A client's connection. While nothing is being received or sent it owns no buffer but eight header bytes.
pub(crate) struct Connection {
    stream: TcpStream,
    header: [u8; HEADER_BYTES],
    header_filled: usize,
    /// A frame was begun and not finished, so that nothing sensible can be sent any more.
    is_mid_frame: bool,
}

/// Why no frame came.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveError {
    /// The stream ended inside a frame.
    #[error("the stream ended in the middle of a frame")]
    CutOff,
    /// The stream broke.
    #[error("the connection is lost: {0}")]
    Lost(#[from] io::Error),
    /// The client does not keep to the protocol.
    #[error(transparent)]
    Frame(#[from] FrameError),
}

impl Connection {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Without it, a small reply may wait for the acknowledgement of the one before. If it fails, the socket is dead.
        let _dead = stream.set_nodelay(true);
        Self {
            stream,
            header: [0; HEADER_BYTES],
            header_filled: 0,
            is_mid_frame: false,
        }
    }

    /// Waits for the first byte of a frame; `false` is the client's FIN. Nothing is lost if the wait is dropped.
    pub(crate) async fn begin_frame(&mut self) -> Result<bool, ReceiveError> {
        if self.header_filled == 0 {
            self.header_filled = self.stream.read(&mut self.header).await?;
        }
        Ok(self.header_filled > 0)
    }

    /// The rest of a header that [`Self::begin_frame`] has seen the start of.
    pub(crate) async fn finish_header(&mut self) -> Result<Header, ReceiveError> {
        while self.header_filled < HEADER_BYTES {
            match self
                .stream
                .read(&mut self.header[self.header_filled..])
                .await?
            {
                0 => return Err(ReceiveError::CutOff),
                count => self.header_filled += count,
            }
        }
        self.header_filled = 0;
        Ok(Header::parse(self.header, Sender::Client)?)
    }

    /// The payload behind `header`, in `buffer`, whose old content is dropped and whose memory is used again.
    pub(crate) async fn payload(
        &mut self,
        header: Header,
        buffer: &mut Vec<u8>,
    ) -> Result<(), ReceiveError> {
        buffer.resize(header.payload_bytes as usize, 0);
        match self.stream.read_exact(buffer).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(ReceiveError::CutOff),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn send(&mut self, message: &ServerMessage<'_>) -> io::Result<()> {
        self.send_frame(&message.encode()).await
    }

    /// Sends a whole frame in one write. If the write is dropped half-way, the connection knows.
    pub(crate) async fn send_frame(&mut self, frame: &[u8]) -> io::Result<()> {
        self.is_mid_frame = true;
        self.stream.write_all(frame).await?;
        self.is_mid_frame = false;
        Ok(())
    }

    /// Ends the connection with `BYE_`.
    pub(crate) async fn close_with_bye(self, linger: Duration) {
        self.close_with(Some(ServerMessage::Bye), linger).await;
    }

    /// Ends the connection with an `ERR_`.
    pub(crate) async fn close_with_error(self, error: WireError, linger: Duration) {
        self.close_with(
            Some(ServerMessage::Error {
                tag: Tag::CONNECTION,
                error,
            }),
            linger,
        )
        .await;
    }

    /// Ends the connection without a word: a FIN answers the client's.
    pub(crate) async fn close_silently(self, linger: Duration) {
        self.close_with(None, linger).await;
    }

    /// Last word, FIN, and then reading up to the client's FIN: a socket that is closed with unread bytes in it sends a
    /// RST, and a RST can destroy the last word on its way (RFC 9293 3.6.1, RFC 2525 2.17).
    async fn close_with(mut self, last_word: Option<ServerMessage<'_>>, linger: Duration) {
        let goodbye = async {
            if let Some(message) = last_word.filter(|_| !self.is_mid_frame) {
                self.send(&message).await?;
            }
            self.stream.shutdown().await?;
            self.drain().await
        };
        // Lost or late, there is nobody left to tell.
        let _outcome = tokio::time::timeout(linger, goodbye).await;
    }

    async fn drain(&mut self) -> io::Result<()> {
        let mut discarded = vec![0; 4096];
        while self.stream.read(&mut discarded).await? > 0 {}
        Ok(())
    }
}
