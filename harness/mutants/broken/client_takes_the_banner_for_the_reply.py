"""Does not know that the server greets: what comes first must be the reply."""

from pair.client import Client


class Mutant(Client):
    def read_number(self, stream, word):
        return int(stream.read_line().removeprefix(word))


Mutant().run()
