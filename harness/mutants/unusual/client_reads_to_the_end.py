"""Closes only after the server has."""

from pair.client import Client


class Sound(Client):
    def quit(self, stream):
        stream.write_line("EXIT")
        stream.read_to_end()
        stream.close()


Sound().run()
