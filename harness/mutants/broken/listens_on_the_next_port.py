"""Listens, but not where it was told to."""

from pair.server import Server


class Mutant(Server):
    def listen(self, address):
        host, port = address
        return super().listen((host, port + 1))


Mutant().run()
