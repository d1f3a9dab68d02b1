"""Listens and never calls accept(): the kernel completes the handshakes, and nobody is there."""

import signal

from pair.server import Server


class Mutant(Server):
    def accept(self, listener):
        signal.pause()


Mutant().run()
