"""Ends each connection with shutdown() and keeps the descriptor: the kernel's table forgets the socket, the program holds it."""

import socket

from pair.server import Server

KEPT = []


class Mutant(Server):
    def close(self, stream):
        KEPT.append(stream)
        try:
            stream.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The client has reset the connection.


Mutant().run()
