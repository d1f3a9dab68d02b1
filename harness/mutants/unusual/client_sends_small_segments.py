"""Sends a file in segments of 500 bytes, with Nagle off."""

import socket

from pair.client import Client

SEGMENT = 500


class Sound(Client):
    def connect(self, address):
        connection = super().connect(address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def send(self, stream, content):
        for start in range(0, len(content), SEGMENT):
            stream.write(content[start : start + SEGMENT])


Sound().run()
