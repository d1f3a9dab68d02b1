"""Answers as soon as it knows what is asked: LIST before its line has ended, a file before it has come."""

from pair.server import Server


class Sound(Server):
    def serve(self, stream):
        connection = stream.connection
        stream.connection = Eager(connection, lambda: self.answer_list(stream))
        super().serve(stream)

    def answer(self, stream, request):
        command, _, rest = request.partition(" ")
        if command == "LIST":
            return
        if command != "UPLOAD":
            super().answer(stream, request)
            return
        name, _, size = rest.rpartition(" ")
        stream.write_line("READY")
        stream.write_line(f"STORED {size}")
        self.store(name, stream.read_exactly(int(size)))


class Eager:
    """A connection that calls `on_list` when the four letters have come."""

    def __init__(self, connection, on_list):
        self.connection = connection
        self.on_list = on_list
        self.line = b""

    def recv(self, size):
        part = self.connection.recv(size)
        self.line = (self.line + part).rpartition(b"\n")[2][-8:] if size == 1 else b""
        if self.line == b"LIST":
            self.on_list()
        return part

    def sendall(self, content):
        self.connection.sendall(content)

    def close(self):
        self.connection.close()


Sound().run()
