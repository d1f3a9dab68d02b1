//! What usually causes each pattern, likeliest first.

/// Cause, remedy, source.
pub(super) type Cause = (&'static str, &'static str, &'static str);

pub(super) const DIED_BEFORE_LISTENING: &[Cause] = &[
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
pub(super) const NO_SUCH_PROGRAM: &[Cause] = &[(
    "no such program: the target's `command` names a file that is not in the folder, or a tool that is not installed",
    "write the program's path as it is in the folder (`./server`), install the tool, or add the `build` that makes it",
    "the target file, `command`; execve(2)",
)];
pub(super) const LISTENS_NOWHERE: &[Cause] = &[
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
pub(super) const LISTENS_ELSEWHERE: &[Cause] = &[(
    "the address or port is fixed in the source and is not the one the target names",
    "take it from the command line",
    "the target file, [server] listen",
)];
pub(super) const NO_SYN: &[Cause] = &[
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
pub(super) const DIALS_ELSEWHERE: &[Cause] = &[
    (
        "the server's address or port is fixed in the client's source",
        "take it from the command line, or let the server listen where the client dials",
        "the target file, [client] command; [server] listen",
    ),
    (
        "the port was put into the address without htons()",
        "swap its bytes: htons(port)",
        "byteorder(3)",
    ),
];
pub(super) const REFUSED: &[Cause] = &[
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
pub(super) const SYN_UNANSWERED: &[Cause] = &[(
    "the accept queue is full: accept() is not called and the backlog is small",
    "accept at once and give listen() a larger backlog",
    "listen(2), backlog",
)];
pub(super) const NEVER_ACCEPTED: &[Cause] = &[
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
pub(super) const ONE_AFTER_ANOTHER: &[Cause] = &[
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
pub(super) const REQUEST_IGNORED: &[Cause] = &[
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
    (
        "the server takes longer than the client waited",
        "a larger `step_within_ms` in the target, if that is allowed",
        "the target file, [client]",
    ),
];
pub(super) const TOO_LOW_A_LIMIT: Cause = (
    "a limit on connections is lower than the assignment asks for",
    "raise the limit",
    "the rubric",
);
pub(super) const TURNED_AWAY: &[Cause] = &[TOO_LOW_A_LIMIT];
pub(super) const NO_REQUEST: &[Cause] = &[
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
pub(super) const STUCK_AFTER_REPLY: &[Cause] = &[
    (
        "the client reads on after the reply's end, and waits for bytes that never come",
        "agree on where a reply ends, and read no further",
        "RFC 9293 2.2: TCP is a stream of bytes",
    ),
    (
        "the reply came in several segments, and the client took its first recv() for all of it",
        "read until the reply's end: a length or a delimiter, not one recv()",
        "recv(2); RFC 9293 2.2",
    ),
    (
        "the client prints another prompt than the target expects",
        "correct `expect` in the target",
        "the target file, [client.steps]",
    ),
];
pub(super) const NO_PAYLOAD: &[Cause] = &[(
    "connect() and close() without a request, or the request stays in a buffer",
    "send the request and flush it",
    "fflush(3)",
)];
pub(super) const RESET: &[Cause] = &[
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
pub(super) const NEVER_CLOSED: &[Cause] = &[
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
pub(super) const CLOSED_BY_DEATH: &[Cause] = &[(
    "the program does not close its socket when it is asked to quit; the kernel did when the process was ended",
    "close the socket, then leave",
    "RFC 9293 3.6",
)];
pub(super) const DIED_WITH_CLIENT: &[Cause] = &[(
    "an error of one connection (ECONNRESET, EPIPE) ends the whole server",
    "catch it in the handler and end that connection only",
    "send(2), ERRORS",
)];
pub(super) const DIED_OF_INPUT: &[Cause] = &[(
    "bytes that cannot be decoded, or are no request, raise an error that ends the whole server",
    "catch it in the handler, answer with an error or end that connection only",
    "RFC 1122 1.2.2: be liberal in what you accept",
)];
pub(super) const BROKEN_PIPE: &[Cause] = &[(
    "SIGPIPE: writing to a connection that the client had left",
    "ignore SIGPIPE, or send with MSG_NOSIGNAL",
    "send(2), MSG_NOSIGNAL",
)];
pub(super) const MEMORY_FAULT: &[Cause] = &[(
    "memory is touched that is not the program's: past the end of a buffer (a received text without its final 0), after free(), \
     through a null pointer",
    "compile with -g -fsanitize=address and run the same again: it names the line",
    "signal(7), SIGSEGV, SIGBUS",
)];
pub(super) const ABORTED: &[Cause] = &[
    (
        "an assertion that does not hold, or an exception that nobody catches",
        "its last lines name it",
        "abort(3)",
    ),
    (
        "the C library found memory overwritten, past the end of a buffer or after free()",
        "compile with -g -fsanitize=address and run the same again: it names the line",
        "mallopt(3), M_CHECK_ACTION",
    ),
];
pub(super) const NOT_STARTED_AGAIN: &[Cause] = &[(
    "bind() fails: connections of the server's last life are still in TIME-WAIT",
    "set SO_REUSEADDR before bind()",
    "ip(7), EADDRINUSE; RFC 9293 3.6.1",
)];
pub(super) const SPINNING: &[Cause] = &[
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
pub(super) const IGNORES_SIGTERM: &[Cause] = &[
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
pub(super) const SILENT_WHEN_REFUSED: &[Cause] = &[(
    "the result of connect() is not looked at",
    "print one clear sentence and exit non-zero",
    "connect(2), ECONNREFUSED",
)];
pub(super) const CRASHED_WHEN_REFUSED: &[Cause] = &[(
    "a socket that is not connected is used",
    "look at the result of connect() first",
    "connect(2), ECONNREFUSED",
)];
pub(super) const NOT_WINDOWS: &[Cause] = &[(
    "the target's command is a script or a program of another system",
    "build .exe files and name them in the Windows target",
    "the rubric",
)];
pub(super) const RESET_AFTER_FIN: &[Cause] = &[
    (
        "close() while the other side still sends: what comes after it is answered by RST",
        "shutdown(SHUT_WR), read until end of stream, then close()",
        "RFC 9293 3.6.1; RFC 1122 4.2.2.13",
    ),
    (
        "the other side goes on writing after read() told it the end of stream",
        "stop writing once the other side said goodbye",
        "RFC 9293 3.6",
    ),
];
pub(super) const FIN_UNACKNOWLEDGED: &[Cause] = &[
    (
        "the capture was stopped too early, or lost the last frames",
        "stop it a second after the last program has ended",
        "tcpdump(1)",
    ),
    (
        "the other machine is gone, or the way to it",
        "look at the FINs sent again: nobody answers them",
        "RFC 9293 3.8.1",
    ),
];
pub(super) const STILL_OPEN: &[Cause] = &[
    (
        "the capture ended while the connection was in use",
        "stop the capture after the programs have ended",
        "tcpdump(1)",
    ),
    (
        "nobody closes: the socket is kept by a pool, a thread or a child process",
        "close it on every way out of the handler",
        "close(2); RFC 9293 3.6",
    ),
];
pub(super) const MID_STREAM: &[Cause] = &[(
    "the capture was started after the connection",
    "start it before the programs; who connected is a guess until then",
    "tcpdump(1)",
)];
pub(super) const SYN_AGAIN: &[Cause] = &[
    (
        "the first SYN was dropped: the accept queue was full, or a firewall discards silently",
        "accept at once and give listen() a larger backlog; look at the rules on the way",
        "listen(2), backlog; RFC 9293 3.8.1",
    ),
    (
        "the SYN-ACK was lost on its way back",
        "capture at the other end as well",
        "RFC 9293 3.8.1",
    ),
];
pub(super) const RETRANSMISSION: &[Cause] = &[
    (
        "a segment or its acknowledgment was lost or late on the way",
        "nothing in the program: TCP repairs it. Many of them point at the path, not at the code",
        "RFC 9293 3.8.1; RFC 6298",
    ),
    (
        "the receiver's machine was too busy to acknowledge in time",
        "look for a process that takes the whole processor",
        "RFC 6298 2",
    ),
];
pub(super) const OUT_OF_ORDER: &[Cause] = &[(
    "segments overtook one another on the way, or a lost one was sent again",
    "nothing in the program: the receiver puts them in order before read()",
    "RFC 9293 3.10.7.4",
)];
pub(super) const CONFLICT: &[Cause] = &[
    (
        "something on the way changes payload, or two machines share an address",
        "capture at both ends and compare",
        "RFC 9293 3.10.7.4",
    ),
    (
        "somebody forges segments to make two readers see two streams",
        "trust neither copy",
        "Ptacek, Newsham, Insertion, Evasion, and Denial of Service (1998)",
    ),
];
pub(super) const CAPTURE_LOSS: &[Cause] = &[(
    "the capturing machine could not keep up, or a filter or the snap length left frames out",
    "capture with a larger buffer (tcpdump -B) and a snap length of 0; nothing about the program follows",
    "tcpdump(1), -B, -s",
)];
pub(super) const NEVER_ARRIVED: &[Cause] = &[(
    "a segment was lost and not sent again before the capture ended",
    "look how the connection ended: a sender that gives up resets or vanishes",
    "RFC 9293 3.8.1",
)];
pub(super) const CAPTURE_DUPLICATES: &[Cause] = &[(
    "the capture sees every frame twice: device any, a mirror port both ways, or lo going out and coming in",
    "capture one device in one direction (tcpdump -i DEVICE -Q in); nothing was sent again",
    "packet(7), PACKET_OUTGOING",
)];
pub(super) const ZERO_WINDOW: &[Cause] = &[
    (
        "the program does not read: its receive buffer is full and the sender has to wait",
        "read in a loop of its own; do not wait for something else between two reads",
        "RFC 9293 3.8.6",
    ),
    (
        "both sides write and neither reads: each waits for room at the other",
        "read while there is something to write (poll(2), or a thread each way)",
        "RFC 9293 3.8.6.1",
    ),
];
pub(super) const WINDOW_FULL: &[Cause] = &[(
    "the sender is faster than the reader and has filled all the room it was given",
    "nothing is wrong yet; a larger receive buffer helps on long ways",
    "RFC 9293 3.8.6; tcp(7), tcp_rmem",
)];
pub(super) const KEEP_ALIVE: &[Cause] = &[(
    "SO_KEEPALIVE is set and the connection is idle",
    "nothing is wrong; close connections that are no longer needed",
    "RFC 9293 3.8.4; tcp(7), tcp_keepalive_time",
)];
pub(super) const IGNORED_RESET: &[Cause] = &[(
    "the RST has a sequence number out of the window: it belongs to an older connection, or is forged",
    "nothing in the program: the receiver answers with a challenge and goes on",
    "RFC 5961 3.2; RFC 9293 3.5.3",
)];
pub(super) const RESET_AFTER_CLOSE: &[Cause] = &[(
    "a last segment came when its socket was already gone",
    "nothing is lost: both sides had closed",
    "RFC 9293 3.5.2, group 1",
)];
pub(super) const FAST_OPEN_REFUSED: &[Cause] = &[(
    "the server has fast open switched off, or the client's cookie is old: the data is sent again",
    "set TCP_FASTOPEN on the listening socket and the bit of net.ipv4.tcp_fastopen",
    "RFC 7413 4.2.2; tcp(7)",
)];
pub(super) const SIMULTANEOUS_OPEN: &[Cause] = &[(
    "both sides call connect() from a fixed port at the same time",
    "nothing is wrong; usually one side is meant to listen",
    "RFC 9293 3.5, figure 7",
)];
pub(super) const DATA_AFTER_FIN: &[Cause] = &[(
    "the FIN was forged, or two connections are taken for one: nobody can send after it",
    "look at the sequence numbers of the FIN and of what follows",
    "RFC 9293 3.6",
)];
