"""Ends with success and without a word when no server is there."""

import socket
import sys

from pair.client import Client


class Mutant(Client):
    def connect(self, address):
        try:
            return socket.create_connection(address)
        except ConnectionRefusedError:
            sys.exit(0)


Mutant().run()
