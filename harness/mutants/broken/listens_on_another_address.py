"""Listens on an address of its own choice, where no client dials."""

from pair.server import Server


class Mutant(Server):
    def listen(self, address):
        _, port = address
        return super().listen(("127.0.0.2", port))


Mutant().run()
