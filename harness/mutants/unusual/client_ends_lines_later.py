"""Sends a request and, in a segment of its own a moment later, the end of its line."""

import socket
import time

from pair.client import Client
from pair.stream import Stream


class Sound(Client):
    def run(self):
        Stream.write_line = write_line_later
        super().run()

    def connect(self, address):
        connection = super().connect(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def write_line_later(stream, line):
    stream.write(line.encode())
    time.sleep(0.05)
    stream.write(b"\n")


Sound().run()
