"""Closes as soon as the client's EXIT has arrived and does not read it: the kernel answers with RST."""

import socket

from pair.server import Server


class Mutant(Server):
    def answer(self, stream, request):
        super().answer(stream, request)
        if stream.connection.recv(1, socket.MSG_PEEK) == b"E":
            raise ConnectionAbortedError("closed without reading")


Mutant().run()
