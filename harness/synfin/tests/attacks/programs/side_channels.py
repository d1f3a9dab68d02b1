"""Leaves something for the other program, or finds what it left, on every way but the network that is recorded. Whichever comes
first finds nothing and leaves something; the second finds it, where nothing keeps them apart."""

import ctypes
import os
import socket

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
IPC_CREAT = 0o1000
KEY = 0x5F1F
NAME = "/synfin-side-channel"
IO_URING_SETUP = 425
ADD_KEY, KEYCTL = (248, 250) if os.uname().machine == "x86_64" else (217, 219)
NETLINK_USERSOCK, PORT = 2, 0x5F1F
OF_USER, OF_SESSION = -4, -3
held = []


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def leave(opened):
    """Keeps it open, and says so."""
    held.append(opened)
    return "left"


def unix_socket(address):
    caller = socket.socket(socket.AF_UNIX)
    try:
        caller.connect(address)
        return leave(caller) and "found"
    except (ConnectionRefusedError, FileNotFoundError, PermissionError):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen()
        return leave(listener)


def by_key(get):
    try:
        check(get(0))
        return "found"
    except FileNotFoundError:
        check(get(IPC_CREAT | 0o666))
        return "left"


def file(path):
    try:
        with open(path, "x"):
            return "left"
    except FileExistsError:
        return "found"


def key(keyring):
    search = 10
    if libc.syscall(KEYCTL, search, keyring, b"user", NAME.encode(), 0) >= 0:
        return "found"
    check(libc.syscall(ADD_KEY, b"user", NAME.encode(), b"-", 1, keyring))
    return "left"


def netlink():
    one = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_USERSOCK)
    try:
        one.bind((PORT, 0))
    except OSError:
        return "found"
    return leave(one)


attempt("a socket without a path", lambda: unix_socket("\0synfin-side-channel"))
attempt("a socket in /tmp", lambda: unix_socket(f"/tmp{NAME}"))
attempt("a file in /tmp", lambda: file(f"/tmp{NAME}-file"))
attempt("a file in /dev/shm", lambda: file(f"/dev/shm{NAME}-file"))
attempt("shared memory", lambda: by_key(lambda flags: libc.shmget(KEY, 4096, flags)))
attempt("a semaphore", lambda: by_key(lambda flags: libc.semget(KEY, 1, flags)))
attempt("a message queue", lambda: by_key(lambda flags: libc.msgget(KEY, flags)))
attempt(
    "a POSIX message queue",
    lambda: by_key(lambda flags: libc.mq_open(NAME.encode(), os.O_RDWR | (os.O_CREAT if flags else 0), 0o666, None)),
)
attempt("the machine's host", lambda: socket.socket(socket.AF_VSOCK))
attempt("a cluster", lambda: socket.socket(socket.AF_TIPC))
attempt("a radio", lambda: socket.socket(31, socket.SOCK_RAW, 1))
attempt("sockets by io_uring", lambda: check(libc.syscall(IO_URING_SETUP, 1, None)))
attempt("keys of the user", lambda: key(OF_USER))
attempt("keys of the session", lambda: key(OF_SESSION))
attempt("netlink between processes", netlink)
