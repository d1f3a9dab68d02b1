"""Waits for the banner before it asks for anything."""

from pair.client import Client


class Sound(Client):
    def greet(self, stream):
        self.read_number(stream, "WELCOME")


Sound().run()
