"""Floods lo until somebody ends it."""

import os
import socket

from attempt import attempt

sender = socket.socket(type=socket.SOCK_DGRAM)
payload = os.urandom(60_000)


def flood():
    while True:
        sender.sendto(payload, ("127.0.0.1", 9))


attempt("a flood", lambda: sender.sendto(payload, ("127.0.0.1", 9)))
flood()
