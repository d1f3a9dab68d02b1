"""A connection for each request, closed as soon as it has its reply."""

from pair.client import ADDRESS, Client


class Sound(Client):
    is_open = True

    def obey(self, stream, choice):
        if not self.is_open:
            stream.connection = self.connect(ADDRESS)
        super().obey(stream, choice)
        super().quit(stream)
        self.is_open = False

    def quit(self, stream):
        if self.is_open:
            super().quit(stream)


Sound().run()
