"""Takes the server's port before, beside and behind it."""

import socket

from attempt import attempt

ADDRESS = ("127.0.0.1", 5001)
held = []


def take(option=None, address=ADDRESS):
    squatter = socket.socket()
    held.append(squatter)
    if option is not None:
        squatter.setsockopt(socket.SOL_SOCKET, option, 1)
    squatter.bind(address)
    squatter.listen()


attempt("the port", take)
attempt("the port with SO_REUSEADDR", lambda: take(socket.SO_REUSEADDR))
attempt("the port with SO_REUSEPORT", lambda: take(socket.SO_REUSEPORT))
attempt("the port of every address", lambda: take(socket.SO_REUSEPORT, ("", 5001)))
