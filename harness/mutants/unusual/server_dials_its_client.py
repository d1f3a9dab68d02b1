"""A file takes a connection of its own: the request names a port, and the server dials it (FTP's active mode)."""

import socket

from pair.server import ADDRESS, Server
from pair.stream import Stream


class Sound(Server):
    def answer(self, stream, request):
        command, *words = request.split(" ")
        if command == "UPLOAD":
            name, size, port = words
            data = self.dial(port)
            self.store(name, data.read_exactly(int(size)))
            data.read_to_end()
            data.close()
            stream.write_line(f"STORED {size}")
        elif command == "DOWNLOAD":
            name, port = words
            content = self.load(name)
            stream.write_line(f"SIZE {len(content)}")
            data = self.dial(port)
            data.write(content)
            data.close()
        else:
            super().answer(stream, request)

    def dial(self, port):
        return Stream(socket.create_connection((ADDRESS[0], int(port))))


Sound().run()
