"""Stores a file in base64, as it would travel in a text protocol."""

import base64

from pair.server import Server


class Mutant(Server):
    def store(self, name, content):
        super().store(name, base64.b64encode(content))


Mutant().run()
