"""Takes what the first recv() gives for the whole file."""

from pair.client import Client


class Mutant(Client):
    def receive(self, stream, size):
        return stream.connection.recv(min(size, 1024))


Mutant().run()
