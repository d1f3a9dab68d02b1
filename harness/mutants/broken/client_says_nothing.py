"""Connects, shows its menu, and quits without ever having sent a byte."""

from pair.client import Client


class Mutant(Client):
    def list(self, stream):
        print("not yet implemented")

    def upload(self, stream, name):
        print("not yet implemented")

    def download(self, stream, name):
        print("not yet implemented")

    def quit(self, stream):
        stream.close()


Mutant().run()
