"""Answers everybody's first request, and serves the rest of each session under one lock."""

import threading

from pair.server import Server

LOCK = threading.Lock()


class Mutant(Server):
    def serve(self, stream):
        request = stream.read_line()
        if request is not None:
            self.answer(stream, request)
        with LOCK:
            super().serve(stream)


Mutant().run()
