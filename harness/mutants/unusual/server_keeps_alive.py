"""Asks every second whether a silent client is still there."""

import socket

from pair.server import Server


class Sound(Server):
    def serve(self, stream):
        stream.connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        stream.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        stream.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        super().serve(stream)


Sound().run()
