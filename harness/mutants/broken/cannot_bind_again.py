"""No SO_REUSEADDR: while connections of its last life are in TIME-WAIT, the server cannot be started again."""

import socket

from pair.server import Server


class Mutant(Server):
    def listen(self, address):
        listener = socket.socket()
        listener.bind(address)
        listener.listen()
        return listener


Mutant().run()
