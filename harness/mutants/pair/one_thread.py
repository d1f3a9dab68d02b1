"""One thread for all clients: it never waits for the rest of anybody's line."""

from pair.server import Server
from pair.stream import Stream


class Piecewise(Stream):
    def __init__(self, connection):
        super().__init__(connection)
        self.line = b""

    def read_on(self):
        """The line that the next byte ends, "" if it ends none, or None at the end of the stream."""
        byte = self.connection.recv(1)
        if not byte:
            return None
        if byte != b"\n":
            self.line += byte
            return ""
        line, self.line = self.line, b""
        return line.decode()


class OneThread(Server):
    def serve_once(self, stream):
        """Whether the client stays."""
        try:
            request = stream.read_on()
            if request == "EXIT":
                stream.write_line("BYE")
            elif request:
                self.answer(stream, request)
            return request is not None
        except (OSError, UnicodeDecodeError):
            return False
