"""Receives a download and does not write it down. What lies in its folder is what it uploaded itself."""

from pair.client import Client


class Mutant(Client):
    def save(self, name, content):
        print(f"{len(content)} bytes received")


Mutant().run()
