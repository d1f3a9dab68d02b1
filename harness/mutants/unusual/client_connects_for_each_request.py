"""A connection for each request, the next one as soon as the last is closed."""

from pair.client import ADDRESS, Client
from pair.stream import Stream


class Sound(Client):
    def obey(self, stream, choice):
        super().obey(stream, choice)
        super().quit(stream)
        stream.connection = self.connect(ADDRESS)


Sound().run()
