"""Thinks before it answers LIST, for longer than any machine counts as slow (four times 1.5 s)."""

import time

from pair.server import Server


class Mutant(Server):
    def answer_list(self, stream):
        time.sleep(7)
        super().answer_list(stream)


Mutant().run()
