"""Stores the first upload of its life; later ones are acknowledged and lost."""

from pair.server import Server


class Mutant(Server):
    has_stored = False

    def store(self, name, content):
        if not self.has_stored:
            super().store(name, content)
        self.has_stored = True


Mutant().run()
