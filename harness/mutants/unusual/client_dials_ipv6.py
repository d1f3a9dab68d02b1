"""Dials ::1."""

from pair.client import Client


class Sound(Client):
    def connect(self, address):
        _, port = address
        return super().connect(("::1", port))


Sound().run()
