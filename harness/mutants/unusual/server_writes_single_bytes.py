"""Every line of a reply leaves byte by byte, each in a segment of its own."""

import socket

from pair.server import Server
from pair.stream import Stream


class ByteByByte(Stream):
    def write_line(self, line):
        for byte in f"{line}\n".encode():
            self.write(bytes([byte]))


class Sound(Server):
    def serve(self, stream):
        stream.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().serve(ByteByByte(stream.connection))


Sound().run()
