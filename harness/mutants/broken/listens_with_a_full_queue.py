"""Listens with the shortest queue, fills it by itself, and never accepts: no further SYN is answered."""

import signal
import socket

from pair.server import Server


class Mutant(Server):
    def listen(self, address):
        listener = socket.socket()
        listener.bind(address)
        listener.listen(0)
        self.in_the_way = socket.create_connection(address)
        return listener

    def accept(self, listener):
        signal.pause()


Mutant().run()
