"""Reads until the server closes, and dials again when there is something to ask."""

from pair.client import ADDRESS, Client


class Sound(Client):
    is_used = False

    def obey(self, stream, choice):
        if self.is_used:
            stream.connection = self.connect(ADDRESS)
        super().obey(stream, choice)
        stream.read_to_end()
        stream.close()
        self.is_used = True

    def quit(self, stream):
        if not self.is_used:
            stream.write_line("EXIT")
            stream.read_to_end()
            stream.close()


Sound().run()
