"""Dials when something is asked for, and shows its menu again without a word when no server is there."""

import socket

from pair.client import ADDRESS, Client


class Mutant(Client):
    def connect(self, address):
        """Not yet."""

    def obey(self, stream, choice):
        try:
            stream.connection = socket.create_connection(ADDRESS)
        except OSError:
            return
        super().obey(stream, choice)
        super().quit(stream)

    def quit(self, stream):
        """Every connection is closed already."""


Mutant().run()
