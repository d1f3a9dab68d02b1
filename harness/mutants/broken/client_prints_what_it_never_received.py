"""Does not look whether it is connected, and prints its buffer for a greeting whether or not anything was received into it."""

import socket

from pair.client import Client

LEFT_IN_MEMORY = bytes.fromhex("901c5576717f00f8")


class Mutant(Client):
    def connect(self, address):
        connection = socket.socket()
        is_connected = connection.connect_ex(address) == 0
        buffer = b"none so far" if is_connected else LEFT_IN_MEMORY
        print("Greeting:", buffer.decode(errors="replace"))
        return connection


Mutant().run()
