"""Ten processes made beforehand share one listening socket, each with one client at a time."""

import os

from pair.server import Server
from pair.stream import Stream


class Sound(Server):
    def listen(self, address):
        listener = super().listen(address)
        for _ in range(9):
            if os.fork() == 0:
                break
        return listener

    def accept(self, listener):
        connection, _ = listener.accept()
        self.serve(Stream(connection))


Sound().run()
