"""Nothing at its start: it dials when something is asked for, a connection for each request."""

from pair.client import ADDRESS, Client


class Sound(Client):
    def connect(self, address):
        """Not yet."""

    def obey(self, stream, choice):
        stream.connection = super().connect(ADDRESS)
        super().obey(stream, choice)
        super().quit(stream)

    def quit(self, stream):
        """Every connection is closed already."""


Sound().run()
