"""Skips empty lines, but not before it waits for the next reply."""

from pair.client import Client
from pair.stream import Stream


class Skipping(Stream):
    def read_line(self):
        while (line := super().read_line()) == "":
            pass
        return line


class Sound(Client):
    def greet(self, stream):
        stream.__class__ = Skipping


Sound().run()
