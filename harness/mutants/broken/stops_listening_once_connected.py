"""Closes its listening socket with the first client: the next SYN is answered by RST."""

import signal

from pair.server import Server


class Mutant(Server):
    def accept(self, listener):
        super().accept(listener)
        listener.close()
        signal.pause()


Mutant().run()
