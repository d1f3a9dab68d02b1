"""Stores a file in blocks of 4096 bytes and forgets the last one, which is not full."""

from pair.server import Server

BLOCK = 4096


class Mutant(Server):
    def store(self, name, content):
        super().store(name, content[: len(content) // BLOCK * BLOCK])


Mutant().run()
