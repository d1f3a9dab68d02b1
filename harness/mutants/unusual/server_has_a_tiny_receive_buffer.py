"""A receive buffer of 4 KiB: the window of an upload closes again and again."""

import socket

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(address)
        listener.listen()
        return listener


Sound().run()
