"""Needs two seconds until it listens: bound long before, but not listening."""

import socket
import time

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        time.sleep(2)
        listener.listen()
        return listener


Sound().run()
