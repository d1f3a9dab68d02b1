"""Ten processes made beforehand share one listening socket, each with one client at a time."""

import os
import signal
import sys

from pair.server import Server
from pair.stream import Stream


class Sound(Server):
    def listen(self, address):
        listener = super().listen(address)
        children = []
        for _ in range(9):
            child = os.fork()
            if child == 0:
                return listener
            children.append(child)
        signal.signal(signal.SIGTERM, lambda *_: self.end(children))
        return listener

    def end(self, children):
        for child in children:
            os.kill(child, signal.SIGTERM)
        sys.exit()

    def accept(self, listener):
        connection, _ = listener.accept()
        self.serve(Stream(connection))


Sound().run()
