"""Accepts every client; two workers serve them, so a third is connected and waits."""

from concurrent.futures import ThreadPoolExecutor

from pair.server import Server
from pair.stream import Stream

WORKERS = ThreadPoolExecutor(max_workers=2)


class Mutant(Server):
    def accept(self, listener):
        connection, _ = listener.accept()
        WORKERS.submit(self.serve, Stream(connection))


Mutant().run()
