"""A killed client that had not read everything resets its connection; nobody catches ConnectionResetError."""

import os

from pair.server import Server


class Mutant(Server):
    def answer_list(self, stream):
        super().answer_list(stream)
        stream.write_line("")

    def meet_reset(self, error):
        os._exit(1)


Mutant().run()
