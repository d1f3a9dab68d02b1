"""Sends an empty line behind a list; a client that is killed before it reads that resets its connection."""

from pair.server import Server


class Sound(Server):
    def answer_list(self, stream):
        super().answer_list(stream)
        stream.write_line("")


Sound().run()
