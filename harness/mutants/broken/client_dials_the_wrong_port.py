"""Dials a port that nobody told it, and gives up."""

from pair.client import Client


class Mutant(Client):
    def connect(self, address):
        host, _ = address
        return super().connect((host, 5000))


Mutant().run()
