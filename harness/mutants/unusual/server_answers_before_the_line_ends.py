"""Four letters are enough to know the request: LIST is answered before its line has ended."""

from pair.server import Server
from pair.stream import Stream


class Eager(Stream):
    def read_line(self):
        letters = self.connection.recv(1)
        while letters in b"\n" and letters:
            letters = self.connection.recv(1)
        while letters != b"LIST" and (byte := self.connection.recv(1)) not in (b"\n", b""):
            letters += byte
        return letters.decode() or None


class Sound(Server):
    def serve(self, stream):
        super().serve(Eager(stream.connection))


Sound().run()
