"""Waits for somebody to type the port before it listens."""

from pair.server import Server


class Mutant(Server):
    def listen(self, address):
        host, _ = address
        return super().listen((host, int(input("Port: "))))


Mutant().run()
