"""Closes with SO_LINGER 0: an RST where the FIN should be."""

import socket
import struct

from pair.server import Server

LINGER_FOR_0_SECONDS = struct.pack("ii", 1, 0)


class Mutant(Server):
    def answer_exit(self, stream):
        stream.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_FOR_0_SECONDS)


Mutant().run()
