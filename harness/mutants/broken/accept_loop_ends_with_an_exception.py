"""Reads the first request in the accept loop; a client that leaves without one ends the loop."""

import threading

from pair.server import Server
from pair.stream import Stream


class Mutant(Server):
    def accept(self, listener):
        connection, _ = listener.accept()
        stream = Stream(connection)
        request = stream.read_line()
        assert request not in (None, "EXIT"), "no request"
        self.answer(stream, request)
        threading.Thread(target=self.serve, args=(stream,), daemon=True).start()


Mutant().run()
