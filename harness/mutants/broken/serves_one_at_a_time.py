"""Original fault: no threads. accept() is called again only after the client is done."""

from pair.server import Server
from pair.stream import Stream


class Mutant(Server):
    def accept(self, listener):
        connection, _ = listener.accept()
        self.serve(Stream(connection))


Mutant().run()
