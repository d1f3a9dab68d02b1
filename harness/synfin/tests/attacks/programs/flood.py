"""Floods lo with the largest datagrams, so that the ring overflows and what comes next is not seen."""

import os
import socket

from attempt import attempt

COUNT = 1_500
sender = socket.socket(type=socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
payload = os.urandom(60_000)


def flood():
    return sum(sender.sendto(payload, ("127.0.0.1", 9)) > 0 for _ in range(COUNT))


if os.fork() == 0:
    flood()
    os._exit(0)
attempt("a flood", flood)
