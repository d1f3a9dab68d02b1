"""A file takes a connection of its own: the reply names a port, and the client dials it (FTP's passive mode)."""

from pair.server import Server
from pair.stream import Stream

ANY_PORT = ("127.0.0.1", 0)


class Sound(Server):
    def answer(self, stream, request):
        command, _, rest = request.partition(" ")
        if command != "UPLOAD":
            super().answer(stream, request)
            return
        name, _, size = rest.rpartition(" ")
        data = self.accept_data(stream, "READY")
        self.store(name, data.read_exactly(int(size)))
        data.read_to_end()
        data.close()
        stream.write_line(f"STORED {size}")

    def answer_download(self, stream, content):
        data = self.accept_data(stream, f"SIZE {len(content)}")
        data.write(content)
        data.read_to_end()
        data.close()

    def accept_data(self, stream, word):
        with self.listen(ANY_PORT) as listener:
            stream.write_line(f"{word} {listener.getsockname()[1]}")
            connection, _ = listener.accept()
        return Stream(connection)


Sound().run()
