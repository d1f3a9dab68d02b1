"""Leaves a daemon that sends datagrams like the grader's own until it is killed: the last frames of the capture are its."""

import os
import socket

from attempt import attempt

LABEL = b"synfin sentinel"
sender = socket.socket(type=socket.SOCK_DGRAM)
attempt("forged sentinels for ever", lambda: sender.sendto(os.urandom(16) + LABEL, ("127.0.0.1", 9)))
if os.fork() == 0:
    os.setsid()
    while True:
        sender.sendto(os.urandom(16) + LABEL, ("127.0.0.1", 9))
