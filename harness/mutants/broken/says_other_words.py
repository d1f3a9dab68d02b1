"""Answers EXIT with other words than the protocol has."""

from pair.server import Server


class Mutant(Server):
    def answer_exit(self, stream):
        stream.write_line("SEE YOU")
        stream.read_to_end()


Mutant().run()
