"""Closes on EXIT without a word, where the protocol has it say BYE and the client close first."""

from pair.server import Server


class Mutant(Server):
    def answer_exit(self, stream):
        """The client learns of it by the FIN, so that the two FINs never cross."""


Mutant().run()
