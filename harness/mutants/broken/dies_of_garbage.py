"""Bytes that are no UTF-8 end the whole server: the exception is caught where it should end one connection."""

import os

from pair.server import Server


class Mutant(Server):
    def serve(self, stream):
        try:
            super().serve(stream)
        except UnicodeDecodeError:
            os._exit(1)


Mutant().run()
