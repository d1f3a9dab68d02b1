"""Forgets to close: the client's FIN is acknowledged, the server's own comes only when the server ends."""

from pair.server import Server

FORGOTTEN = []


class Mutant(Server):
    def close(self, stream):
        FORGOTTEN.append(stream)


Mutant().run()
