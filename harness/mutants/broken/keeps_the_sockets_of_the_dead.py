"""Keeps a copy of the socket of each client that went without EXIT: close() alone does not end the connection."""

from pair.server import Server

KEPT = []


class Mutant(Server):
    def meet_end_of_stream(self, stream):
        KEPT.append(stream.connection.dup())


Mutant().run()
