"""Announces and sends only the first half of the file."""

from pair.client import FOLDER, Client


class Mutant(Client):
    def upload(self, stream, name):
        path = f"{FOLDER}/{name}"
        with open(path, "rb") as file:
            content = file.read()
        with open(path, "wb") as file:
            file.write(content[: len(content) // 2])
        super().upload(stream, name)


Mutant().run()
