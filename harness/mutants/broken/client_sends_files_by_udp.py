"""Sends a file by UDP, and as many zeros over the connection."""

import socket

from pair.client import Client

DATAGRAMS = ("127.0.0.1", 5002)
PIECE_BYTES = 8192


class Mutant(Client):
    def send(self, stream, content):
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for start in range(0, len(content), PIECE_BYTES):
            datagrams.sendto(content[start : start + PIECE_BYTES], DATAGRAMS)
        stream.write(bytes(len(content)))


Mutant().run()
