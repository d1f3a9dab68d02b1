"""Answers a download with as many bytes as the file has, none of them the file's."""

from pair.server import Server


class Mutant(Server):
    def load(self, name):
        return bytes(len(super().load(name)))


Mutant().run()
