"""Thinks for two seconds before it answers LIST."""

import time

from pair.server import Server


class Mutant(Server):
    def answer_list(self, stream):
        time.sleep(2)
        super().answer_list(stream)


Mutant().run()
