"""A silent client holds everybody up: its first byte is waited for where the next client should be accepted."""

import socket
import threading

from pair.server import Server
from pair.stream import Stream


class Mutant(Server):
    def accept(self, listener):
        connection, _ = listener.accept()
        connection.recv(1, socket.MSG_PEEK)
        threading.Thread(target=self.serve, args=(Stream(connection),), daemon=True).start()


Mutant().run()
