//! What usually causes what programs do with addresses, sockets, replies and files, likeliest first.

use super::causes::{Cause, TOO_LOW_A_LIMIT};

pub(super) const CLIENT_CLOSED_FIRST: &[Cause] = &[
    (
        "the server waits in read() until the client has gone before it closes",
        "close right after the last reply",
        "RFC 9293 3.6",
    ),
    (
        "the client closes as soon as it has sent its last request",
        "read until end of stream, then close",
        "read(2), RETURN VALUE",
    ),
];
pub(super) const SERVER_CLOSED_FIRST: &[Cause] = &[
    (
        "the server closes after its last reply, and keeps TIME_WAIT on its own port",
        "read until the client's end of stream, then close",
        "RFC 9293 3.6.1",
    ),
    (
        "the server closes a connection after one reply, or after a time without requests",
        "keep it for as long as the client does, or tell the client in the protocol",
        "close(2)",
    ),
];
pub(super) const LEAKED_SOCKET: &[Cause] = &[
    (
        "read() returned 0, and the handler ended or went on without close()",
        "close the socket on every way out of the handler",
        "read(2), RETURN VALUE; RFC 9293 3.6",
    ),
    (
        "the socket is also held elsewhere: a list of clients, a copy (dup), a child that inherited it",
        "take the client off the list, and close every copy",
        "close(2); fork(2)",
    ),
    (
        "the handler waits for something else and never reads again",
        "wait for the socket too: poll() tells the end of a stream",
        "poll(2)",
    ),
];
pub(super) const SERVER_ENDED: &[Cause] = &[(
    "the server ended while clients still needed it, by an exception, a signal, or a return from main()",
    "its last lines say where; one client's trouble, and the end of its connection, must end that client's handler only",
    "signal(7); exit(3)",
)];
pub(super) const HALF_OPEN: &[Cause] = &[(
    "the client vanished without FIN or RST, and the server only reads: nothing will ever come",
    "a timeout on idle connections, or SO_KEEPALIVE",
    "RFC 9293 3.5.1; 3.8.4",
)];
pub(super) const SLOW_REPLY: &[Cause] = &[
    (
        "the server sleeps or polls in fixed steps before it answers",
        "block in read() or poll() and answer at once",
        "poll(2)",
    ),
    (
        "the reply stays in a buffer until something else is written",
        "flush after each reply",
        "fflush(3)",
    ),
    (
        "another client holds a lock, or the only thread",
        "hold a lock for one operation only; serve clients independently",
        "pthread_mutex_lock(3)",
    ),
];
pub(super) const OUT_OF_SCRIPT: &[Cause] = &[
    (
        "the program says other words, or says them in another order, than the protocol has",
        "compare the bytes with the protocol: synfin follow shows them",
        "the rubric",
    ),
    (
        "a text stays in a buffer, or was never sent",
        "flush after each message",
        "fflush(3)",
    ),
];
pub(super) const FILE_DIFFERS: &[Cause] = &[
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
pub(super) const FILE_SENT_SHORT: &[Cause] = &[
    (
        "the sender sends whole buffers only: the file's last, shorter one is dropped",
        "send as many bytes as read() returned, until it returns 0",
        "read(2), RETURN VALUE",
    ),
    (
        "send() on a non-blocking socket took a part, and the rest is never sent",
        "go on behind what it took, once poll() says that there is room",
        "send(2), RETURN VALUE",
    ),
];
pub(super) const FILE_CUT_AT_BLOCK: &[Cause] = &[
    (
        "only whole buffers are stored: the last, shorter one is dropped",
        "write as many bytes as read() returned, each time",
        "read(2), RETURN VALUE",
    ),
    (
        "one recv() of a fixed size is taken for the whole file",
        "send the length first and read exactly that many bytes",
        "recv(2); RFC 9293 2.2",
    ),
    (
        "the file was not closed or flushed: its last buffer stayed in memory",
        "close the file before answering",
        "fclose(3)",
    ),
];
pub(super) const FILE_IS_BASE64: &[Cause] = &[(
    "the contents were encoded as base64 for the way and stored as they came",
    "decode before storing; better, send the bytes as they are",
    "RFC 4648 4",
)];
pub(super) const FILE_GREW: &[Cause] = &[
    (
        "the file is opened in text mode, or decoded and encoded again: line ends and other bytes grow",
        "open it in binary mode",
        "fopen(3), the letter b",
    ),
    (
        "protocol bytes are stored with it: what came behind the file in the same recv()",
        "store exactly as many bytes as the length says",
        "recv(2); RFC 9293 2.2",
    ),
    (
        "an older, longer file of that name was not truncated",
        "open with O_TRUNC, or write a new file and rename it",
        "open(2), O_TRUNC",
    ),
];
pub(super) const LENGTH_IN_HOST_ORDER: &[Cause] = &[(
    "the length prefix is sent in host byte order: its bytes swapped are the file's size",
    "htonl() before sending and ntohl() after receiving, or a text length",
    "byteorder(3)",
)];
pub(super) const FILE_MISSING: &[Cause] = &[
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
    (
        "what arrives is printed, or kept, and no file is written",
        "write it to a file of that name",
        "the assignment",
    ),
];
pub(super) const FILE_NOT_ON_THE_WIRE: &[Cause] = &[
    (
        "client and server share a folder, and the file was copied on disk",
        "send the contents through the connection",
        "the rubric",
    ),
    (
        "the contents go by UDP, beside the connection",
        "send the contents through the connection",
        "the rubric",
    ),
];
pub(super) const ADDRESS_IN_USE: &[Cause] = &[
    (
        "connections of the server before are in TIME_WAIT on its port, and bind() refuses it",
        "set SO_REUSEADDR before bind()",
        "socket(7), SO_REUSEADDR; RFC 9293 3.6.1",
    ),
    (
        "another program, or an earlier copy of the server, still listens there",
        "end it, or take the port from the command line",
        "bind(2), EADDRINUSE",
    ),
];
pub(super) const TAKEN_BY_CLIENT: &[Cause] = &[(
    "the client binds the server's port while nobody listens there",
    "leave a client's port to the kernel: connect() without bind()",
    "bind(2), EADDRINUSE; ip(7), ip_local_port_range",
)];
pub(super) const LISTENS_AT_OTHER_ADDRESS: &[Cause] = &[(
    "bind() names another address of the machine than the target, such as that of the host's name (127.0.1.1)",
    "bind the address that the target names, or the wildcard (0.0.0.0, ::) for all",
    "ip(7), INADDR_ANY",
)];
pub(super) const LISTENS_IN_OTHER_FAMILY: &[Cause] = &[(
    "the server's address is of the other IP family, whose clients alone get through",
    "bind the address that the target names, or `::` with IPV6_V6ONLY off, which takes both families",
    "ipv6(7), IPV6_V6ONLY",
)];
pub(super) const WORKERS_TAKEN: &[Cause] = &[(
    "a fixed number of threads or processes serve a client each to its end, and the next client waits until one of them is free",
    "a thread, task or process per connection, or more of them than clients",
    "accept(2)",
)];
pub(super) const CLOSED_UNANSWERED: &[Cause] = &[
    (
        "the handler met an error in this request and gave the connection up: see the server's last lines",
        "tell the client what is wrong with its request, and go on",
        "the programs' output",
    ),
    (
        "several messages came by one recv(), or one by several, and the handler took what came for one message",
        "read until a message's end: a length or a delimiter, not one recv()",
        "recv(2); RFC 9293 2.2",
    ),
    TOO_LOW_A_LIMIT,
];
pub(super) const ENDED_UNASKED: &[Cause] = &[(
    "the client ended by itself or of an error before it asked: see its last lines",
    "let it go on, whatever it is told",
    "the programs' output",
)];
pub(super) const NOBODY_READS: &[Cause] = &[
    (
        "whoever is to read that connection serves another client, or waits for a lock or a free worker",
        "a thread, task or process per connection, and no lock that is held for a whole session",
        "accept(2)",
    ),
    (
        "the handler waits for something else than that connection",
        "wait for the socket too: poll() tells when there is something to read",
        "poll(2)",
    ),
];
pub(super) const LEAVES_CHILDREN: &[Cause] = &[(
    "child processes are not ended with the one that started them: its default action on SIGTERM ends it alone",
    "on SIGTERM, end the children and wait for them",
    "signal(7); kill(2)",
)];
