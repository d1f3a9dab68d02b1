"""Its first bind() is without SO_REUSEADDR, and is repeated with it until it succeeds; its connections have it in any case."""

import errno
import socket

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        listener = socket.socket()
        while not self.is_bound(listener, address):
            self.reuse(listener)
        self.reuse(listener)
        listener.listen()
        return listener

    def reuse(self, listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def is_bound(self, listener, address):
        try:
            listener.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True


Sound().run()
