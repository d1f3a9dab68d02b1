"""Listens on 0.0.0.0: every IPv4 address of the machine."""

from pair.server import Server


class Sound(Server):
    def listen(self, address):
        _, port = address
        return super().listen(("0.0.0.0", port))


Sound().run()
