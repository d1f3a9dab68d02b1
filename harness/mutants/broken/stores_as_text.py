"""Stores a file in text mode with the line ends of another system."""

import os

from pair.server import FOLDER, Server


class Mutant(Server):
    def store(self, name, content):
        with open(os.path.join(FOLDER, name), "w", encoding="latin-1", newline="\r\n") as file:
            file.write(content.decode("latin-1"))


Mutant().run()
