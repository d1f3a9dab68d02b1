//! The patterns that checks and stories meet, and the causes of each.

/// Something that goes wrong on the wire or beside it in a way that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// The server ended before it listened.
    DiedBeforeListening,
    /// The server runs and listens nowhere.
    ListensNowhere,
    /// The server listens at another address or port.
    ListensElsewhere,
    /// A client sent no SYN.
    NoSyn,
    /// A SYN was answered by RST.
    Refused,
    /// A SYN was never answered.
    SynUnanswered,
    /// Handshakes complete, but the server takes the connections up one after the other.
    NeverAccepted,
    /// Connections are accepted at once and served one after the other.
    ServedOneAfterAnother,
    /// A request lies unread, or read and unanswered, while the server sleeps.
    RequestIgnored,
    /// The server turns clients away beyond some number.
    TurnedAway,
    /// A client is connected and sends no request.
    NoRequest,
    /// A client was answered, and does not go on.
    StuckAfterReply,
    /// A connection carried no payload.
    NoPayload,
    /// RST before both FINs were acknowledged.
    Reset,
    /// A side never sent FIN.
    NeverClosed,
    /// The FIN came only because we, or a crash, ended the program.
    ClosedByDeath,
    /// A file arrived with other bytes than were sent.
    FileDiffers,
    /// A file did not arrive.
    FileMissing,
    /// A file arrived, but its bytes did not cross the wire.
    FileNotOnTheWire,
    /// The server ended when a client died.
    DiedWithClient,
    /// A thread runs without end and without input.
    Spinning,
    /// SIGTERM did not end the server.
    IgnoresSigterm,
    /// A client did not say that it could not connect.
    SilentWhenRefused,
    /// A client crashed when it could not connect.
    CrashedWhenRefused,
    /// A program is no Windows executable.
    NotWindows,
}

/// Cause, remedy, source.
type Row = (&'static str, &'static str, &'static str);

impl Pattern {
    /// Its causes, likeliest first.
    pub(super) fn causes(self) -> &'static [Row] {
        match self {
            Self::DiedBeforeListening => DIED_BEFORE_LISTENING,
            Self::ListensNowhere => LISTENS_NOWHERE,
            Self::ListensElsewhere => LISTENS_ELSEWHERE,
            Self::NoSyn => NO_SYN,
            Self::Refused => REFUSED,
            Self::SynUnanswered => SYN_UNANSWERED,
            Self::NeverAccepted => NEVER_ACCEPTED,
            Self::ServedOneAfterAnother => ONE_AFTER_ANOTHER,
            Self::RequestIgnored => REQUEST_IGNORED,
            Self::TurnedAway => TURNED_AWAY,
            Self::NoRequest => NO_REQUEST,
            Self::StuckAfterReply => STUCK_AFTER_REPLY,
            Self::NoPayload => NO_PAYLOAD,
            Self::Reset => RESET,
            Self::NeverClosed => NEVER_CLOSED,
            Self::ClosedByDeath => CLOSED_BY_DEATH,
            Self::FileDiffers => FILE_DIFFERS,
            Self::FileMissing => FILE_MISSING,
            Self::FileNotOnTheWire => FILE_NOT_ON_THE_WIRE,
            Self::DiedWithClient => DIED_WITH_CLIENT,
            Self::Spinning => SPINNING,
            Self::IgnoresSigterm => IGNORES_SIGTERM,
            Self::SilentWhenRefused => SILENT_WHEN_REFUSED,
            Self::CrashedWhenRefused => CRASHED_WHEN_REFUSED,
            Self::NotWindows => NOT_WINDOWS,
        }
    }
}

const DIED_BEFORE_LISTENING: &[Row] = &[
    (
        "bind() failed: the address is not this machine's, or the port is taken",
        "bind the address the target names, and print the error when it fails",
        "bind(2), ERRORS",
    ),
    (
        "an error before listen(): a missing file, folder or argument",
        "read the program's last lines",
        "the program's output",
    ),
];
const LISTENS_NOWHERE: &[Row] = &[
    (
        "listen() is missing, or is called only after something that never ends",
        "socket(), bind(), listen() before anything else",
        "listen(2); RFC 9293 3.9.1.1",
    ),
    (
        "the program waits for input (an address or a port) first",
        "take the address from the command line, or give the target the lines to type",
        "the target file, [server] command",
    ),
];
const LISTENS_ELSEWHERE: &[Row] = &[(
    "the address or port is fixed in the source and is not the one the target names",
    "take it from the command line, or name the fixed one as `listen` in the target",
    "the target file, [server] listen",
)];
const NO_SYN: &[Row] = &[
    (
        "the client ended before connect(): see its last lines",
        "make it start without input, or script its prompts in the target",
        "the target file, [client.steps]",
    ),
    (
        "the client waits for input that the target does not send",
        "add the `connect` step's exchanges",
        "the target file, [client.steps]",
    ),
];
const REFUSED: &[Row] = &[
    (
        "nobody listens at that address and port at that moment",
        "start the server first, and let both use the same address and port",
        "RFC 9293 3.5.2, group 1",
    ),
    (
        "the listening socket was closed after the first client",
        "close it only when the server ends",
        "accept(2)",
    ),
];
const SYN_UNANSWERED: &[Row] = &[(
    "the accept queue is full: accept() is not called and the backlog is small",
    "accept at once and give listen() a larger backlog",
    "listen(2), backlog",
)];
const NEVER_ACCEPTED: &[Row] = &[
    (
        "one client at a time: accept() is called again only after the first client is done",
        "a thread, task or process per connection",
        "accept(2)",
    ),
    (
        "the loop that calls accept() ended or is blocked by one client",
        "keep accepting whatever happens to one connection",
        "accept(2)",
    ),
];
const ONE_AFTER_ANOTHER: &[Row] = &[
    (
        "connections are accepted, but one loop serves each to its end before it reads the next",
        "a thread, task or process per connection",
        "accept(2)",
    ),
    (
        "all handlers wait for one lock that is held for a whole session",
        "hold a lock for one operation only",
        "pthread_mutex_lock(3)",
    ),
];
const REQUEST_IGNORED: &[Row] = &[
    (
        "the handler waits for more bytes than the client sends: a read of fixed length, or a line end that never comes",
        "agree on where a request ends, and read until there",
        "RFC 9293 2.2: TCP is a stream of bytes",
    ),
    (
        "the reply stays in a buffer",
        "flush after each reply",
        "fflush(3)",
    ),
];
const TURNED_AWAY: &[Row] = &[(
    "a limit on connections is lower than the assignment asks for",
    "raise the limit",
    "the rubric",
)];
const NO_REQUEST: &[Row] = &[
    (
        "the client waits for a greeting that the server does not send, because it serves somebody else",
        "a thread, task or process per connection",
        "accept(2)",
    ),
    (
        "the client prints another prompt than the target expects",
        "correct `expect` in the target",
        "the target file, [client.steps]",
    ),
];
const STUCK_AFTER_REPLY: &[Row] = &[
    (
        "the client reads on after the reply's end, and waits for bytes that never come",
        "agree on where a reply ends, and read no further",
        "RFC 9293 2.2: TCP is a stream of bytes",
    ),
    (
        "the client prints another prompt than the target expects",
        "correct `expect` in the target",
        "the target file, [client.steps]",
    ),
];
const NO_PAYLOAD: &[Row] = &[(
    "connect() and close() without a request, or the request stays in a buffer",
    "send the request and flush it",
    "fflush(3)",
)];
const RESET: &[Row] = &[
    (
        "closed with unread data in the receive buffer",
        "read until end of stream before close()",
        "RFC 9293 3.6.1",
    ),
    (
        "SO_LINGER with a timeout of 0",
        "leave SO_LINGER alone: close() then sends FIN",
        "socket(7); RFC 9293 3.6",
    ),
    (
        "data was sent to a connection that the other side had closed",
        "stop writing once the other side said goodbye",
        "RFC 9293 3.5.2",
    ),
];
const NEVER_CLOSED: &[Row] = &[
    (
        "the socket is not closed when the session ends, or is still held by a thread or a child",
        "close it on every way out of the handler",
        "close(2); RFC 9293 3.6",
    ),
    (
        "end of stream is taken for an empty message: read() returned 0 and the loop goes on",
        "leave the loop when read() returns 0, and close",
        "read(2); RFC 9293 3.6",
    ),
];
const CLOSED_BY_DEATH: &[Row] = &[(
    "the program does not close its socket when it is asked to quit; the kernel did when the process was ended",
    "close the socket, then leave",
    "RFC 9293 3.6",
)];
const FILE_DIFFERS: &[Row] = &[
    (
        "one recv() is taken for one message: the rest of the file is left out, or protocol bytes are stored with it",
        "send the length first and read exactly that many bytes",
        "recv(2); RFC 9293 2.2",
    ),
    (
        "the file is opened in text mode, or decoded and encoded again",
        "open it in binary mode",
        "fopen(3), the letter b",
    ),
];
const FILE_MISSING: &[Row] = &[
    (
        "the transfer failed and the program went on",
        "read the last lines of both programs",
        "the programs' output",
    ),
    (
        "the file was stored in another folder than the target names",
        "correct `[files]` in the target",
        "the target file, [files]",
    ),
];
const FILE_NOT_ON_THE_WIRE: &[Row] = &[(
    "client and server share a folder, and the file was copied on disk",
    "send the contents through the connection",
    "the rubric",
)];
const DIED_WITH_CLIENT: &[Row] = &[
    (
        "an error of one connection (ECONNRESET, EPIPE) ends the whole server",
        "catch it in the handler and end that connection only",
        "send(2), ERRORS",
    ),
    (
        "SIGPIPE: writing to a connection that the client had left",
        "ignore SIGPIPE, or send with MSG_NOSIGNAL",
        "send(2), MSG_NOSIGNAL",
    ),
];
const SPINNING: &[Row] = &[
    (
        "end of stream is not noticed: read() returns 0 at once, for ever",
        "leave the loop when read() returns 0",
        "read(2), RETURN VALUE",
    ),
    (
        "non-blocking calls are repeated without poll()",
        "wait in poll(), select() or epoll_wait()",
        "poll(2)",
    ),
];
const IGNORES_SIGTERM: &[Row] = &[
    (
        "a handler sets a flag that a blocked accept() or read() never looks at",
        "close the listening socket from the handler, or wait for both in poll()",
        "signal(7), interrupted system calls",
    ),
    (
        "shutdown waits for clients that do not leave",
        "give them a grace, then close",
        "signal(7)",
    ),
];
const SILENT_WHEN_REFUSED: &[Row] = &[(
    "the result of connect() is not looked at",
    "print one clear sentence and exit non-zero",
    "connect(2), ECONNREFUSED",
)];
const CRASHED_WHEN_REFUSED: &[Row] = &[(
    "a socket that is not connected is used",
    "look at the result of connect() first",
    "connect(2), ECONNREFUSED",
)];
const NOT_WINDOWS: &[Row] = &[(
    "the target's command is a script or a program of another system",
    "build .exe files and name them in the Windows target",
    "the rubric",
)];
