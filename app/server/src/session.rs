//! One client's session: `HELO`, requests one after the other, the end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use synfin_protocol::{
    ClientHello, ClientMessage, ErrorCode, Escaped, Features, FileName, FrameError, FrameType,
    Header, ServerHello, ServerMessage, Tag, UncheckedName, WireError,
};
use tokio::sync::Semaphore;
use tokio::time::{error::Elapsed, timeout};
use tokio_util::sync::CancellationToken;

use crate::config::Limits;
use crate::connection::{Connection, ReceiveError};
use crate::store::{Store, StoreError};

const AGENT: &str = concat!("synfin-server ", env!("CARGO_PKG_VERSION"));

/// What all sessions of a server share.
pub(crate) struct Context {
    pub(crate) store: Arc<Store>,
    pub(crate) limits: Limits,
    /// One permit for each transfer that may go on at the same time; never closed.
    pub(crate) transfers: Arc<Semaphore>,
    /// The server was told to stop: no new requests.
    pub(crate) stopping: CancellationToken,
    /// The grace is over: no running transfers either.
    pub(crate) aborting: CancellationToken,
}

/// Serves one client until one side has had enough.
pub(crate) async fn serve(connection: Connection, peer: SocketAddr, context: Arc<Context>) {
    tracing::debug!(%peer, "connected");
    let mut session = Session::new(connection, peer, context);
    let aborting = session.context.aborting.clone();
    let end = tokio::select! {
        biased;
        () = aborting.cancelled() => End::shutting_down(),
        end = session.run() => end,
    };
    session.close(end).await;
}

/// Why a session ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The client said `QUIT`.
    Quit,
    /// The client's FIN came between two frames, without a `QUIT`.
    Left,
    /// There is nobody there any more.
    Lost(ReceiveError),
    /// The server ends it, and says why.
    Told(WireError),
}

impl End {
    pub(crate) fn shutting_down() -> Self {
        Self::told(ErrorCode::ShuttingDown, "the server is shutting down")
    }

    pub(crate) fn told(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Told(WireError::closing(code, message))
    }
}

impl From<ReceiveError> for End {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Frame(error) => error.into(),
            ReceiveError::CutOff | ReceiveError::Lost(_) => Self::Lost(error),
        }
    }
}

impl From<FrameError> for End {
    fn from(error: FrameError) -> Self {
        Self::told(error.code(), error.to_string())
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Lost(ReceiveError::Lost(error))
    }
}

/// Why a request fails: the session may go on, or not.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The client is told, and may ask for something else.
    Request(StoreError),
    /// The session is over.
    Session(End),
}

impl<E: Into<End>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Session(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Request(error)
    }
}

/// One client's state between its requests.
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) peer: SocketAddr,
    pub(crate) context: Arc<Context>,
    /// Most file bytes in one `DATA`, as agreed in `HELO`.
    pub(crate) max_data_bytes: u32,
    /// An upload that failed while its data was on the way; what still arrives of it is dropped.
    failed_upload: Option<Tag>,
}

impl Session {
    fn new(connection: Connection, peer: SocketAddr, context: Arc<Context>) -> Self {
        let max_data_bytes = synfin_protocol::MIN_DATA_BYTES;
        Self {
            connection,
            peer,
            context,
            max_data_bytes,
            failed_upload: None,
        }
    }

    async fn run(&mut self) -> End {
        match self.converse().await {
            Err(end) => end,
            Ok(never) => match never {},
        }
    }

    async fn converse(&mut self) -> Result<Infallible, End> {
        let handshake = self.context.limits.handshake;
        within(handshake, "HELO", self.greet()).await??;
        loop {
            let header = self.next_request().await?;
            self.answer(header).await?;
        }
    }

    async fn greet(&mut self) -> Result<(), End> {
        let header = self.next_request().await?;
        if header.frame_type != FrameType::Helo {
            return Err(FrameError::OutOfPlace(header.frame_type).into());
        }
        let payload = self.request_payload(header).await?;
        let ClientMessage::Hello(hello) = ClientMessage::parse(header, &payload)? else {
            return Err(FrameError::OutOfPlace(header.frame_type).into());
        };
        let reply = self.choose(&hello)?;
        self.send(&ServerMessage::Hello(reply)).await
    }

    fn choose(&mut self, hello: &ClientHello) -> Result<ServerHello, FrameError> {
        self.max_data_bytes = hello.max_data_bytes;
        tracing::debug!(peer = %self.peer, agent = %Escaped(hello.agent.as_bytes()), "greeted");
        Ok(ServerHello {
            version: hello.versions.agree()?,
            features: Features::NONE,
            max_data_bytes: self.max_data_bytes,
            max_file_bytes: self.context.limits.max_file_bytes,
            idle_limit_s: u32::try_from(self.context.limits.idle.as_secs()).unwrap_or(u32::MAX),
            agent: AGENT.to_owned(),
        })
    }

    /// Waits between requests: for as long as the idle limit, and not at all once the server is stopping.
    async fn next_request(&mut self) -> Result<Header, End> {
        let context = Arc::clone(&self.context);
        let begun = tokio::select! {
            biased;
            () = context.stopping.cancelled() => return Err(End::shutting_down()),
            begun = within(context.limits.idle, "a request", self.connection.begin_frame()) => begun??,
        };
        if !begun {
            return Err(End::Left);
        }
        Ok(within(
            context.limits.request,
            "the rest of a request",
            self.connection.finish_header(),
        )
        .await??)
    }

    async fn request_payload(&mut self, header: Header) -> Result<Vec<u8>, End> {
        let mut payload = Vec::new();
        let limit = self.context.limits.request;
        within(
            limit,
            "the rest of a request",
            self.connection.payload(header, &mut payload),
        )
        .await??;
        Ok(payload)
    }

    async fn answer(&mut self, header: Header) -> Result<(), End> {
        let is_transfer = matches!(header.frame_type, FrameType::Data | FrameType::Done);
        if header.frame_type == FrameType::Helo || (is_transfer && self.failed_upload.is_none()) {
            return Err(FrameError::OutOfPlace(header.frame_type).into());
        }
        if !is_transfer {
            self.failed_upload = None;
        }
        let payload = self.request_payload(header).await?;
        match ClientMessage::parse(header, &payload)? {
            ClientMessage::List { tag, after } => {
                let outcome = self.list(tag, after).await;
                self.conclude(tag, outcome).await
            }
            ClientMessage::Get { tag, name } => {
                let outcome = self.download(tag, &name).await;
                self.conclude(tag, outcome).await
            }
            ClientMessage::Put {
                tag,
                size_bytes,
                mode,
                name,
            } => {
                let outcome = self.upload(tag, &name, size_bytes, mode).await;
                self.failed_upload = matches!(outcome, Err(Failure::Request(_))).then_some(tag);
                self.conclude(tag, outcome).await
            }
            ClientMessage::Data { tag, .. } | ClientMessage::Done { tag, .. }
                if self.failed_upload == Some(tag) =>
            {
                Ok(())
            }
            ClientMessage::Hello(_) | ClientMessage::Data { .. } | ClientMessage::Done { .. } => {
                Err(FrameError::OutOfPlace(header.frame_type).into())
            }
            ClientMessage::Quit => Err(End::Quit),
        }
    }

    /// Tells the client of a failed request; the session goes on.
    async fn conclude(&mut self, tag: Tag, outcome: Result<(), Failure>) -> Result<(), End> {
        match outcome {
            Ok(()) => Ok(()),
            Err(Failure::Session(end)) => Err(end),
            Err(Failure::Request(error)) => {
                tracing::info!(peer = %self.peer, tag = tag.0, code = error.code().name(), %error, "request failed");
                let error = WireError::of_request(error.code(), error.public_message());
                self.send(&ServerMessage::Error { tag, error }).await
            }
        }
    }

    async fn list(&mut self, tag: Tag, after: UncheckedName) -> Result<(), Failure> {
        let store = Arc::clone(&self.context.store);
        let page = blocking(move || store.list(&after)).await?;
        Ok(self.send(&ServerMessage::Entries { tag, page }).await?)
    }

    /// Sends a control frame within the no-progress limit.
    pub(crate) async fn send(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        let limit = self.context.limits.no_progress;
        Ok(within(limit, "the client to read", self.connection.send(message)).await??)
    }

    async fn close(self, end: End) {
        let (peer, linger) = (self.peer, self.context.limits.linger);
        match end {
            End::Quit => {
                tracing::debug!(%peer, "quit");
                self.connection.close_with_bye(linger).await;
            }
            End::Left => {
                tracing::debug!(%peer, "left without QUIT");
                self.connection.close_silently(linger).await;
            }
            End::Lost(error) => tracing::info!(%peer, %error, "lost"),
            End::Told(error) => {
                tracing::info!(%peer, code = error.code.name(), message = %error.message, "ended by the server");
                self.connection.close_with_error(error, linger).await;
            }
        }
    }
}

/// Judges a name that a client sent.
pub(crate) fn checked(name: &UncheckedName) -> Result<FileName, StoreError> {
    FileName::try_from(name).map_err(StoreError::BadName)
}

/// A wait with a limit; the client is told what was waited for.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = T>,
) -> Result<T, End> {
    timeout(limit, work).await.map_err(|_: Elapsed| {
        End::told(
            ErrorCode::Timeout,
            format!("waited {} s for {what}", limit.as_secs_f32()),
        )
    })
}

/// Runs disk work on a thread that may block; only disk work, never a wait for a socket.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|panic| Err(StoreError::Io(io::Error::other(panic))))
}
