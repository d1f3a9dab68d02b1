"""A silent client holds everybody up: its first request is read where the next client should be accepted."""

import threading

from pair.server import Server
from pair.stream import Stream


class FirstLineRead(Stream):
    def __init__(self, connection):
        super().__init__(connection)
        self.first = [super().read_line()]

    def read_line(self):
        return self.first.pop() if self.first else super().read_line()


class Mutant(Server):
    def accept(self, listener):
        connection, _ = listener.accept()
        stream = FirstLineRead(connection)
        threading.Thread(target=self.serve, args=(stream,), daemon=True).start()


Mutant().run()
