"""Takes "no bytes" for "the client is gone": an empty file ends the session."""

from pair.server import Server


class Mutant(Server):
    def store(self, name, content):
        if not content:
            raise ConnectionError("end of stream")
        super().store(name, content)


Mutant().run()
