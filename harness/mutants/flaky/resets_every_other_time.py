"""Closes with an RST when a coin says so: right in some recordings and wrong in others."""

import os
import socket
import struct

from pair.server import Server

LINGER_FOR_0_SECONDS = struct.pack("ii", 1, 0)


class Mutant(Server):
    def answer_exit(self, stream):
        if os.urandom(1)[0] % 2:
            stream.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_FOR_0_SECONDS)
        else:
            super().answer_exit(stream)


Mutant().run()
