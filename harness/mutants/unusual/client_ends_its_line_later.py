"""Sends LIST, reads the reply, and ends the line of its request then."""

from pair.client import Client


class Sound(Client):
    def list(self, stream):
        stream.write(b"LIST")
        for _ in range(self.read_number(stream, "FILES")):
            print(stream.read_line())
        stream.write_line("")


Sound().run()
